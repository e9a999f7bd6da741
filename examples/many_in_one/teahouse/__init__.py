"""The parts of the teahouse: each module has a `handler` and can be a function of its own."""
