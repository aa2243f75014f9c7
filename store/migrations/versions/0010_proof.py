"""Events cover what they write; a Merkle log over the heads of all chains, its signed heads, and a journal."""

import sqlalchemy as sa
from alembic import op

from store.append_only import drop_append_only
from store.columns import UtcDateTime

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("event", sa.Column("salt", sa.Text(), nullable=True))
    op.add_column("event", sa.Column("sealed", sa.Text(), nullable=True))
    op.add_column("event", sa.Column("covers", sa.JSON(none_as_null=True), nullable=True))
    op.create_table(
        "journal",
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("prev_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("chain", "number"),
    )
    op.create_index("journal_at", "journal", ["at"])
    op.create_table(
        "log_leaf",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("head_hash", sa.Text(), nullable=False),
        sa.Column("journal_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("position"),
    )
    op.create_index("log_leaf_chain", "log_leaf", ["chain", "position"])
    op.create_table(
        "tree_head",
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("milliseconds", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size"),
    )


def downgrade() -> None:
    drop_append_only(op.get_bind())
    for table in ("tree_head", "log_leaf", "journal"):
        op.drop_table(table)
    op.drop_column("event", "covers")
    op.drop_column("event", "sealed")
    op.drop_column("event", "salt")
