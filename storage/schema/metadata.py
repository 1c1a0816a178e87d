"""Gather all tables, for what goes through every one: migrations, copies, backups."""

from storage.schema import cluster as cluster_schema
from storage.schema import history as history_schema
from storage.schema import outbox as outbox_schema
from storage.schema import processes as process_schema
from storage.schema import volume as volume_schema
from storage.schema.content import metadata

__all__ = ["cluster_schema", "history_schema", "metadata", "outbox_schema", "process_schema", "volume_schema"]
