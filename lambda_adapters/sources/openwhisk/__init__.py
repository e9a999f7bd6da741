"""Apache OpenWhisk's raw web actions."""
