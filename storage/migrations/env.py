"""Run the migrations on the connection and in the transaction that `storage.schema.upgrade` opened."""

from alembic import context

from storage.schema.metadata import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # SQLite's is, once the driver's own transaction guessing is off
    render_as_batch=True,
)
context.run_migrations()
