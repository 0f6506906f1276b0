"""HTTP for whoever calls out: which addresses are dialled, how often, how long, and how much is read.

The one folder of connectors/ that every other may import; it imports none of them.
"""
