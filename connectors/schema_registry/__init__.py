"""A schema registry with Confluent's REST API."""
