"""How the code itself is written."""
