"""Alembic's migrations, one file per revision in `versions`."""
