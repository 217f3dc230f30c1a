"""Task 3.11: correlation, personal data and anonymisation in the audit log

Revision ID: 20250817_2245_task_311
Revises: 20250817_2200_task_36
Create Date: 2025-08-17 22:45:00

"""
import sqlalchemy as sa
from alembic import op

from migrations.columns import ip_address, is_postgresql, json_document, uuid_type

revision = "20250817_2245_task_311"
down_revision = "20250817_2200_task_36"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if is_postgresql():
        # The index build below may use more; only for this transaction.
        op.execute("SET LOCAL maintenance_work_mem = '256MB'")
    with op.batch_alter_table("audit_logs") as batch_op:
        batch_op.add_column(sa.Column("correlation_id", uuid_type()))
        batch_op.add_column(sa.Column("session_id", uuid_type()))
        batch_op.add_column(sa.Column("ip_address", ip_address()))
        batch_op.add_column(
            sa.Column("ip_anonymized", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(
            sa.Column("contains_pii", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(sa.Column("pii_fields", json_document()))
        batch_op.add_column(sa.Column("anonymized_at", sa.DateTime(timezone=True)))
        batch_op.add_column(sa.Column("retain_until", sa.Date()))
        batch_op.create_foreign_key(
            op.f("fk_audit_logs_session_id_sessions"), "sessions", ["session_id"], ["id"], ondelete="SET NULL"
        )
        batch_op.create_check_constraint(
            "pii_is_named", "NOT contains_pii OR pii_fields IS NOT NULL"
        )
        batch_op.create_check_constraint(
            "anonymized_without_ip", "anonymized_at IS NULL OR ip_address IS NULL OR ip_anonymized"
        )
    op.create_index("ix_audit_logs_correlation_id", "audit_logs", ["correlation_id"])
    op.create_index("ix_audit_logs_session_id", "audit_logs", ["session_id"])
    op.create_index(
        "ix_audit_logs_to_anonymize",
        "audit_logs",
        ["retain_until"],
        postgresql_where=sa.text("contains_pii AND anonymized_at IS NULL"),
        sqlite_where=sa.text("contains_pii AND anonymized_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_audit_logs_to_anonymize", table_name="audit_logs")
    op.drop_index("ix_audit_logs_session_id", table_name="audit_logs")
    op.drop_index("ix_audit_logs_correlation_id", table_name="audit_logs")
    with op.batch_alter_table("audit_logs") as batch_op:
        batch_op.drop_constraint(op.f("ck_audit_logs_anonymized_without_ip"), type_="check")
        batch_op.drop_constraint(op.f("ck_audit_logs_pii_is_named"), type_="check")
        batch_op.drop_constraint(op.f("fk_audit_logs_session_id_sessions"), type_="foreignkey")
        for column in (
            "retain_until",
            "anonymized_at",
            "pii_fields",
            "contains_pii",
            "ip_anonymized",
            "ip_address",
            "session_id",
            "correlation_id",
        ):
            batch_op.drop_column(column)
