"""Task 3.2: sessions, each bound to a device

Revision ID: 20250817_2045_task_32
Revises: 20250817_2030_task_31
Create Date: 2025-08-17 20:45:00

"""
import sqlalchemy as sa
from alembic import op

from migrations.columns import ip_address, timestamps, uuid_key, uuid_type

revision = "20250817_2045_task_32"
down_revision = "20250817_2030_task_31"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sessions",
        uuid_key(),
        sa.Column("user_id", uuid_type(), nullable=False),
        sa.Column("refresh_token_hash", sa.String(128), nullable=False),
        sa.Column("device_fingerprint", sa.String(1024)),
        sa.Column("ip_address", ip_address()),
        sa.Column("user_agent", sa.Text()),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True)),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.Column("revocation_reason", sa.String(100)),
        *timestamps(),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("refresh_token_hash"),
        sa.CheckConstraint("expires_at > created_at", name="expires_later"),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revocation_reason IS NULL)", name="revoked_with_a_reason"
        ),
    )
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_index("ix_sessions_device_fingerprint", "sessions", ["device_fingerprint"])
    op.create_index(
        "ix_sessions_user_id_live",
        "sessions",
        ["user_id", "expires_at"],
        postgresql_where=sa.text("revoked_at IS NULL"),
        sqlite_where=sa.text("revoked_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("sessions")
