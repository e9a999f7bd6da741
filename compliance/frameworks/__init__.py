"""The frameworks' own test suites, run with Lambda in the middle: `make suites`."""
