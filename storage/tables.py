"""All tables together, for those who go through every one: migrations, copies, backups."""

from storage import outbox_schema, process_schema
from storage.schema import metadata

__all__ = ["metadata", "outbox_schema", "process_schema"]
