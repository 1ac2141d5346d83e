"""The system seen from outside: its logs, its metrics, its traces."""
