"""Presence: who is at work, and the ladder of each clock."""

import sqlalchemy as sa
from alembic import op

from store.columns import UtcDateTime

revision = "0004"
down_revision = "0003"

_CLOCKS = ("idle", "packet", "claim", "page", "resolve", "reopen", "consent")


def upgrade() -> None:
    op.create_table(
        "presence",
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("teams", sa.JSON(), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("available", sa.Boolean(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("agent_id"),
    )
    op.add_column("handover", sa.Column("ladders", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("handover", sa.Column("skills", sa.JSON(), nullable=False, server_default="[]"))
    op.drop_column("handover", "climb")
    _timers(
        _CLOCKS,
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.Column("try_at", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        copied="conversation_id, clock, event, due_at, due_at, due_at, 0",
        index="try_at",
    )


def downgrade() -> None:
    op.execute("DELETE FROM timer WHERE clock = 'page'")
    _timers(
        tuple(clock for clock in _CLOCKS if clock != "page"),
        copied="conversation_id, clock, event, due_at",
        index="due_at",
    )
    op.add_column("handover", sa.Column("climb", sa.Integer(), nullable=False, server_default="0"))
    op.drop_column("handover", "skills")
    op.drop_column("handover", "ladders")
    op.drop_table("presence")


def _timers(clocks: tuple[str, ...], *more: sa.Column, copied: str, index: str) -> None:
    """Makes the table anew with its running clocks: SQLite cannot change a check constraint."""
    for name in ("ix_timer_due_at", "ix_timer_try_at"):
        if name in {found["name"] for found in sa.inspect(op.get_bind()).get_indexes("timer")}:
            op.drop_index(name, table_name="timer")
    op.rename_table("timer", "timer_before")
    op.create_table(
        "timer",
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        *more,
        sa.CheckConstraint(f"clock IN ({', '.join(map(repr, clocks))})", name="timer_clock"),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
        ),
        sa.PrimaryKeyConstraint("conversation_id", "clock"),
    )
    op.execute(f"INSERT INTO timer SELECT {copied} FROM timer_before")
    op.drop_table("timer_before")
    op.create_index(op.f(f"ix_timer_{index}"), "timer", [index], unique=False)
