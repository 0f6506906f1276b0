"""The home directory and the build database, a room for each kind of thing that is kept.

A room's own module is the thing itself; the modules beside it work on it. Rooms import only rooms below them:

    inspection
    landing, publications, alert_log
    archive, warehouse
    home
"""
