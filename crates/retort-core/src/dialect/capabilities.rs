//! What an engine can do, as facts.
//!
//! SQLite's facts were measured on 3.40.1, 3.53.4 and 3.54.1: the first knows none of the newer ALTER forms,
//! the second all but dropping a foreign key, the third that too (sqlite.org/changes.html). The others' are from
//! the release notes of PostgreSQL 12 to 18, MySQL 8.0 and 8.4 (1.4, "What is new") and MariaDB 10.11 to 11.

use crate::source::DialectKind;

/// The facts about one engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Whose engine it is.
    pub dialect: DialectKind,
    /// Its version as one number: 8.0.19 is `8_000_019`.
    pub number: u32,
    /// It is MariaDB, which shares MySQL's dialect.
    pub mariadb: bool,
    /// Schema changes can be rolled back.
    pub transactional_ddl: bool,
    /// `ALTER TABLE … ADD [CONSTRAINT] CHECK`.
    pub add_check: bool,
    /// `ALTER TABLE … DROP CONSTRAINT` of a CHECK (MySQL 8.0.19 for all constraints).
    pub drop_check: bool,
    /// `ALTER TABLE … DROP CONSTRAINT` of a FOREIGN KEY.
    pub drop_foreign_key: bool,
    /// `ALTER COLUMN … SET NOT NULL` and `DROP NOT NULL`.
    pub set_not_null: bool,
    /// All other forms of ALTER TABLE: types, defaults, keys, uniques, renamed constraints.
    pub alter_anything: bool,
    /// `ALTER TYPE … ADD VALUE` inside a transaction (PostgreSQL 12; its release notes, E.21.3.4).
    pub add_label_in_transaction: bool,
    /// `UNIQUE NULLS NOT DISTINCT` (PostgreSQL 15).
    pub nulls_not_distinct: bool,
    /// `ON DELETE SET NULL (a)` (PostgreSQL 15).
    pub set_some_columns: bool,
    /// Generated columns that are computed when read (PostgreSQL 18, always in MySQL).
    pub virtual_columns: bool,
    /// `ALTER COLUMN … SET EXPRESSION` (PostgreSQL 17).
    pub set_expression: bool,
    /// `NOT ENFORCED` (PostgreSQL 18, MySQL 8.0.16).
    pub not_enforced: bool,
    /// CHECK is more than a comment (MySQL 8.0.16, MariaDB 10.2).
    pub checks: bool,
    /// `RENAME COLUMN` (MySQL 8.0, MariaDB 10.5.2).
    pub rename_column: bool,
    /// `RENAME INDEX` (MySQL 5.7, MariaDB 10.5.2).
    pub rename_index: bool,
    /// Indexes of expressions (MySQL 8.0.13, not MariaDB).
    pub expression_indexes: bool,
    /// Indexes of some rows only (not MySQL and MariaDB).
    pub partial_indexes: bool,
    /// `DEFAULT (expression)` (MySQL 8.0.13, MariaDB 10.2).
    pub default_expressions: bool,
    /// Keys that are kept in descending order (MySQL 8.0, MariaDB 10.8).
    pub descending_keys: bool,
    /// `ADD COLUMN IF NOT EXISTS` and its kin (PostgreSQL, MariaDB).
    pub if_not_exists_in_alter: bool,
    /// `CREATE SEQUENCE` (PostgreSQL, MariaDB 10.3).
    pub sequences: bool,
    /// The type `uuid` (PostgreSQL, MariaDB 10.7).
    pub uuid: bool,
}

/// A version as one number that can be compared: 8.0.19 is `8_000_019`.
const fn version(major: u32, minor: u32, patch: u32) -> u32 {
    major * 1_000_000 + minor * 1_000 + patch
}

impl Capabilities {
    /// SQLite by its version number: 3.53.4 is `3_053_004` (`sqlite3_libversion_number`).
    pub const fn sqlite(version: u32) -> Capabilities {
        let newer_alter = version >= 3_053_000;
        Capabilities {
            dialect: DialectKind::Sqlite,
            number: version,
            add_check: newer_alter,
            drop_check: newer_alter,
            drop_foreign_key: version >= 3_054_000,
            set_not_null: newer_alter,
            alter_anything: false,
            nulls_not_distinct: false,
            set_some_columns: false,
            set_expression: false,
            not_enforced: false,
            rename_index: false,
            if_not_exists_in_alter: false,
            sequences: false,
            uuid: false,
            ..Capabilities::POSTGRES
        }
    }

    /// The newest PostgreSQL.
    pub const POSTGRES: Capabilities = Capabilities {
        dialect: DialectKind::Postgres,
        number: version(18, 0, 0),
        mariadb: false,
        transactional_ddl: true,
        add_check: true,
        drop_check: true,
        drop_foreign_key: true,
        set_not_null: true,
        alter_anything: true,
        add_label_in_transaction: true,
        nulls_not_distinct: true,
        set_some_columns: true,
        virtual_columns: true,
        set_expression: true,
        not_enforced: true,
        checks: true,
        rename_column: true,
        rename_index: true,
        expression_indexes: true,
        partial_indexes: true,
        default_expressions: true,
        descending_keys: true,
        if_not_exists_in_alter: true,
        sequences: true,
        uuid: true,
    };

    /// PostgreSQL by its major version.
    pub const fn postgres(major: u32) -> Capabilities {
        Capabilities {
            number: version(major, 0, 0),
            add_label_in_transaction: major >= 12,
            nulls_not_distinct: major >= 15,
            set_some_columns: major >= 15,
            set_expression: major >= 17,
            virtual_columns: major >= 18,
            not_enforced: major >= 18,
            ..Capabilities::POSTGRES
        }
    }

    /// The newest MySQL. MySQL and MariaDB commit with each DDL statement (MySQL 8.4, 15.3.3).
    pub const MYSQL: Capabilities = Capabilities::mysql(version(8, 4, 0));

    /// MySQL by its version: 8.0.19 is `8_000_019`.
    pub const fn mysql(number: u32) -> Capabilities {
        Capabilities {
            dialect: DialectKind::Mysql,
            number,
            transactional_ddl: false,
            drop_check: number >= version(8, 0, 19),
            nulls_not_distinct: false,
            set_some_columns: false,
            not_enforced: number >= version(8, 0, 16),
            checks: number >= version(8, 0, 16),
            rename_column: number >= version(8, 0, 0),
            rename_index: number >= version(5, 7, 0),
            expression_indexes: number >= version(8, 0, 13),
            partial_indexes: false,
            default_expressions: number >= version(8, 0, 13),
            descending_keys: number >= version(8, 0, 0),
            if_not_exists_in_alter: false,
            sequences: false,
            uuid: false,
            ..Capabilities::POSTGRES
        }
    }

    /// MariaDB by its version: 10.11.6 is `10_011_006`.
    pub const fn mariadb(number: u32) -> Capabilities {
        Capabilities {
            mariadb: true,
            number,
            drop_check: true,
            not_enforced: false,
            checks: number >= version(10, 2, 1),
            rename_column: number >= version(10, 5, 2),
            rename_index: number >= version(10, 5, 2),
            expression_indexes: false,
            default_expressions: number >= version(10, 2, 1),
            descending_keys: number >= version(10, 8, 0),
            if_not_exists_in_alter: true,
            sequences: number >= version(10, 3, 0),
            uuid: number >= version(10, 7, 0),
            ..Capabilities::MYSQL
        }
    }

    /// The newest version of a dialect that we know.
    pub const fn newest(dialect: DialectKind) -> Capabilities {
        match dialect {
            DialectKind::Sqlite => Capabilities::sqlite(3_054_001),
            DialectKind::Postgres => Capabilities::POSTGRES,
            DialectKind::Mysql => Capabilities::MYSQL,
        }
    }

    /// The parts of the version.
    pub const fn version(&self) -> (u32, u32, u32) {
        (self.number / 1_000_000, self.number / 1_000 % 1_000, self.number % 1_000)
    }

    /// Reads `sqlite:3.40.1`, `postgresql:15`, `mysql:8.0`, `mariadb:10.11`; without a version the newest. A part
    /// that is left out is the newest of its kind: `mysql:8.0` is the last 8.0.
    pub fn parse(text: &str) -> Option<Capabilities> {
        let (name, number) = text.split_once(':').unwrap_or((text, ""));
        let dialect = DialectKind::from_name(name)?;
        let mariadb = name.eq_ignore_ascii_case("mariadb");
        if number.is_empty() {
            let newest = if mariadb {
                Capabilities::mariadb(version(11, 8, 0))
            } else {
                Capabilities::newest(dialect)
            };
            return Some(newest);
        }
        let numbers: Vec<u32> = number.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
        if numbers.len() > 4 {
            return None;
        }
        let part = |at: usize, or: u32| numbers.get(at).copied().unwrap_or(or).min(999);
        Some(match dialect {
            DialectKind::Sqlite => Capabilities::sqlite(version(part(0, 0), part(1, 0), part(2, 0))),
            DialectKind::Postgres => Capabilities::postgres(part(0, 0)),
            DialectKind::Mysql if mariadb => {
                Capabilities::mariadb(version(part(0, 0), part(1, 999), part(2, 999)))
            }
            DialectKind::Mysql => Capabilities::mysql(version(part(0, 0), part(1, 999), part(2, 999))),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_hang_on_the_version() {
        let able = |text: &str| Capabilities::parse(text).unwrap();
        assert!(!able("sqlite:3.40.1").set_not_null && able("sqlite:3.54.1").drop_foreign_key);
        assert!(!able("postgresql:14").nulls_not_distinct && able("postgresql:15.3").nulls_not_distinct);
        assert!(!able("postgres:17").virtual_columns && able("postgresql").virtual_columns);
        assert!(able("mysql:8.0").drop_check && !able("mysql:8.0.18").drop_check);
        assert!(!able("mysql:5.7").expression_indexes && able("mysql:5.7").rename_index);
        assert!(able("mariadb:10.11").sequences && !able("mariadb:10.11").expression_indexes);
        assert!(!able("mysql:8.4").sequences && !able("mysql:8.4").mariadb);
        for wrong in ["oracle", "sqlite:new", "mysql:1.2.3.4.5", ""] {
            assert_eq!(Capabilities::parse(wrong), None, "{wrong}");
        }
    }
}
