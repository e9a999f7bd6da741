"""The cast service: the people in front of the camera."""
