"""Runs the frameworks' own test suites through Lambda events: `make suites`."""
