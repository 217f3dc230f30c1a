"""Task 3.6: links that sign in without a password

Revision ID: 20250817_2200_task_36
Revises: 20250817_2100_task_35
Create Date: 2025-08-17 22:00:00

"""
import sqlalchemy as sa
from alembic import op

from migrations.columns import ip_address, uuid_key, uuid_type

revision = "20250817_2200_task_36"
down_revision = "20250817_2100_task_35"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "magic_links",
        uuid_key(),
        sa.Column("user_id", uuid_type()),
        sa.Column("email", sa.String(255), nullable=False),
        sa.Column("token_hash", sa.String(128), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("consumed_at", sa.DateTime(timezone=True)),
        sa.Column("ip_address", ip_address()),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("token_hash"),
        sa.CheckConstraint("expires_at > issued_at", name="expires_later"),
        sa.CheckConstraint("consumed_at IS NULL OR consumed_at >= issued_at", name="consumed_later"),
    )
    op.create_index("ix_magic_links_email_issued_at", "magic_links", ["email", sa.text("issued_at DESC")])
    op.create_index("ix_magic_links_expires_at", "magic_links", ["expires_at"])


def downgrade() -> None:
    op.drop_table("magic_links")
