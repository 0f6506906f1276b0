"""The home directory and the build database: one package for each kind of stored data.

A package's own module is the data itself; the modules beside it work on it. Packages import only those below them:

    inspection
    landing, publications, alert_log
    archive, warehouse
    home
"""
