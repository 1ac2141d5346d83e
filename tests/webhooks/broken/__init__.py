"""A sender that is broken on purpose, for the test that finds it out."""
