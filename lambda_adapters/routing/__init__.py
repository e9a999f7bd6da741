"""The Router: one handler for many apps, functions and triggers."""
