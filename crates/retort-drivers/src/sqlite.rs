//! SQLite through rusqlite: natively the bundled library, in the browser the same calls on wasm.

use std::path::Path;

use retort_core::cascade::{RecordRows, Recording};
use retort_core::database::{Database, DatabaseError, ResultSet, Row, Value};
use retort_core::dialect::Capabilities;
use retort_core::source::DialectKind;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Statement};

use crate::Limits;

/// A connection to an SQLite database.
pub struct Sqlite {
    pub(crate) connection: Connection,
    limits: Option<Limits>,
}

/// What a statement typed by a person gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The statement's own text.
    pub sql: String,
    /// Names of the columns; empty for a statement that gives no rows.
    pub columns: Vec<String>,
    /// Rows, up to the limit.
    pub rows: Vec<Row>,
    /// More rows were there.
    pub truncated: bool,
    /// Rows it changed itself (cascades not counted).
    pub changed: u64,
}

impl Sqlite {
    /// Opens a file, or makes it.
    ///
    /// # Errors
    /// When SQLite cannot open it.
    pub fn open(path: &Path) -> Result<Sqlite, DatabaseError> {
        let connection =
            Connection::open(path).map_err(|error| DatabaseError { unreachable: true, ..describe(error) })?;
        Sqlite::prepare(connection)
    }

    /// Makes a database in memory.
    ///
    /// # Errors
    /// When SQLite cannot.
    pub fn in_memory() -> Result<Sqlite, DatabaseError> {
        Sqlite::prepare(Connection::open_in_memory().map_err(describe)?)
    }

    fn prepare(connection: Connection) -> Result<Sqlite, DatabaseError> {
        let mut sqlite = Sqlite { connection, limits: None };
        sqlite.add_functions().map_err(describe)?;
        sqlite.execute("PRAGMA foreign_keys=ON")?;
        Ok(sqlite)
    }

    /// `regexp(pattern, value)`, which stands behind `value REGEXP pattern`.
    fn add_functions(&mut self) -> rusqlite::Result<()> {
        let flags = FunctionFlags::SQLITE_UTF8
            | FunctionFlags::SQLITE_DETERMINISTIC
            | FunctionFlags::SQLITE_INNOCUOUS;
        self.connection.create_scalar_function("regexp", 2, flags, |context| {
            let (ValueRef::Text(_), ValueRef::Text(_)) = (context.get_raw(0), context.get_raw(1)) else {
                return Ok(None);
            };
            let pattern = context.get_or_create_aux(0, |value| {
                regex_lite::Regex::new(value.as_str()?)
                    .map_err(|error| Box::new(error) as Box<dyn std::error::Error + Send + Sync>)
            })?;
            Ok(Some(pattern.is_match(context.get_raw(1).as_str()?)))
        })
    }

    /// Bounds what statements may use from now on.
    ///
    /// # Errors
    /// When SQLite refuses a setting.
    pub fn set_limits(&mut self, limits: Limits) -> Result<(), DatabaseError> {
        limits.install(self)?;
        self.limits = Some(limits);
        Ok(())
    }

    /// Begins the time that one statement may take.
    fn start_clock(&self) {
        if let Some(limits) = &self.limits {
            limits.start_clock();
        }
    }

    /// SQLite's own version number: 3.53.4 is `3_053_004`.
    pub fn capabilities(&self) -> Capabilities {
        Capabilities::sqlite(u32::try_from(rusqlite::version_number()).unwrap_or(0))
    }

    /// The whole database as bytes.
    ///
    /// # Errors
    /// When memory runs out.
    pub fn serialize(&mut self) -> Result<Vec<u8>, DatabaseError> {
        Ok(self.connection.serialize("main").map_err(describe)?.to_vec())
    }

    /// Puts a database in place of this one; functions and limits stay.
    ///
    /// The image goes into a new connection: on the old one the table-valued pragmas would keep pointing at the
    /// schema that was freed (seen on 3.53.4 with column metadata: a read out of bounds at the next inspection).
    ///
    /// # Errors
    /// When the bytes are no database.
    pub fn restore(&mut self, image: &[u8]) -> Result<(), DatabaseError> {
        let mut connection = Connection::open_in_memory().map_err(describe)?;
        connection.deserialize_read_exact("main", image, image.len(), false).map_err(describe)?;
        let mut restored = Sqlite::prepare(connection)?;
        if let Some(limits) = self.limits.take() {
            restored.set_limits(limits)?;
        }
        *self = restored;
        Ok(())
    }

    /// Runs several statements as a person types them; stops at the first that is refused, and gives the answers
    /// until then.
    pub fn run(&mut self, sql: &str, most_rows: usize) -> (Vec<Answer>, Option<(String, DatabaseError)>) {
        let mut answers = Vec::new();
        for statement in retort_core::operation::split(sql, DialectKind::Sqlite) {
            let text = &sql[statement.start..statement.end];
            match self.answer(text, most_rows) {
                Ok(answer) => answers.push(answer),
                Err(error) => return (answers, Some((text.to_owned(), error))),
            }
        }
        (answers, None)
    }

    fn answer(&mut self, sql: &str, most_rows: usize) -> Result<Answer, DatabaseError> {
        self.start_clock();
        let mut statement = self.connection.prepare(sql).map_err(describe)?;
        let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let reads = statement.readonly();
        let (rows, truncated) = read(&mut statement, most_rows)?;
        drop(statement);
        let changed = if reads { 0 } else { self.connection.changes() };
        Ok(Answer { sql: sql.to_owned(), columns, rows, truncated, changed })
    }

    /// Whether a transaction is open.
    pub fn is_in_transaction(&self) -> bool {
        !self.connection.is_autocommit()
    }
}

/// Reads rows up to a limit; the statement is run to its end all the same.
fn read(statement: &mut Statement<'_>, most: usize) -> Result<(Vec<Row>, bool), DatabaseError> {
    let width = statement.column_count();
    let mut found = Vec::new();
    let mut truncated = false;
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().map_err(describe)? {
        if found.len() >= most {
            truncated = true;
            break;
        }
        let values = (0..width).map(|at| row.get_ref(at).map(value)).collect::<rusqlite::Result<Row>>();
        found.push(values.map_err(describe)?);
    }
    Ok((found, truncated))
}

/// A value as the core knows it.
pub(crate) fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    }
}

/// SQLite's words and its extended code.
pub(crate) fn describe(error: rusqlite::Error) -> DatabaseError {
    let (code, message, offset) = match error {
        rusqlite::Error::SqliteFailure(code, message) => {
            (code.extended_code, message.unwrap_or_else(|| code.to_string()), None)
        }
        rusqlite::Error::SqlInputError { error, msg, offset, .. } => {
            (error.extended_code, msg, usize::try_from(offset).ok())
        }
        other => (0, other.to_string(), None),
    };
    let message = match code {
        // SQLITE_INTERRUPT comes only from the progress handler.
        9 => "interrupted: the statement took longer than it may".to_owned(),
        _ => message,
    };
    // CANTOPEN, NOTADB, AUTH and their kin: the file itself is the trouble.
    let unreachable = matches!(code & 0xff, 14 | 26 | 23);
    DatabaseError { message, code: code.to_string(), offset, unreachable }
}

impl Database for Sqlite {
    fn dialect(&self) -> DialectKind {
        DialectKind::Sqlite
    }

    fn version(&self) -> String {
        format!("SQLite {}", rusqlite::version())
    }

    fn execute(&mut self, sql: &str) -> Result<u64, DatabaseError> {
        self.start_clock();
        let mut statement = self.connection.prepare(sql).map_err(describe)?;
        let mut rows = statement.raw_query();
        while rows.next().map_err(describe)?.is_some() {}
        drop(rows);
        drop(statement);
        Ok(self.connection.changes())
    }

    fn select(&mut self, sql: &str) -> Result<ResultSet, DatabaseError> {
        self.start_clock();
        let mut statement = self.connection.prepare(sql).map_err(describe)?;
        let columns = statement.column_names().map(str::to_owned).collect();
        let (rows, _) = read(&mut statement, usize::MAX)?;
        Ok(ResultSet { columns, kinds: Vec::new(), rows })
    }
}

impl RecordRows for Sqlite {
    fn record(&mut self, sql: &str, limit: usize) -> Result<Recording, DatabaseError> {
        crate::record::record(self, sql, limit)
    }
}

impl crate::Engine for Sqlite {
    fn capabilities(&self) -> Capabilities {
        Sqlite::capabilities(self)
    }
}
