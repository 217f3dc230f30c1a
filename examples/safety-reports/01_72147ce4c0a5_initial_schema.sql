-- revision: 72147ce4c0a5
-- down_revision: None
-- dialect: mysql
-- message: Initial schema: people who sign in with Microsoft

-- upgrade
CREATE TABLE users (
    id VARCHAR(36) NOT NULL,
    microsoft_user_id VARCHAR(255) NOT NULL,
    email VARCHAR(255) NOT NULL,
    name VARCHAR(255) NOT NULL,
    role ENUM('viewer', 'inspector', 'admin') NOT NULL DEFAULT 'inspector',
    profile_picture_url VARCHAR(255) NULL,
    organization VARCHAR(255) NULL,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    last_login TIMESTAMP NULL DEFAULT NULL,
    PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- One person may have several sign-ins over the years, so the address is looked up but not unique.
CREATE INDEX ix_users_email ON users (email);
CREATE UNIQUE INDEX ix_users_microsoft_user_id ON users (microsoft_user_id);

-- downgrade
DROP TABLE users;
