"""Task 4.9: jobs end with the licence that they run under

Revision ID: 20250819_1245_task_49
Revises: 20250819_1230_task_48
Create Date: 2025-08-19 12:45:00

"""
import sqlalchemy as sa
from alembic import op

from migrations.columns import is_postgresql, uuid_type

revision = "20250819_1245_task_49"
down_revision = "20250819_1230_task_48"
branch_labels = None
depends_on = None

CANCEL_JOBS = """
CREATE FUNCTION cancel_jobs_of_license() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE jobs
       SET cancel_requested_at = now(), cancellation_reason = 'license_expired'
     WHERE license_id = NEW.id AND status IN ('queued', 'running') AND cancel_requested_at IS NULL;
    RETURN NEW;
END
$$
"""

TRIGGER = """
CREATE TRIGGER trg_licenses_cancel_jobs
AFTER UPDATE OF status ON licenses
FOR EACH ROW WHEN (NEW.status = 'expired' AND OLD.status <> 'expired')
EXECUTE FUNCTION cancel_jobs_of_license()
"""


def upgrade() -> None:
    if is_postgresql():
        # A value that is added cannot be used in the transaction that adds it.
        with op.get_context().autocommit_block():
            op.execute("ALTER TYPE job_status ADD VALUE IF NOT EXISTS 'cancelled'")
    with op.batch_alter_table("jobs") as batch_op:
        batch_op.add_column(sa.Column("license_id", uuid_type()))
        batch_op.add_column(sa.Column("cancel_requested_at", sa.DateTime(timezone=True)))
        batch_op.add_column(sa.Column("cancelled_at", sa.DateTime(timezone=True)))
        batch_op.add_column(sa.Column("cancellation_reason", sa.String(100)))
        batch_op.create_foreign_key(
            op.f("fk_jobs_license_id_licenses"), "licenses", ["license_id"], ["id"], ondelete="SET NULL"
        )
        batch_op.create_check_constraint(
            "cancelled_on_request", "cancelled_at IS NULL OR cancel_requested_at IS NOT NULL"
        )
    op.create_index("ix_jobs_license_id_status", "jobs", ["license_id", "status"])
    if is_postgresql():
        op.execute(CANCEL_JOBS)
        op.execute(TRIGGER)


def downgrade() -> None:
    if is_postgresql():
        op.execute("DROP TRIGGER trg_licenses_cancel_jobs ON licenses")
        op.execute("DROP FUNCTION cancel_jobs_of_license()")
    op.execute("UPDATE jobs SET status = 'failed' WHERE status = 'cancelled'")
    op.drop_index("ix_jobs_license_id_status", table_name="jobs")
    with op.batch_alter_table("jobs") as batch_op:
        batch_op.drop_constraint(op.f("ck_jobs_cancelled_on_request"), type_="check")
        batch_op.drop_constraint(op.f("fk_jobs_license_id_licenses"), type_="foreignkey")
        batch_op.drop_column("cancellation_reason")
        batch_op.drop_column("cancelled_at")
        batch_op.drop_column("cancel_requested_at")
        batch_op.drop_column("license_id")
    if is_postgresql():
        # PostgreSQL takes no value out of an enum: the type is made again without it.
        op.execute("ALTER TABLE jobs ALTER COLUMN status DROP DEFAULT")
        op.execute("ALTER TYPE job_status RENAME TO job_status_with_cancelled")
        op.execute("CREATE TYPE job_status AS ENUM ('queued', 'running', 'succeeded', 'failed')")
        op.execute("ALTER TABLE jobs ALTER COLUMN status TYPE job_status USING status::text::job_status")
        op.execute("ALTER TABLE jobs ALTER COLUMN status SET DEFAULT 'queued'")
        op.execute("DROP TYPE job_status_with_cancelled")
