"""What senders.py plays: Stripe, GitHub and Slack, on their good days and their bad ones."""
