"""What stays on the developer's machine: a local gateway, a test client, a command line."""

MISSING = "{} is not installed. Next: pip install 'lambda-adapters[local]'"
