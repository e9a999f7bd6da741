"""Webhooks of Stripe, GitHub and Slack: verified, stored once and listed."""
