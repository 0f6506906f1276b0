"""Carrying messages out: a JSON webhook, the services of `apprise`, and a heartbeat."""
