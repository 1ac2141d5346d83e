"""How much each caller may ask for, counted in Valkey for all processes together."""
