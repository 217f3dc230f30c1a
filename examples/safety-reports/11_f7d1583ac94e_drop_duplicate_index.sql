-- revision: f7d1583ac94e
-- down_revision: 2e6a90cf8b53
-- dialect: mysql
-- message: Drop the duplicate index on detection_history.timestamp

-- upgrade
-- ix_detection_history_timestamp holds the same column and stays.
DROP INDEX idx_detection_history_timestamp ON detection_history;

-- downgrade
CREATE INDEX idx_detection_history_timestamp ON detection_history (`timestamp`);
