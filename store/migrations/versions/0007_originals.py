"""Originals of masks that a policy keeps, sealed, until their time is over."""

import sqlalchemy as sa
from alembic import op

from store.columns import UtcDateTime

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "original",
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("mask_start", sa.Integer(), nullable=False),
        sa.Column("mask_end", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("delete_at", UtcDateTime(), nullable=False),
        sa.Column("kept_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('account_number', 'iban', 'national_id')", name="original_kind"),
        sa.ForeignKeyConstraint(["conversation_id", "message_id"], ["message.conversation_id", "message.id"]),
        sa.PrimaryKeyConstraint("conversation_id", "message_id", "number"),
    )
    op.create_index(op.f("ix_original_delete_at"), "original", ["delete_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_original_delete_at"), table_name="original")
    op.drop_table("original")
