"""Alembic's entry point: it runs on the connection that `control.migrate` hands over."""

from alembic import context

from query_api.control.tables import Run

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Run.metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
