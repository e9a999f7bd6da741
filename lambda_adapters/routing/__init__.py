"""The Router: many apps, functions and triggers behind one handler."""
