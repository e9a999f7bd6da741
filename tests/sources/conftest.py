"""Hypothesis without deadlines: a busy machine is no failure."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "sources",
    deadline=None,
    derandomize="CI" in os.environ,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("sources")
