"""The front of each web process: an event loop that waits, and threads that work."""
