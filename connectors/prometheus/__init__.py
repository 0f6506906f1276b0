"""Prometheus: series as it scrapes them."""
