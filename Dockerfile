# tokenshare as it runs from its checkout: what is locked and nothing else, and nobody who could change it.
FROM python:3.11.14-slim-bookworm

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /opt/tokenshare

COPY requirements.lock ./
RUN pip install --require-hashes --requirement requirements.lock

COPY . ./
RUN pip install --no-deps --no-build-isolation --no-index --editable . \
    && useradd --system --uid 10001 --home-dir /var/lib/tokenshare --create-home tokenshare

USER tokenshare
VOLUME /var/lib/tokenshare
CMD ["tokenshare", "serve"]
