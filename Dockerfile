# tokenshare as it runs from its checkout: what is locked and nothing else, and nobody who could change it. The base is
# named by digest too: `make digests` asks the registry for it, and without one nothing is built.
ARG TOKENSHARE_PYTHON_DIGEST

FROM python:3.11.14-slim-bookworm@${TOKENSHARE_PYTHON_DIGEST} AS base
ENV PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /opt/tokenshare

FROM base AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.run.lock ./
RUN python -m venv --without-pip /opt/venv \
    && pip --python /opt/venv install --require-hashes --requirement requirements.run.lock
COPY . ./
# What builds leaves the image again.
RUN pip --python /opt/venv install --no-deps --no-build-isolation --no-index --editable . \
    && pip --python /opt/venv uninstall --yes hatchling tomlkit trove-classifiers

FROM base
COPY . ./
COPY --from=build /opt/venv /opt/venv
RUN useradd --system --uid 10001 --home-dir /var/lib/tokenshare --create-home tokenshare
USER tokenshare
VOLUME /var/lib/tokenshare
CMD ["tokenshare", "serve"]
