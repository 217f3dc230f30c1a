-- revision: 005_status_and_severity_types
-- down_revision: 004_load_reference_sessions
-- dialect: postgresql
-- message: Give status and severity types of their own

-- upgrade
CREATE TYPE validation_status AS ENUM ('pending', 'running', 'completed', 'failed');
CREATE TYPE discrepancy_severity AS ENUM ('info', 'warning', 'critical');

ALTER TABLE validation_sessions DROP CONSTRAINT ck_validation_sessions_status;
ALTER TABLE validation_sessions ALTER COLUMN status DROP DEFAULT;
ALTER TABLE validation_sessions ALTER COLUMN status TYPE validation_status USING status::validation_status;
ALTER TABLE validation_sessions ALTER COLUMN status SET DEFAULT 'pending';

ALTER TABLE validation_discrepancies DROP CONSTRAINT ck_validation_discrepancies_severity;
ALTER TABLE validation_discrepancies ALTER COLUMN severity DROP DEFAULT;
ALTER TABLE validation_discrepancies
    ALTER COLUMN severity TYPE discrepancy_severity USING severity::discrepancy_severity;
ALTER TABLE validation_discrepancies ALTER COLUMN severity SET DEFAULT 'info';

-- downgrade
ALTER TABLE validation_discrepancies ALTER COLUMN severity DROP DEFAULT;
ALTER TABLE validation_discrepancies ALTER COLUMN severity TYPE varchar(20) USING severity::varchar(20);
ALTER TABLE validation_discrepancies ALTER COLUMN severity SET DEFAULT 'info';
ALTER TABLE validation_discrepancies
    ADD CONSTRAINT ck_validation_discrepancies_severity CHECK (severity IN ('info', 'warning', 'critical'));

ALTER TABLE validation_sessions ALTER COLUMN status DROP DEFAULT;
ALTER TABLE validation_sessions ALTER COLUMN status TYPE varchar(20) USING status::varchar(20);
ALTER TABLE validation_sessions ALTER COLUMN status SET DEFAULT 'pending';
ALTER TABLE validation_sessions
    ADD CONSTRAINT ck_validation_sessions_status CHECK (status IN ('pending', 'running', 'completed', 'failed'));

DROP TYPE discrepancy_severity;
DROP TYPE validation_status;
