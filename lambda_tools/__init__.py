"""What stays on the developer's machine: a local gateway, a test client, a command line."""
