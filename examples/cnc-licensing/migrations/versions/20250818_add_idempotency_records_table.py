"""Answers that are given again when a request comes twice

Revision ID: 20250818_add_idempotency_records
Revises: 20250818_1100_task_44
Create Date: 2025-08-18 14:00:00

"""
import sqlalchemy as sa
from alembic import op

from migrations.columns import json_document, uuid_key, uuid_type

# Exactly as long as the version table allows.
revision = "20250818_add_idempotency_records"
down_revision = "20250818_1100_task_44"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "idempotency_records",
        uuid_key(),
        sa.Column("user_id", uuid_type(), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("endpoint", sa.String(100), nullable=False),
        sa.Column("request_hash", sa.String(64), nullable=False),
        sa.Column("response_status", sa.SmallInteger()),
        sa.Column("response", json_document()),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("user_id", "key", name=op.f("uq_idempotency_records_user_id_key")),
        sa.CheckConstraint(
            "response_status IS NULL OR response_status BETWEEN 100 AND 599", name="response_status"
        ),
    )
    op.create_index("ix_idempotency_records_expires_at", "idempotency_records", ["expires_at"])


def downgrade() -> None:
    op.drop_table("idempotency_records")
