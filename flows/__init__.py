"""Conducts the route: the only place that knows all of it, reads settings, and asks what time it is."""
