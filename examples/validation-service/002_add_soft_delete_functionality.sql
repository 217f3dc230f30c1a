-- revision: 002_add_soft_delete
-- down_revision: 001_initial_migration
-- dialect: postgresql
-- message: Mark rows as deleted instead of removing them

-- The file's whole name has 33 characters, one more than the version table holds, so the id is shorter.

-- upgrade
ALTER TABLE validation_sessions
    ADD COLUMN deleted_at timestamptz,
    ADD COLUMN deleted_by varchar(255),
    ADD CONSTRAINT ck_validation_sessions_deleted CHECK ((deleted_at IS NULL) = (deleted_by IS NULL));
ALTER TABLE validation_results
    ADD COLUMN deleted_at timestamptz,
    ADD COLUMN deleted_by varchar(255);
ALTER TABLE validation_discrepancies
    ADD COLUMN deleted_at timestamptz,
    ADD COLUMN deleted_by varchar(255);

CREATE INDEX ix_validation_sessions_live
    ON validation_sessions (source_technology, target_technology, created_at DESC) WHERE deleted_at IS NULL;
CREATE INDEX ix_validation_sessions_deleted
    ON validation_sessions (deleted_at, deleted_by) WHERE deleted_at IS NOT NULL;
CREATE INDEX ix_validation_results_live
    ON validation_results (session_id, created_at) WHERE deleted_at IS NULL;
CREATE INDEX ix_validation_results_deleted
    ON validation_results (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX ix_validation_discrepancies_live
    ON validation_discrepancies (result_id, created_at) WHERE deleted_at IS NULL;
CREATE INDEX ix_validation_discrepancies_deleted
    ON validation_discrepancies (deleted_at) WHERE deleted_at IS NOT NULL;

COMMENT ON COLUMN validation_sessions.deleted_at IS 'NULL while the session is live';

-- downgrade
DROP INDEX ix_validation_discrepancies_deleted;
DROP INDEX ix_validation_discrepancies_live;
DROP INDEX ix_validation_results_deleted;
DROP INDEX ix_validation_results_live;
DROP INDEX ix_validation_sessions_deleted;
DROP INDEX ix_validation_sessions_live;
ALTER TABLE validation_discrepancies
    DROP COLUMN deleted_by,
    DROP COLUMN deleted_at;
ALTER TABLE validation_results
    DROP COLUMN deleted_by,
    DROP COLUMN deleted_at;
ALTER TABLE validation_sessions
    DROP CONSTRAINT ck_validation_sessions_deleted,
    DROP COLUMN deleted_by,
    DROP COLUMN deleted_at;
