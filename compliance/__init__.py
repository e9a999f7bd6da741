"""Compares what apps see through Lambda with the frameworks' own test suites and real servers."""
