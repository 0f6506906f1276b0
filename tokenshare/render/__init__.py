"""Contracts, given as arguments, rendered as text for other programs and people; touches no file."""
