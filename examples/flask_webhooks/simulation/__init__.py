"""Simulates Stripe, GitHub and Slack for senders.py: valid deliveries and bad ones."""
