"""The parts of the teahouse: a module with a `handler` can also be a separate function."""
