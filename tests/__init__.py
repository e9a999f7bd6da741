"""Tests. Their folders mirror those of the packages."""
