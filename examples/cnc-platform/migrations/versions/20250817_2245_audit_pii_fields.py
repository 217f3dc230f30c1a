"""Personal data in the audit log, and how it is made anonymous

Revision ID: 20250817_2245_audit_pii
Revises: 20250816_0800_utilisation
Create Date: 2025-08-17 22:45:00

"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migration_helpers import (
    comment_on_column,
    create_partial_index,
    drop_named_check_constraint,
    named_check_constraint,
    validate_migration_safety,
)

revision = "20250817_2245_audit_pii"
down_revision = "20250816_0800_utilisation"
branch_labels = None
depends_on = None

PII_CLASSES = "'none', 'low', 'sensitive'"


def upgrade() -> None:
    validate_migration_safety("enterprise_audit_log")
    op.add_column("enterprise_audit_log", sa.Column("ip_address", sa.String(45).with_variant(postgresql.INET(), "postgresql")))
    op.add_column(
        "enterprise_audit_log",
        sa.Column("pii_classification", sa.String(20), server_default="none", nullable=False),
    )
    op.add_column(
        "enterprise_audit_log",
        sa.Column("is_anonymized", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column("enterprise_audit_log", sa.Column("anonymized_at", sa.DateTime(timezone=True)))
    named_check_constraint("enterprise_audit_log", "pii_classification", f"pii_classification IN ({PII_CLASSES})")
    named_check_constraint(
        "enterprise_audit_log", "anonymized_since", "is_anonymized = (anonymized_at IS NOT NULL)"
    )
    create_partial_index(
        "enterprise_audit_log",
        ["occurred_at"],
        "pii_classification <> 'none' AND NOT is_anonymized",
        name="ix_enterprise_audit_log_to_anonymize",
    )
    comment_on_column("enterprise_audit_log", "ip_address", "The last octet is zero once the row is anonymous")


def downgrade() -> None:
    op.drop_index("ix_enterprise_audit_log_to_anonymize", table_name="enterprise_audit_log")
    drop_named_check_constraint("enterprise_audit_log", "anonymized_since")
    drop_named_check_constraint("enterprise_audit_log", "pii_classification")
    op.drop_column("enterprise_audit_log", "anonymized_at")
    op.drop_column("enterprise_audit_log", "is_anonymized")
    op.drop_column("enterprise_audit_log", "pii_classification")
    op.drop_column("enterprise_audit_log", "ip_address")
