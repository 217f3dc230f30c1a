"""Task 4.6: payments, whoever takes them

Revision ID: 20250819_1200_task_46
Revises: 20250819_0000_task_47
Create Date: 2025-08-19 12:00:00

"""
import sqlalchemy as sa
from alembic import op

from migrations.columns import (
    CURRENCIES,
    MONEY,
    big_key,
    drop_enum,
    existing_enum,
    json_document,
    timestamps,
    uuid_key,
    uuid_type,
)

revision = "20250819_1200_task_46"
down_revision = "20250819_0000_task_47"
branch_labels = None
depends_on = None

PROVIDERS = ("stripe", "iyzico", "mock")


def upgrade() -> None:
    op.create_table(
        "payments",
        uuid_key(),
        sa.Column("invoice_id", uuid_type(), nullable=False),
        sa.Column("provider", sa.Enum(*PROVIDERS, name="payment_provider"), nullable=False),
        sa.Column("provider_payment_id", sa.String(255), nullable=False),
        sa.Column("amount", MONEY, nullable=False),
        sa.Column("currency", existing_enum(*CURRENCIES, name="currency"), server_default="TRY", nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "requires_action", "processing", "succeeded", "failed", "canceled", "refunded", name="payment_status"
            ),
            server_default="processing",
            nullable=False,
        ),
        sa.Column("metadata", json_document(), server_default=sa.text("'{}'"), nullable=False),
        *timestamps(),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], ondelete="RESTRICT"),
        sa.CheckConstraint("amount > 0", name="amount"),
    )
    op.create_index("ix_payments_invoice_id", "payments", ["invoice_id"])
    op.create_index("ix_payments_status_created_at", "payments", ["status", "created_at"])
    op.create_table(
        "payment_events",
        sa.Column("id", big_key(), autoincrement=True, nullable=False),
        sa.Column("payment_id", uuid_type()),
        sa.Column("provider", existing_enum(*PROVIDERS, name="payment_provider"), nullable=False),
        sa.Column("event_id", sa.String(255), nullable=False),
        sa.Column("event_type", sa.String(100), nullable=False),
        sa.Column("body", json_document(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("processed_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("provider", "event_id", name=op.f("uq_payment_events_provider_event_id")),
    )
    op.create_index("ix_payment_events_payment_id", "payment_events", ["payment_id"])


def downgrade() -> None:
    op.drop_table("payment_events")
    op.drop_table("payments")
    drop_enum("payment_status")
    drop_enum("payment_provider")
