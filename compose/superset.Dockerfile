# Superset as released has no driver of PostgreSQL.
ARG TOKENSHARE_SUPERSET_DIGEST
FROM apache/superset:6.1.0@${TOKENSHARE_SUPERSET_DIGEST}
USER root
COPY superset.txt /tmp/
RUN . /app/.venv/bin/activate && uv pip install --require-hashes --only-binary :all: --requirement /tmp/superset.txt
USER superset
