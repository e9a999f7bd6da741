"""Measures how long an event and an import take, as ratios to other adapters in the same run."""
