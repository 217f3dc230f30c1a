//! Addresses of databases, and opening them. A password in an address is never written anywhere.

use std::path::{Path, PathBuf};

use retort_core::database::DatabaseError;
use retort_core::diagnostic::Diagnostic;
use retort_core::source::DialectKind;
use retort_drivers::{Engine, Mysql, Postgres, ServerUrl, Sqlite};

use crate::exit_code::ExitCode;
use crate::session::Stop;

/// Where a database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DatabaseUrl {
    /// A file of SQLite.
    File(PathBuf),
    /// SQLite in memory, for as long as the command runs.
    Memory,
    /// A database on a server.
    Server(ServerUrl),
}

impl DatabaseUrl {
    /// Reads an address; relative paths start at `folder`.
    ///
    /// # Errors
    /// When it is none. The message never repeats it: it may hold a password.
    pub(crate) fn parse(url: &str, folder: &Path) -> Result<DatabaseUrl, Diagnostic> {
        let Some((scheme, rest)) = url.split_once(':') else {
            return Err(unreadable("the address of the database has no `scheme:`"));
        };
        let (product, driver) = match scheme.split_once('+') {
            Some((product, driver)) => (product, Some(driver)),
            None => (scheme, None),
        };
        match DialectKind::from_name(product) {
            Some(DialectKind::Sqlite) => sqlite(rest, driver.is_some(), folder),
            Some(_) => ServerUrl::parse(url).map(DatabaseUrl::Server).map_err(|fault| {
                Diagnostic::error("database/unreadable-url", fault.0).help(
                    "Write `postgres://USER:PASSWORD@HOST:PORT/DATABASE` or `mysql://…`, and `%40` for an `@` in a name",
                )
            }),
            None => Err(unreadable("the address of the database begins with no scheme that is known")),
        }
    }

    /// Whose database it is.
    pub(crate) fn dialect(&self) -> DialectKind {
        match self {
            DatabaseUrl::File(_) | DatabaseUrl::Memory => DialectKind::Sqlite,
            DatabaseUrl::Server(url) => url.dialect,
        }
    }

    /// The address for people, without its password.
    pub(crate) fn describe(&self) -> String {
        match self {
            DatabaseUrl::File(path) => format!("sqlite:{}", path.display()),
            DatabaseUrl::Memory => "sqlite::memory:".to_owned(),
            DatabaseUrl::Server(url) => url.describe(),
        }
    }
}

fn sqlite(rest: &str, is_sqlalchemy: bool, folder: &Path) -> Result<DatabaseUrl, Diagnostic> {
    if rest.contains('?') {
        return Err(unreadable("options behind a `?` in the address of a SQLite file are not understood"));
    }
    let path = match (rest.strip_prefix("//"), is_sqlalchemy) {
        // SQLAlchemy's third stroke parts the (empty) host from the path.
        (Some(path), true) => path.strip_prefix('/').unwrap_or(path),
        (Some(path), false) => path,
        (None, _) => rest,
    };
    match path {
        ":memory:" | "/:memory:" => Ok(DatabaseUrl::Memory),
        "" if is_sqlalchemy => Ok(DatabaseUrl::Memory),
        "" | "/" => Err(unreadable("the address names no SQLite file")),
        path => Ok(DatabaseUrl::File(folder.join(path))),
    }
}

fn unreadable(message: &str) -> Diagnostic {
    Diagnostic::error("database/unreadable-url", message)
        .help("Write `sqlite:PATH` for a file, or `sqlite::memory:`")
}

/// Whether a database that is not there is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// An empty one is made.
    Make,
    /// That is an error: there is nothing to look at.
    Refuse,
    /// An empty one in memory stands in for it: no file is left behind.
    Pretend,
}

/// Opens a database.
pub(crate) fn open(url: &DatabaseUrl, missing: Missing) -> Result<Box<dyn Engine>, Stop> {
    match url {
        DatabaseUrl::Memory => Ok(Box::new(Sqlite::in_memory().map_err(|error| refused(&error))?)),
        DatabaseUrl::File(path) => {
            if missing == Missing::Refuse && !path.exists() {
                let message = format!("there is no database at `{}`", path.display());
                let said = Diagnostic::error("database/unreachable", message)
                    .help("Run `retort upgrade head` to make it, or name another with `--database`");
                return Err(Stop::new(ExitCode::Database, said));
            }
            if missing == Missing::Pretend && !path.exists() {
                return open(&DatabaseUrl::Memory, missing);
            }
            let opened = Sqlite::open(path).map_err(|error| {
                let message = format!("the database `{}` cannot be opened: {error}", path.display());
                Stop::new(ExitCode::Database, Diagnostic::error("database/unreachable", message))
            })?;
            Ok(Box::new(opened))
        }
        DatabaseUrl::Server(url) => connect(url).map_err(|error| {
            let message = format!("cannot connect to {}: {error}", url.describe());
            Stop::new(ExitCode::Database, Diagnostic::error("database/unreachable", message))
        }),
    }
}

fn connect(url: &ServerUrl) -> Result<Box<dyn Engine>, DatabaseError> {
    match url.dialect {
        DialectKind::Mysql => Ok(Box::new(Mysql::connect(url)?)),
        DialectKind::Postgres | DialectKind::Sqlite => Ok(Box::new(Postgres::connect(url)?)),
    }
}

/// What to say when a database refuses outside of a step.
pub(crate) fn refused(error: &DatabaseError) -> Stop {
    if is_locked(error) {
        let said = Diagnostic::error("database/locked", "another run holds the lock of the database")
            .help("Wait until it has ended, then run the command again");
        return Stop::new(ExitCode::Locked, said);
    }
    let (code, verb) = match error.unreachable {
        true => ("database/unreachable", "cannot be read"),
        false => ("database/refused", "refused"),
    };
    let said = Diagnostic::error(code, format!("the database {verb}: {error}"));
    Stop::new(ExitCode::Database, said)
}

/// Whether another connection is writing: `SQLITE_BUSY` and `SQLITE_LOCKED` (sqlite.org/rescode.html),
/// PostgreSQL's `lock_not_available`, MySQL's lock wait timeouts.
pub(crate) fn is_locked(error: &DatabaseError) -> bool {
    // An SQLSTATE has five characters, SQLite's numbers have up to four.
    let is_sqlite = error.code.len() < 5;
    let number = error.code.parse::<i32>().ok().filter(|_| is_sqlite);
    number.is_some_and(|code| matches!(code & 0xff, 5 | 6))
        || error.code == "55P03"
        || error.code.starts_with("1205/")
        || error.code.starts_with("3572/")
}

/// A text with three stars in place of every password in an address.
pub(crate) fn redact(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        clean.push_str(before);
        let end = after.find(|c: char| c.is_whitespace() || "'\"`".contains(c)).unwrap_or(after.len());
        let (address, behind) = after.split_at(end);
        clean.push_str(&redact_address(address));
        rest = behind;
    }
    clean.push_str(rest);
    clean
}

/// The last `@` ends the password: one may stand in it too.
fn redact_address(address: &str) -> String {
    let mut clean = match address.rsplit_once('@') {
        Some((login, host)) => {
            let user = login.split_once(':').map_or(login, |(user, _)| user);
            format!("{user}:***@{host}")
        }
        None => address.to_owned(),
    };
    if let Some(at) = clean.find("password=") {
        let start = at + "password=".len();
        let end = clean[start..].find('&').map_or(clean.len(), |end| start + end);
        clean.replace_range(start..end, "***");
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> DatabaseUrl {
        DatabaseUrl::parse(url, Path::new("base")).unwrap()
    }

    #[test]
    fn addresses_are_read() {
        let file = |path: &str| DatabaseUrl::File(PathBuf::from(path));
        assert_eq!(parse("sqlite:a/b.db"), file("base/a/b.db"));
        assert_eq!(parse("sqlite://a.db"), file("base/a.db"));
        assert_eq!(parse("sqlite:///a.db"), file("/a.db"));
        assert_eq!(parse("sqlite:/a.db"), file("/a.db"));
        assert_eq!(parse("sqlite+pysqlite:///a.db"), file("base/a.db"));
        assert_eq!(parse("sqlite+aiosqlite:////a.db"), file("/a.db"));
        assert_eq!(parse("sqlite::memory:"), DatabaseUrl::Memory);
        assert_eq!(parse("sqlite+pysqlite://"), DatabaseUrl::Memory);
        assert_eq!(parse("sqlite:///:memory:"), DatabaseUrl::Memory);
        assert_eq!(parse("postgresql+psycopg://u:p@h/d").dialect(), DialectKind::Postgres);
        assert_eq!(parse("mariadb://u@h/d").dialect(), DialectKind::Mysql);
    }

    #[test]
    fn addresses_that_are_none_are_not_repeated() {
        for url in [
            "secret",
            "sqlite:",
            "sqlite:///",
            "oracle://u:secret@h",
            "sqlite:a?secret",
            "mysql://u:secret@h:x/d",
        ] {
            let said = DatabaseUrl::parse(url, Path::new("")).unwrap_err();
            assert!(!format!("{said:?}").contains("secret"), "{url}");
        }
    }

    #[test]
    fn passwords_become_stars() {
        assert_eq!(redact("at 'postgres://u:p@w@h/d' x"), "at 'postgres://u:***@h/d' x");
        assert_eq!(redact("a://h/d?password=x&y=1 b://u:p@h"), "a://h/d?password=***&y=1 b://u:***@h");
        assert_eq!(redact("nothing: here"), "nothing: here");
    }
}
