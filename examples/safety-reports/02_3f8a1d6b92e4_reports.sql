-- revision: 3f8a1d6b92e4
-- down_revision: 72147ce4c0a5
-- branch_labels: reporting
-- dialect: mysql
-- message: Add reports, owned by the user who wrote them

-- upgrade
CREATE TABLE reports (
    id VARCHAR(36) NOT NULL,
    report_id VARCHAR(64) NOT NULL COMMENT 'The number printed on the report',
    title VARCHAR(255) NOT NULL,
    `text` TEXT NOT NULL,
    location VARCHAR(255) NULL,
    `timestamp` TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP COMMENT 'When the site was inspected',
    user_id VARCHAR(36) NOT NULL,
    `format` VARCHAR(20) NOT NULL DEFAULT 'pdf',
    metadata_json JSON NULL,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    PRIMARY KEY (id),
    -- It also serves the foreign key, so InnoDB makes no index of its own.
    KEY idx_reports_user_timestamp (user_id, `timestamp`),
    CONSTRAINT fk_reports_user_id_users FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE UNIQUE INDEX ix_reports_report_id ON reports (report_id);
CREATE INDEX ix_reports_timestamp ON reports (`timestamp`);
CREATE INDEX ix_reports_location ON reports (location);

-- downgrade
DROP TABLE reports;
