"""Let silences concern one receiver, and roll messages of one story that still wait up into one.

Messages already sent stay as they are: each goes on being edited. Evidence that a later report of a story had put in
the place of the first report's is dropped, for it would stand under the wrong outlet.
"""

import sqlalchemy as sa
from alembic import op

from storage.sql.types import Words

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# The program before has no kind "news" and does not know that a silence may concern one receiver.
oldest_program = "0012"

_WAITING = """
    SELECT deliveries.id AS id, deliveries.receiver AS receiver, alerts.story_id AS story_id
    FROM deliveries
    JOIN delivery_alerts ON delivery_alerts.delivery_id = deliveries.id
    JOIN alerts ON alerts.id = delivery_alerts.alert_id
    WHERE deliveries.state = 'pending' AND deliveries.kind = 'alert' AND deliveries.group_key LIKE 'alert:%'
    ORDER BY deliveries.id
"""


def upgrade() -> None:
    op.add_column("silences", sa.Column("receiver", Words))
    op.add_column("silences", sa.Column("mutes_critical", sa.Boolean, nullable=False, server_default=sa.true()))
    connection = op.get_bind()
    first: dict[tuple[str, int], int] = {}
    for row in connection.execute(sa.text(_WAITING)).all():
        into = first.setdefault((row.receiver, row.story_id), row.id)
        if into != row.id:
            _merge(connection, row.id, into)
    op.execute("UPDATE alerts SET evidence = '[]' WHERE revision > 0")


def _merge(connection: sa.Connection, source: int, target: int) -> None:
    ids = {"source": source, "target": target}
    connection.execute(
        sa.text(
            "INSERT INTO delivery_alerts (delivery_id, alert_id) SELECT :target, alert_id FROM delivery_alerts "
            "WHERE delivery_id = :source AND alert_id NOT IN "
            "(SELECT alert_id FROM delivery_alerts WHERE delivery_id = :target)"
        ),
        ids,
    )
    connection.execute(
        sa.text("UPDATE deliveries SET state = 'rolled_up', failure = 'one message for each story' WHERE id = :source"),
        ids,
    )
