"""Superset of docker-compose.yml: its own tables beside the mirror. libpq takes the password from PGPASSWORD."""

import os

SECRET_KEY = os.environ["PGPASSWORD"]
SQLALCHEMY_DATABASE_URI = "postgresql+psycopg2://superset@postgres:5432/superset"
