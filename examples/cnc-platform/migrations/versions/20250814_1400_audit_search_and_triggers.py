"""GIN indexes on the audited values; the log is append-only

Revision ID: 20250814_1400_audit_search
Revises: 20250814_0900_base
Create Date: 2025-08-14 14:00:00

"""
from migration_helpers import (
    create_gin_index,
    create_trigger,
    drop_gin_index,
    drop_trigger,
    execute_on_postgresql,
    validate_migration_safety,
)

revision = "20250814_1400_audit_search"
down_revision = "20250814_0900_base"
branch_labels = None
depends_on = None

REFUSE_CHANGE = """
CREATE FUNCTION refuse_change_of_audit_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only';
END
$$
"""

TOUCH = """
CREATE FUNCTION touch_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$
"""


def upgrade() -> None:
    validate_migration_safety("enterprise_audit_log", "enterprise_configuration")
    create_gin_index("enterprise_audit_log", "old_values", operator_class="jsonb_path_ops")
    create_gin_index("enterprise_audit_log", "new_values", operator_class="jsonb_path_ops", fastupdate=False)
    execute_on_postgresql(REFUSE_CHANGE)
    execute_on_postgresql(TOUCH)
    create_trigger(
        "enterprise_audit_log",
        "trg_enterprise_audit_log_append_only",
        when="BEFORE UPDATE OR DELETE",
        function="refuse_change_of_audit_log",
    )
    create_trigger(
        "enterprise_configuration",
        "trg_enterprise_configuration_touch",
        when="BEFORE UPDATE",
        function="touch_updated_at",
        condition="OLD.* IS DISTINCT FROM NEW.*",
    )


def downgrade() -> None:
    drop_trigger("enterprise_configuration", "trg_enterprise_configuration_touch")
    drop_trigger("enterprise_audit_log", "trg_enterprise_audit_log_append_only")
    execute_on_postgresql("DROP FUNCTION touch_updated_at()")
    execute_on_postgresql("DROP FUNCTION refuse_change_of_audit_log()")
    drop_gin_index("enterprise_audit_log", "new_values")
    drop_gin_index("enterprise_audit_log", "old_values")
