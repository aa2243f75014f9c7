"""Each event names the hash of its checkpoint; a message says whether it came after the window;
a conversation which one it follows, and by what those of one customer are joined."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("message", sa.Column("late", sa.Boolean(), nullable=False, server_default=sa.false()))
    for column in ("follows", "customer_key"):
        op.add_column("conversation", sa.Column(column, sa.Text(), nullable=True))
        op.create_index(f"ix_conversation_{column}", "conversation", [column])
    op.add_column("event", sa.Column("checkpoint_hash", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("event", "checkpoint_hash")
    op.drop_column("message", "late")
    for column in ("follows", "customer_key"):
        op.drop_index(f"ix_conversation_{column}", "conversation")
        op.drop_column("conversation", column)
