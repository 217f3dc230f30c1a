"""Task 4.4: invoices with their numbers and VAT

Revision ID: 20250818-1100-task-44-invoice-model-numbering-vat
Revises: 20250818_1000_task_41_license_domain_model
Create Date: 2025-08-18 11:00:00

"""
import sqlalchemy as sa
from alembic import op

from migrations.columns import (
    CURRENCIES,
    MONEY,
    PERCENT,
    drop_enum,
    timestamps,
    uuid_key,
    uuid_type,
)

revision = "20250818-1100-task-44-invoice-model-numbering-vat"
down_revision = "20250818_1000_task_41_license_domain_model"
branch_labels = None
depends_on = None


def upgrade() -> None:
    numbers = op.create_table(
        "invoice_numbers",
        sa.Column("series", sa.String(10), nullable=False),
        sa.Column("period", sa.String(6), nullable=False, comment="Year and month"),
        sa.Column("last_number", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("series", "period"),
        sa.CheckConstraint("last_number >= 0", name="counts_up"),
    )
    op.bulk_insert(
        numbers,
        [
            {"series": "CNCAI", "period": "202508", "last_number": 0},
            {"series": "CNCAI", "period": "202509", "last_number": 0},
        ],
    )
    op.create_table(
        "invoices",
        uuid_key(),
        sa.Column("user_id", uuid_type(), nullable=False),
        sa.Column("license_id", uuid_type(), nullable=False),
        sa.Column("number", sa.String(24), nullable=False, comment="CNCAI-202508-000001"),
        sa.Column("amount", MONEY, nullable=False),
        sa.Column("currency", sa.Enum(*CURRENCIES, name="currency"), server_default="TRY", nullable=False),
        sa.Column("vat_rate", PERCENT, server_default="20.00", nullable=False),
        sa.Column("vat", MONEY, nullable=False),
        sa.Column("total", MONEY, nullable=False),
        sa.Column(
            "paid_status",
            sa.Enum("unpaid", "pending", "paid", "failed", "refunded", name="paid_status"),
            server_default="unpaid",
            nullable=False,
        ),
        sa.Column("issued_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("pdf_url", sa.String(500)),
        *timestamps(),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["license_id"], ["licenses.id"], ondelete="RESTRICT"),
        sa.UniqueConstraint("number"),
        sa.CheckConstraint("amount >= 0 AND vat >= 0", name="not_negative"),
        sa.CheckConstraint("vat_rate BETWEEN 0 AND 100", name="vat_rate"),
        sa.CheckConstraint("total = amount + vat", name="total"),
    )
    op.create_index("ix_invoices_user_id_issued_at", "invoices", ["user_id", "issued_at"])
    op.create_index("ix_invoices_license_id", "invoices", ["license_id"])
    op.create_index("ix_invoices_paid_status", "invoices", ["paid_status"])


def downgrade() -> None:
    op.drop_table("invoices")
    op.drop_table("invoice_numbers")
    drop_enum("paid_status")
    drop_enum("currency")
