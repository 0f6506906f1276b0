"""Sending alerts: a JSON webhook, the services of `apprise`, and a heartbeat."""
