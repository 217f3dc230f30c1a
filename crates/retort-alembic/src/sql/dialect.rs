//! Which server the text is for, and the facts about it that the compilers ask.

use retort_core::source::DialectKind;

/// What variants of types are chosen by, for the servers that are known here.
pub const NAMES: [&str; 4] = ["sqlite", "postgresql", "mysql", "mariadb"];

/// A server as SQLAlchemy's dialect objects know it after the first connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// The family.
    pub kind: DialectKind,
    /// Whether a server of the MySQL family is MariaDB.
    pub mariadb: bool,
    /// Its version.
    pub version: (u32, u32, u32),
}

impl Dialect {
    /// A server of a family, with the version that Retort takes when nobody says another.
    pub fn new(kind: DialectKind) -> Dialect {
        let version = match kind {
            DialectKind::Sqlite => (3, 40, 0),
            DialectKind::Postgres => (15, 0, 0),
            DialectKind::Mysql => (8, 0, 36),
        };
        Dialect { kind, mariadb: false, version }
    }

    /// A MariaDB server.
    pub fn mariadb(version: (u32, u32, u32)) -> Dialect {
        Dialect { kind: DialectKind::Mysql, mariadb: true, version }
    }

    /// What `dialect.name` answers in Python. MariaDB under a `mysql://` address is called `mysql`.
    pub fn name(self) -> &'static str {
        match self.kind {
            DialectKind::Sqlite => "sqlite",
            DialectKind::Postgres => "postgresql",
            DialectKind::Mysql => "mysql",
        }
    }

    /// Whether it is SQLite.
    pub fn is_sqlite(self) -> bool {
        self.kind == DialectKind::Sqlite
    }

    /// Whether it is PostgreSQL.
    pub fn is_postgres(self) -> bool {
        self.kind == DialectKind::Postgres
    }

    /// Whether it is of the MySQL family.
    pub fn is_mysql(self) -> bool {
        self.kind == DialectKind::Mysql
    }

    /// Whether comments are statements of their own.
    pub(super) fn comments_apart(self) -> bool {
        self.is_postgres()
    }

    /// `GENERATED … AS IDENTITY` (PostgreSQL 10).
    pub(super) fn has_identity(self) -> bool {
        self.is_postgres() && self.version >= (10, 0, 0)
    }

    /// Functions as defaults, in parentheses (MySQL 8.0.13, MariaDB 10.2.1).
    pub(super) fn has_function_defaults(self) -> bool {
        self.version >= if self.mariadb { (10, 2, 1) } else { (8, 0, 13) }
    }

    /// A type for UUIDs. MariaDB has one, which SQLAlchemy takes under a `mariadb://` address only (2.1.9,
    /// `MariaDBDialect.supports_native_uuid`).
    pub(super) fn has_uuid(self) -> bool {
        self.is_postgres()
    }

    /// Generated columns that are computed when read (PostgreSQL 18).
    pub(super) fn has_virtual_columns(self) -> bool {
        !self.is_postgres() || self.version >= (18, 0, 0)
    }

    /// `column['key']` on JSONB (PostgreSQL 14).
    pub(super) fn has_subscripts(self) -> bool {
        self.is_postgres() && self.version >= (14, 0, 0)
    }

    /// `CAST(… AS FLOAT)` (MySQL 8.0.17, MariaDB 10.4.5).
    pub(super) fn casts_to_float(self) -> bool {
        self.version >= if self.mariadb { (10, 4, 5) } else { (8, 0, 17) }
    }

    /// `ON DUPLICATE KEY UPDATE` names the new row by an alias (MySQL 8.0.20).
    pub(super) fn names_new_row(self) -> bool {
        !self.mariadb && self.version >= (8, 0, 20)
    }

    /// `FOR SHARE` (MySQL 8.0.1).
    pub(super) fn has_for_share(self) -> bool {
        !self.mariadb && self.version >= (8, 0, 1)
    }

    /// The longest name of an object.
    pub(super) fn longest_identifier(self) -> usize {
        match self.kind {
            DialectKind::Sqlite => 9999,
            DialectKind::Postgres => 63,
            DialectKind::Mysql => 255,
        }
    }

    /// The longest name of a constraint or index that was made by a rule.
    pub(super) fn longest_constraint_name(self) -> usize {
        match self.kind {
            DialectKind::Sqlite => 9999,
            DialectKind::Postgres => 63,
            DialectKind::Mysql => 64,
        }
    }
}
