//! What an engine can do, as facts.
//!
//! SQLite's facts were measured on 3.40.1, 3.53.4 and 3.54.1: the first knows none of the newer ALTER forms,
//! the second all but dropping a foreign key, the third that too (sqlite.org/changes.html).

use crate::source::DialectKind;

/// The facts about one engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Whose engine it is.
    pub dialect: DialectKind,
    /// Schema changes can be rolled back.
    pub transactional_ddl: bool,
    /// `ALTER TABLE … ADD [CONSTRAINT] CHECK`.
    pub add_check: bool,
    /// `ALTER TABLE … DROP CONSTRAINT` of a CHECK.
    pub drop_check: bool,
    /// `ALTER TABLE … DROP CONSTRAINT` of a FOREIGN KEY.
    pub drop_foreign_key: bool,
    /// `ALTER COLUMN … SET NOT NULL` and `DROP NOT NULL`.
    pub set_not_null: bool,
    /// All other forms of ALTER TABLE: types, defaults, keys, uniques, renamed constraints.
    pub alter_anything: bool,
    /// `ALTER TYPE … ADD VALUE` inside a transaction (PostgreSQL 12; its release notes, E.21.3.4).
    pub add_label_in_transaction: bool,
}

impl Capabilities {
    /// SQLite by its version number: 3.53.4 is `3_053_004` (`sqlite3_libversion_number`).
    pub const fn sqlite(version: u32) -> Capabilities {
        let newer_alter = version >= 3_053_000;
        Capabilities {
            dialect: DialectKind::Sqlite,
            transactional_ddl: true,
            add_check: newer_alter,
            drop_check: newer_alter,
            drop_foreign_key: version >= 3_054_000,
            set_not_null: newer_alter,
            alter_anything: false,
            add_label_in_transaction: true,
        }
    }

    /// PostgreSQL.
    pub const POSTGRES: Capabilities = Capabilities {
        dialect: DialectKind::Postgres,
        transactional_ddl: true,
        add_check: true,
        drop_check: true,
        drop_foreign_key: true,
        set_not_null: true,
        alter_anything: true,
        add_label_in_transaction: true,
    };

    /// PostgreSQL by its major version.
    pub const fn postgres(major: u32) -> Capabilities {
        Capabilities { add_label_in_transaction: major >= 12, ..Capabilities::POSTGRES }
    }

    /// MySQL and MariaDB: each DDL statement commits by itself (MySQL 8.4, 15.3.3).
    pub const MYSQL: Capabilities =
        Capabilities { dialect: DialectKind::Mysql, transactional_ddl: false, ..Capabilities::POSTGRES };

    /// The newest version of a dialect that we know.
    pub const fn newest(dialect: DialectKind) -> Capabilities {
        match dialect {
            DialectKind::Sqlite => Capabilities::sqlite(3_054_001),
            DialectKind::Postgres => Capabilities::POSTGRES,
            DialectKind::Mysql => Capabilities::MYSQL,
        }
    }
}
