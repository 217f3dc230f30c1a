"""Task 4.8: no notice about a licence goes out twice

Revision ID: 20250819_1230_task_48_license_notification_duplicate_prevention
Revises: 20250819_1200_task_46_payment_providers
Create Date: 2025-08-19 12:30:00

"""
import sqlalchemy as sa
from alembic import op

revision = "20250819_1230_task_48_license_notification_duplicate_prevention"
down_revision = "20250819_1200_task_46_payment_providers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("notifications") as batch_op:
        batch_op.add_column(sa.Column("days_before_expiry", sa.SmallInteger()))
        batch_op.create_check_constraint(
            "days_before_expiry", "days_before_expiry IS NULL OR days_before_expiry IN (1, 3, 7)"
        )
        batch_op.create_unique_constraint(
            op.f("uq_notifications_license_id_days_before_expiry_channel"),
            ["license_id", "days_before_expiry", "channel"],
        )


def downgrade() -> None:
    with op.batch_alter_table("notifications") as batch_op:
        batch_op.drop_constraint(
            op.f("uq_notifications_license_id_days_before_expiry_channel"), type_="unique"
        )
        batch_op.drop_constraint(op.f("ck_notifications_days_before_expiry"), type_="check")
        batch_op.drop_column("days_before_expiry")
