-- revision: b61c4e0f7d28
-- down_revision: 3f8a1d6b92e4
-- dialect: mysql
-- message: Add the violations that a report found

-- upgrade
CREATE TABLE violations (
    id VARCHAR(36) NOT NULL,
    violation_type VARCHAR(100) NOT NULL,
    severity ENUM('low', 'medium', 'high', 'critical') NOT NULL DEFAULT 'medium',
    description TEXT NOT NULL,
    osha_standard VARCHAR(32) NULL COMMENT 'For example 29 CFR 1926.501(b)(1)',
    confidence DECIMAL(5, 4) NULL,
    `timestamp` TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    location VARCHAR(255) NULL,
    report_id VARCHAR(36) NOT NULL,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (id),
    KEY idx_violations_report (report_id),
    CONSTRAINT fk_violations_report_id_reports FOREIGN KEY (report_id) REFERENCES reports (id) ON DELETE CASCADE,
    CONSTRAINT ck_violations_confidence CHECK (confidence BETWEEN 0 AND 1)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE INDEX ix_violations_violation_type ON violations (violation_type);
CREATE INDEX ix_violations_timestamp ON violations (`timestamp`);
CREATE INDEX ix_violations_location ON violations (location);

-- downgrade
DROP TABLE violations;
