# One image for web, worker, cron and the migrations: the command says which.
# In two stages, so that pip and its caches stay behind.

FROM python:3.11-slim AS built

ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /srv/venv
WORKDIR /srv/flakeguard

COPY requirements.txt .
RUN /srv/venv/bin/pip install --no-deps --require-hashes -r requirements.txt

COPY pyproject.toml README.md LICENSE app.yml ./
COPY app app
COPY bots bots
COPY jobs jobs
COPY migrations migrations
RUN /srv/venv/bin/pip install --no-deps --editable . \
 && /srv/venv/bin/python -m compileall -q app bots jobs migrations \
 && /srv/venv/bin/pip uninstall --yes --quiet pip

FROM python:3.11-slim

RUN useradd --create-home --uid 10001 flakeguard
COPY --from=built /srv /srv
WORKDIR /srv/flakeguard

USER 10001
ENV PATH=/srv/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 HOST=0.0.0.0 PORT=8000
EXPOSE 8000
# Only web answers here; compose.yaml and fly.toml say how the others are looked after.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/health', timeout=4)"]
CMD ["flakeguard", "web"]
