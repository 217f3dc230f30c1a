"""Task 4.11: what two requests at once must not both do

Revision ID: 20250819_task_411_concurrency_uniqueness_guards
Revises: 20250819_1245_task_49_job_cancellation_on_license_expiry
Create Date: 2025-08-19 14:00:00

"""
import sqlalchemy as sa
from alembic import op

revision = "20250819_task_411_concurrency_uniqueness_guards"
down_revision = "20250819_1245_task_49_job_cancellation_on_license_expiry"
branch_labels = None
depends_on = None

GUARDS = [
    ("uq_licenses_active_user_id", "licenses", ["user_id"], "status = 'active'"),
    ("uq_invoices_unpaid_license_id", "invoices", ["license_id"], "paid_status IN ('unpaid', 'pending')"),
    ("uq_payments_open_invoice_id", "payments", ["invoice_id"], "status IN ('requires_action', 'processing')"),
]


def upgrade() -> None:
    for name, table, columns, condition in GUARDS:
        op.create_index(
            name,
            table,
            columns,
            unique=True,
            postgresql_where=sa.text(condition),
            sqlite_where=sa.text(condition),
        )
    with op.batch_alter_table("payments") as batch_op:
        batch_op.create_unique_constraint(
            op.f("uq_payments_provider_payment_id"), ["provider", "provider_payment_id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("payments") as batch_op:
        batch_op.drop_constraint(op.f("uq_payments_provider_payment_id"), type_="unique")
    for name, table, _, _ in reversed(GUARDS):
        op.drop_index(name, table_name=table)
