"""Deliveries: steps, tickets, cursors and inbound webhooks."""

import sqlalchemy as sa
from alembic import op

from store.columns import UtcDateTime

revision = "0002"
down_revision = "0001"

_OPENING = "job = 'open'"


def upgrade() -> None:
    # Rows of before are effects that no destination has been told of: the worker expands them as any other.
    for name in ("destination", "job", "last_code"):
        op.add_column("outbox", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.add_column("outbox", sa.Column("number", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("outbox", sa.Column("unsure", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("outbox", sa.Column("handover_id", sa.Text(), nullable=True))
    op.add_column("outbox", sa.Column("after_id", sa.Text(), nullable=True))
    op.add_column("outbox", sa.Column("request", sa.JSON(), nullable=True))
    op.add_column("outbox", sa.Column("settled_at", UtcDateTime(), nullable=True))
    op.create_index("outbox_step", "outbox", ["handover_id", "destination"])
    op.create_index(
        "outbox_one_open",
        "outbox",
        ["handover_id", "destination"],
        unique=True,
        sqlite_where=sa.text(_OPENING),
        postgresql_where=sa.text(_OPENING),
    )
    op.create_table(
        "ticket",
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("handover_id", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("assignee", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("last_comment", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"]),
        sa.PrimaryKeyConstraint("destination", "ref"),
        sa.UniqueConstraint("handover_id", "destination", name="ticket_one"),
    )
    op.create_index(op.f("ix_ticket_conversation_id"), "ticket", ["conversation_id"], unique=False)
    op.create_table(
        "desk_cursor",
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("next_poll_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("destination"),
    )
    op.create_table(
        "inbox",
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("delivery_id", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("asks", sa.Text(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("next_attempt_at", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("processed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("destination", "delivery_id"),
    )
    op.create_index(
        "inbox_waiting",
        "inbox",
        ["destination", "next_attempt_at"],
        sqlite_where=sa.text("processed_at IS NULL"),
        postgresql_where=sa.text("processed_at IS NULL"),
    )


def downgrade() -> None:
    for table in ("inbox", "desk_cursor", "ticket"):
        op.drop_table(table)
    op.drop_index("outbox_one_open", "outbox")
    op.drop_index("outbox_step", "outbox")
    for name in (
        "destination",
        "job",
        "last_code",
        "number",
        "unsure",
        "handover_id",
        "after_id",
        "request",
        "settled_at",
    ):
        op.drop_column("outbox", name)
