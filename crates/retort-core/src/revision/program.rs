//! A body that must be run to be known, and the stage that it runs on.
//!
//! What a program does can depend on the dialect, on the schema before it and on rows: it asks its [`Stage`], and
//! emits statements one by one. In a replay the model answers, and a question about rows leaves an opaque step in
//! its place; on a live database the database answers and the program runs to its end.

use std::fmt;

use crate::database::{DatabaseError, ResultSet};
use crate::diagnostic::Diagnostic;
use crate::revision::Memory;
use crate::schema::Schema;
use crate::source::{DialectKind, Span};

/// A body that must be run to be known. It is deterministic: run again on the same stage it does the same.
pub trait Program: fmt::Debug + Send + Sync {
    /// Runs it to its end, or to the first thing that stops it.
    ///
    /// # Errors
    /// [`Stop`], with what stopped it.
    fn run(&self, direction: Direction, stage: &mut dyn Stage) -> Result<(), Stop>;
}

/// Which of its two ways a program goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// `upgrade()`
    Upgrade,
    /// `downgrade()`
    Downgrade,
}

/// What stopped a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The stage refused something, and the program did not catch that.
    Refused {
        /// As the stage gave it.
        error: StageError,
        /// The call that was refused.
        span: Span,
    },
    /// The program itself: it raised an exception, met something that is not understood, or a bound.
    Failed(Diagnostic),
}

/// Where a program runs.
///
/// Statements and answers are in the dialect that the chain runs for, whatever the engine is.
pub trait Stage {
    /// The dialect that the chain runs for.
    fn dialect(&self) -> DialectKind;

    /// The server of that dialect, as far as a program may ask.
    fn server(&self) -> Server;

    /// Whether SQL is only written, to be run by someone else.
    fn is_offline(&self) -> bool;

    /// Whether statements are run as they come.
    fn is_live(&self) -> bool {
        false
    }

    /// Whether they are run in other words, since the engine is of another dialect.
    fn is_translated(&self) -> bool {
        false
    }

    /// The schema at this moment. It is cheap to ask, and stays as it was when more is emitted.
    fn schema(&mut self) -> Schema;

    /// Whether [`Stage::schema`] is what a database would hold: not so in a replay after something opaque.
    fn is_certain(&self) -> bool;

    /// Takes a text of one or more statements; gives how many rows the last of them changed (0 in a replay).
    ///
    /// # Errors
    /// What the database said, or what the model knows that a database would say.
    fn emit(&mut self, emitted: Emitted) -> Result<u64, StageError>;

    /// Asks for rows. A statement that does something may give some too (`INSERT … RETURNING`): then it is done, and
    /// in a replay recorded, before its rows turn out not to be known.
    ///
    /// # Errors
    /// [`StageError::NotKnownHere`] where there is no database; else what it said.
    fn query(&mut self, sql: &str, span: Span) -> Result<ResultSet, StageError>;

    /// Sets, keeps or undoes a savepoint, or ends the transaction and begins another.
    ///
    /// # Errors
    /// What the database said; a savepoint that was never set.
    fn transact(&mut self, act: TransactionAct, span: Span) -> Result<(), StageError>;

    /// Time and chance, as the machine of the database has them; the same for one run of a program, however often
    /// it asks. `None` where there is no machine, in a replay.
    fn moment(&mut self) -> Option<Moment> {
        None
    }

    /// Records that something would be done here that cannot be known without a database.
    fn opaque(&mut self, step: OpaqueStep);

    /// Tells the user something: a warning, what the program prints.
    fn say(&mut self, diagnostic: Diagnostic);

    /// What the program before it left for this one.
    fn memory(&mut self) -> &mut Memory;
}

/// What no two runs have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Microseconds since 1970, UTC.
    pub micros: i64,
    /// At least 120 bits that nobody can foretell, as a text.
    pub chance: String,
}

/// A text to be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emitted {
    /// One statement or more, with all values in it.
    pub sql: String,
    /// The call that made it.
    pub span: Span,
    /// It stands outside of the step's transaction (`autocommit_block()`).
    pub autocommit: bool,
    /// The program may catch a refusal and go on.
    pub guarded: bool,
}

/// What a program may know of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Server {
    /// Its version; the last part is 0 where there is none.
    pub version: (u32, u32, u32),
    /// It is MariaDB.
    pub is_mariadb: bool,
}

/// What a program does to its transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransactionAct {
    /// `SAVEPOINT`
    Savepoint(String),
    /// `RELEASE`: what was done since stays.
    Release(String),
    /// `ROLLBACK TO`: what was done since is undone; the savepoint stays.
    RollBackTo(String),
    /// `COMMIT`, and another transaction begins: what was done so far stays, whatever comes.
    Commit,
    /// `ROLLBACK` of what was done since the transaction began, and another begins.
    RollBack,
}

/// Something that a database would do and that cannot be known without one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpaqueStep {
    /// Why it cannot be known.
    pub reason: String,
    /// The place that asks.
    pub span: Span,
    /// The schema may change by it; else rows do at most.
    pub touches_schema: bool,
}

/// Why a stage does not do what it is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StageError {
    /// Only a live database knows, and there is none.
    NotKnownHere,
    /// Refused, by the database or by the model in its stead.
    Refused {
        /// The kind of refusal, as Python's database modules tell them apart.
        kind: RefusalKind,
        /// The words.
        error: DatabaseError,
    },
}

/// The kinds of refusals (PEP 249): which exception a program sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// `ProgrammingError`: syntax, or something is there already or is not.
    Programming,
    /// `OperationalError`: the server or its files; for SQLite and some of MySQL's also what is Programming elsewhere.
    Operational,
    /// `IntegrityError`: a constraint.
    Integrity,
    /// `DataError`: a value.
    Data,
    /// `InternalError`: a transaction that is failed already.
    Internal,
    /// `NotSupportedError`
    NotSupported,
}

impl fmt::Display for StageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StageError::NotKnownHere => f.write_str("only a live database knows"),
            StageError::Refused { error, .. } => error.fmt(f),
        }
    }
}

impl std::error::Error for StageError {}
