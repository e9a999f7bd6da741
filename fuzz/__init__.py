"""The fuzzer: see README.md."""
