#!/bin/sh
# Superset's start: its tables, its user `admin`, the dashboard of docs/bi/superset on the mirror, and the server.
set -eu
: "${PGPASSWORD:?name TOKENSHARE_SUPERSET_PASSWORD in .env}"

superset db upgrade
superset fab create-admin --username admin --password "$PGPASSWORD" \
  --firstname tokenshare --lastname tokenshare --email admin@localhost
superset fab reset-password --username admin --password "$PGPASSWORD"
superset init

rm -rf /tmp/superset
cp -r /dashboard /tmp/superset
mirror=postgresql+psycopg2://superset@postgres:5432/tokenshare
sed "s#^sqlalchemy_uri: .*#sqlalchemy_uri: $mirror#" /dashboard/databases/tokenshare.yaml > /tmp/superset/databases/tokenshare.yaml
(cd /tmp && python -m zipfile -c superset.zip superset)
superset import-dashboards --path /tmp/superset.zip --username admin

exec gunicorn --bind 0.0.0.0:8088 --worker-class gthread --threads 8 --timeout 120 "superset.app:create_app()"
