"""Contracts, given as arguments, rendered as what other programs and people open: pure text, no file is touched."""
