-- revision: 8d25f9a3c170
-- down_revision: b61c4e0f7d28
-- dialect: mysql
-- message: Index the filters of the report list and the violation map

-- upgrade
CREATE INDEX idx_reports_timestamp_location ON reports (`timestamp`, location);
CREATE INDEX idx_violations_type_timestamp ON violations (violation_type, `timestamp`);
CREATE INDEX idx_violations_location_timestamp ON violations (location, `timestamp`);

-- downgrade
DROP INDEX idx_violations_location_timestamp ON violations;
DROP INDEX idx_violations_type_timestamp ON violations;
DROP INDEX idx_reports_timestamp_location ON reports;
