//! Names and how they are written: quoted when the dialect asks for it, cut when they are too long.

use std::fmt;
use std::ops::Deref;
use std::rc::Rc;

use retort_core::source::DialectKind;

use super::dialect::Dialect;
use super::error::{ErrorKind, Result, SqlError};
use super::{md5, words};

/// A name, with the author's word on quoting (`quoted_name`, `quote=`), if any.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identifier {
    text: Rc<str>,
    quote: Option<bool>,
}

impl Identifier {
    /// A name that is quoted when it must be.
    pub fn new(text: impl AsRef<str>) -> Identifier {
        Identifier { text: Rc::from(text.as_ref()), quote: None }
    }

    /// A name that is always or never quoted.
    pub fn quoted(text: impl AsRef<str>, quote: Option<bool>) -> Identifier {
        Identifier { text: Rc::from(text.as_ref()), quote }
    }

    /// The bare name.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The name as it stands in SQL.
    pub fn sql(&self, dialect: Dialect) -> String {
        match self.quote {
            Some(true) => quote_always(&self.text, dialect),
            Some(false) => self.text.to_string(),
            None => quote(&self.text, dialect),
        }
    }
}

impl Deref for Identifier {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl From<&str> for Identifier {
    fn from(text: &str) -> Identifier {
        Identifier::new(text)
    }
}

impl From<String> for Identifier {
    fn from(text: String) -> Identifier {
        Identifier::new(text)
    }
}

impl PartialEq<str> for Identifier {
    fn eq(&self, other: &str) -> bool {
        &*self.text == other
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The name of a constraint or index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ConstraintName {
    /// None was given.
    #[default]
    None,
    /// Given, and still subject to a convention with `%(constraint_name)s`.
    Plain(String),
    /// Final: from `op.f()`, `conv()` or a convention; cut when too long.
    Final(String),
    /// Final, and written as given: from `quoted_name`.
    Quoted(Identifier),
}

impl ConstraintName {
    /// A name from Python's `name=` argument.
    pub fn plain(name: Option<&str>) -> ConstraintName {
        name.map_or(ConstraintName::None, |name| ConstraintName::Plain(name.to_owned()))
    }

    /// A final name.
    pub fn fixed(name: impl Into<String>) -> ConstraintName {
        ConstraintName::Final(name.into())
    }

    /// The name, if there is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            ConstraintName::None => None,
            ConstraintName::Plain(name) | ConstraintName::Final(name) => Some(name),
            ConstraintName::Quoted(name) => Some(name),
        }
    }

    /// The name as it stands in SQL.
    pub fn sql(&self, dialect: Dialect) -> Result<Option<String>> {
        match self {
            ConstraintName::None => Ok(None),
            ConstraintName::Plain(name) => checked(name, dialect).map(|name| Some(quote(name, dialect))),
            ConstraintName::Quoted(name) => {
                checked(name, dialect)?;
                Ok(Some(name.sql(dialect)))
            }
            ConstraintName::Final(name) => {
                Ok(Some(quote(&truncate(name, dialect.longest_constraint_name()), dialect)))
            }
        }
    }
}

fn checked(name: &str, dialect: Dialect) -> Result<&str> {
    let longest = dialect.longest_identifier();
    match name.chars().count() > longest {
        true => Err(SqlError::new(
            ErrorKind::Identifier,
            format!("Identifier '{name}' exceeds maximum length of {longest} characters"),
        )),
        false => Ok(name),
    }
}

/// Cuts a name that a rule made, and marks it by four digits of its MD5 (SQLAlchemy's `_truncated_label`).
pub fn truncate(name: &str, longest: usize) -> String {
    if name.chars().count() <= longest {
        return name.to_owned();
    }
    let digest = md5::hex(name.as_bytes());
    let kept: String = name.chars().take(longest.saturating_sub(8)).collect();
    format!("{kept}_{}", &digest[digest.len() - 4..])
}

/// A name, quoted if it is reserved, not all lower case, or has a character that asks for it.
pub fn quote(name: &str, dialect: Dialect) -> String {
    if needs_quotes(name, dialect) { quote_always(name, dialect) } else { name.to_owned() }
}

/// The parts of a dotted name, each quoted if need be.
pub(super) fn quote_dotted(name: &Identifier, dialect: Dialect) -> String {
    match name.quote {
        Some(_) => name.sql(dialect),
        None => name.split('.').map(|part| quote(part, dialect)).collect::<Vec<_>>().join("."),
    }
}

fn quote_always(name: &str, dialect: Dialect) -> String {
    match dialect.kind {
        DialectKind::Mysql => format!("`{}`", name.replace('`', "``")),
        DialectKind::Sqlite | DialectKind::Postgres => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}

fn needs_quotes(name: &str, dialect: Dialect) -> bool {
    let reserved = match (dialect.kind, dialect.mariadb) {
        (DialectKind::Sqlite, _) => words::SQLITE,
        (DialectKind::Postgres, _) => words::POSTGRES,
        (DialectKind::Mysql, false) => words::MYSQL,
        (DialectKind::Mysql, true) => words::MARIADB,
    };
    let lower = name.to_lowercase();
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    name.is_empty()
        || reserved.binary_search(&lower.as_str()).is_ok()
        || name.starts_with(|c: char| c.is_ascii_digit() || c == '$')
        || !name.chars().all(legal)
        || lower != name
}

/// Schema and name, with a dot between.
pub(super) fn qualified(schema: Option<&Identifier>, name: &Identifier, dialect: Dialect) -> String {
    match schema.filter(|schema| !schema.is_empty()) {
        Some(schema) => format!("{}.{}", schema.sql(dialect), name.sql(dialect)),
        None => name.sql(dialect),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_as_each_dialect_asks() {
        let rows = [
            ("user", "user", "\"user\"", "user"),
            ("group", "\"group\"", "\"group\"", "`group`"),
            ("Name", "\"Name\"", "\"Name\"", "`Name`"),
            ("_id", "_id", "_id", "_id"),
            ("1st", "\"1st\"", "\"1st\"", "`1st`"),
            ("a$b", "a$b", "a$b", "a$b"),
            ("a-b", "\"a-b\"", "\"a-b\"", "`a-b`"),
            ("", "\"\"", "\"\"", "``"),
        ];
        for (name, sqlite, postgres, mysql) in rows {
            assert_eq!(quote(name, Dialect::new(DialectKind::Sqlite)), sqlite);
            assert_eq!(quote(name, Dialect::new(DialectKind::Postgres)), postgres);
            assert_eq!(quote(name, Dialect::new(DialectKind::Mysql)), mysql);
        }
    }

    #[test]
    fn only_final_names_are_cut() {
        let postgres = Dialect::new(DialectKind::Postgres);
        let long = format!("fk_{}", "a".repeat(80));
        let cut = ConstraintName::fixed(&long).sql(postgres);
        // sqlalchemy 2.1.9: conv("fk_" + "a" * 80)
        assert_eq!(cut, Ok(Some(format!("fk_{}_{}", "a".repeat(52), &md5::hex(long.as_bytes())[28..]))));
        assert!(ConstraintName::Plain(long).sql(postgres).is_err());
    }
}
