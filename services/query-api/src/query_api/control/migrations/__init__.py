"""Alembic's steps of the control database, run when query-api starts."""
