"""All tables together, for those who go through every one: migrations, copies, backups."""

from storage import cluster_schema, outbox_schema, process_schema
from storage.schema import metadata

__all__ = ["cluster_schema", "metadata", "outbox_schema", "process_schema"]
