//! MySQL and MariaDB through the `mysql` crate, in the text protocol: values come as the server prints them.

use ::mysql::consts::{ColumnFlags, ColumnType};
use ::mysql::prelude::Queryable;
use ::mysql::{Column, Conn, DriverError, Error, OptsBuilder, SslOpts, Value as Told};
use retort_core::database::{Database, DatabaseError, ResultSet, Row, TextKind, Value};
use retort_core::dialect::Capabilities;
use retort_core::source::DialectKind;

use crate::{Engine, Place, ServerUrl, Tls};

/// A connection to a MySQL or MariaDB server.
pub struct Mysql {
    connection: Conn,
    version: String,
}

impl Mysql {
    /// Connects.
    ///
    /// # Errors
    /// [`DatabaseError`], `unreachable`: the server is not there or does not let us in.
    pub fn connect(url: &ServerUrl) -> Result<Mysql, DatabaseError> {
        let connected = match Conn::new(options(url, url.tls)) {
            Err(Error::DriverError(DriverError::TlsNotSupported)) if url.tls == Tls::Prefer => {
                Conn::new(options(url, Tls::Disable))
            }
            other => other,
        };
        let connection = connected.map_err(|error| unreachable(describe(&error, "")))?;
        let mut mysql = Mysql { connection, version: String::new() };
        let rows = mysql.query("SELECT version()").map_err(unreachable)?;
        let told = rows.first().and_then(|row| row.first()).and_then(Value::as_str).unwrap_or("?");
        // "10.11.19-MariaDB-0+deb12u1", "8.4.3"
        let number = told.split('-').next().unwrap_or(told);
        let product = if told.contains("MariaDB") { "MariaDB" } else { "MySQL" };
        mysql.version = format!("{product} {number}");
        Ok(mysql)
    }
}

fn options(url: &ServerUrl, tls: Tls) -> OptsBuilder {
    let user = url.user.clone().or_else(|| std::env::var("USER").ok());
    let options = OptsBuilder::new()
        .user(user)
        .pass(url.password.clone())
        .db_name(url.database.clone())
        .tcp_connect_timeout(Some(url.timeout))
        // The socket is used where the address says so, and only there.
        .prefer_socket(false);
    let options = match &url.place {
        Place::Tcp { host, port } => {
            options.ip_or_hostname(Some(host.as_str())).tcp_port(port.unwrap_or(3306))
        }
        Place::Socket { path, .. } => return options.socket(Some(path.to_string_lossy())),
        Place::Usual { port } => options.ip_or_hostname(Some("localhost")).tcp_port(port.unwrap_or(3306)),
    };
    let any = || SslOpts::default().with_danger_accept_invalid_certs(true);
    options.ssl_opts(match tls {
        Tls::Disable => None,
        Tls::Prefer | Tls::Require => Some(any().with_danger_skip_domain_validation(true)),
        Tls::VerifyFull => Some(SslOpts::default()),
    })
}

fn unreachable(error: DatabaseError) -> DatabaseError {
    DatabaseError { unreachable: true, ..error }
}

/// The server's words, `number/SQLSTATE`, and the byte that its message names.
fn describe(error: &Error, sql: &str) -> DatabaseError {
    match error {
        Error::MySqlError(told) => DatabaseError {
            offset: offset(&told.message, sql),
            message: told.message.clone(),
            code: format!("{}/{}", told.code, told.state),
            // 1040 to 1053: too many connections, no access from here, the server goes down.
            unreachable: matches!(told.code, 1040 | 1042 | 1053 | 1129 | 1130),
        },
        Error::IoError(_) | Error::CodecError(_) | Error::DriverError(_) | Error::TlsError(_) => {
            DatabaseError { message: error.to_string(), code: String::new(), offset: None, unreachable: true }
        }
        other => DatabaseError {
            message: other.to_string(),
            code: String::new(),
            offset: None,
            unreachable: false,
        },
    }
}

/// A syntax error quotes what stands where it was met: `… near 'FROM t' at line 2`.
fn offset(message: &str, sql: &str) -> Option<usize> {
    let (_, rest) = message.split_once(" near '")?;
    let (near, line) = rest.rsplit_once("' at line ")?;
    let line: usize = line.trim().parse().ok()?;
    if near.is_empty() {
        return Some(sql.trim_end().len().saturating_sub(1));
    }
    let line_of = |at: usize| sql[..at].matches('\n').count() + 1;
    sql.match_indices(near).map(|(at, _)| at).find(|at| line_of(*at) == line)
}

fn kind(column: &Column) -> TextKind {
    match column.column_type() {
        ColumnType::MYSQL_TYPE_DECIMAL | ColumnType::MYSQL_TYPE_NEWDECIMAL => TextKind::Numeric,
        ColumnType::MYSQL_TYPE_DATE => TextKind::Date,
        ColumnType::MYSQL_TYPE_DATETIME | ColumnType::MYSQL_TYPE_TIMESTAMP => TextKind::DateTime,
        _ => TextKind::Plain,
    }
}

fn value(told: Told, column: Option<&Column>) -> Value {
    let bytes = match told {
        Told::NULL => return Value::Null,
        Told::Bytes(bytes) => bytes,
        // The text protocol gives bytes only; the other forms come from prepared statements.
        other => return Value::Text(other.as_sql(true)),
    };
    let kind = column.map(Column::column_type);
    // 63 is `binary`: bytes, not characters (dev.mysql.com, Protocol::ColumnDefinition).
    let binary = column.is_some_and(|column| column.character_set() == 63);
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return Value::Blob(error.into_bytes()),
    };
    use ColumnType as T;
    let parsed = match kind {
        Some(
            T::MYSQL_TYPE_TINY
            | T::MYSQL_TYPE_SHORT
            | T::MYSQL_TYPE_INT24
            | T::MYSQL_TYPE_LONG
            | T::MYSQL_TYPE_LONGLONG
            | T::MYSQL_TYPE_YEAR,
        ) => text.parse().ok().map(Value::Integer),
        Some(T::MYSQL_TYPE_FLOAT | T::MYSQL_TYPE_DOUBLE) => text.parse().ok().map(Value::Real),
        Some(
            T::MYSQL_TYPE_TINY_BLOB
            | T::MYSQL_TYPE_MEDIUM_BLOB
            | T::MYSQL_TYPE_LONG_BLOB
            | T::MYSQL_TYPE_BLOB
            | T::MYSQL_TYPE_STRING
            | T::MYSQL_TYPE_VAR_STRING
            | T::MYSQL_TYPE_BIT
            | T::MYSQL_TYPE_GEOMETRY,
        ) if binary && column.is_some_and(|c| c.flags().contains(ColumnFlags::BINARY_FLAG)) => {
            return Value::Blob(text.into_bytes());
        }
        _ => None,
    };
    parsed.unwrap_or(Value::Text(text))
}

impl Database for Mysql {
    fn dialect(&self) -> DialectKind {
        DialectKind::Mysql
    }

    fn version(&self) -> String {
        self.version.clone()
    }

    fn execute(&mut self, sql: &str) -> Result<u64, DatabaseError> {
        let result = self.connection.query_iter(sql).map_err(|error| describe(&error, sql))?;
        let changed = result.affected_rows();
        // What rows there are must be read before the next statement; a later one may be an error.
        for found in result {
            found.map_err(|error| describe(&error, sql))?;
        }
        Ok(changed)
    }

    fn select(&mut self, sql: &str) -> Result<ResultSet, DatabaseError> {
        let result = self.connection.query_iter(sql).map_err(|error| describe(&error, sql))?;
        let columns = result.columns();
        let names = columns.as_ref().iter().map(|column| column.name_str().into_owned()).collect();
        let kinds = columns.as_ref().iter().map(kind).collect();
        let mut rows: Vec<Row> = Vec::new();
        for found in result {
            let found = found.map_err(|error| describe(&error, sql))?;
            let columns = found.columns();
            let values = found.unwrap().into_iter().enumerate();
            rows.push(values.map(|(at, told)| value(told, columns.get(at))).collect());
        }
        Ok(ResultSet { columns: names, kinds, rows })
    }
}

impl Engine for Mysql {
    fn capabilities(&self) -> Capabilities {
        // `MariaDB 10.11.6` → `mariadb:10.11.6`
        let words = self.version.to_ascii_lowercase().replacen(' ', ":", 1);
        Capabilities::parse(&words).unwrap_or(Capabilities::MYSQL)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_syntax_error_is_found_in_the_statement() {
        let near = |near: &str, line: usize| {
            format!("You have an error in your SQL syntax; check the manual near '{near}' at line {line}")
        };
        let sql = "CREATE TABLE t (\n  a INT INT,\n  b INT INT\n)";
        assert_eq!(offset(&near("INT\n)", 3), sql), sql.find("INT\n)"));
        assert_eq!(offset(&near("", 4), sql), Some(sql.len() - 1));
        assert_eq!(offset("Table 't' already exists", sql), None);
    }
}
