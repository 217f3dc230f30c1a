"""Who may see which rows

Revision ID: 20250815_1500_rls
Revises: 20250815_1000_production
Create Date: 2025-08-15 15:00:00

"""
from migration_helpers import (
    create_policy,
    disable_row_level_security,
    drop_policy,
    enable_row_level_security,
    validate_migration_safety,
)

revision = "20250815_1500_rls"
down_revision = "20250815_1000_production"
branch_labels = None
depends_on = None


def upgrade() -> None:
    validate_migration_safety("production_jobs", "enterprise_configuration", "enterprise_audit_log")
    enable_row_level_security("production_jobs", force=True)
    create_policy(
        "production_jobs",
        "tenant_isolation",
        using="tenant = current_setting('app.tenant', true)",
        with_check="tenant = current_setting('app.tenant', true)",
    )
    enable_row_level_security("enterprise_configuration")
    create_policy(
        "enterprise_configuration",
        "read_what_is_not_sensitive",
        command="SELECT",
        using="NOT is_sensitive OR current_setting('app.role', true) = 'admin'",
    )
    enable_row_level_security("enterprise_audit_log")
    create_policy("enterprise_audit_log", "append", command="INSERT", with_check="true")
    create_policy(
        "enterprise_audit_log",
        "auditors_read",
        command="SELECT",
        using="current_setting('app.role', true) IN ('admin', 'auditor')",
    )


def downgrade() -> None:
    drop_policy("enterprise_audit_log", "auditors_read")
    drop_policy("enterprise_audit_log", "append")
    disable_row_level_security("enterprise_audit_log")
    drop_policy("enterprise_configuration", "read_what_is_not_sensitive")
    disable_row_level_security("enterprise_configuration")
    drop_policy("production_jobs", "tenant_isolation")
    disable_row_level_security("production_jobs")
