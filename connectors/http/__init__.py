"""HTTP for every outgoing call: allowed addresses, number of calls, deadlines, and size limits.

The only folder of connectors/ open to imports from its siblings. It imports none of them.
"""
