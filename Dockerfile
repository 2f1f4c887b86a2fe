# One image for web, worker, cron and the migrations: the command says which.
FROM python:3.11-slim

RUN useradd --create-home --uid 10001 flakeguard
WORKDIR /srv/flakeguard

COPY requirements.txt .
RUN pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes -r requirements.txt

COPY pyproject.toml README.md LICENSE app.yml ./
COPY app app
COPY bots bots
COPY jobs jobs
COPY migrations migrations
RUN pip install --no-cache-dir --disable-pip-version-check --no-deps --editable .

USER flakeguard
ENV HOST=0.0.0.0 PORT=8000
EXPOSE 8000
CMD ["flakeguard", "web"]
