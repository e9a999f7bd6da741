"""A fuzzer for events and responses. README.md says how to run it."""
