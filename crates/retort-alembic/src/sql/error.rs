//! What goes wrong when text is made: the exceptions that SQLAlchemy and Alembic raise, by class.

use thiserror::Error;

/// An exception that the real program would raise, or a construct that is not understood here.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{message}")]
pub struct SqlError {
    /// Which class it has in Python.
    pub kind: ErrorKind,
    /// Its text.
    pub message: String,
}

/// The class of an [`SqlError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// `sqlalchemy.exc.CompileError`
    Compile,
    /// `sqlalchemy.exc.ArgumentError`
    Argument,
    /// `sqlalchemy.exc.InvalidRequestError`
    InvalidRequest,
    /// `sqlalchemy.exc.IdentifierError`
    Identifier,
    /// `sqlalchemy.exc.NoSuchTableError`
    NoSuchTable,
    /// `alembic.util.CommandError`
    Command,
    /// Python's `NotImplementedError`
    NotImplemented,
    /// Python's `ValueError`
    Value,
    /// Python's `TypeError`
    Type,
    /// Python's `KeyError`
    Key,
    /// Not an exception: this crate does not know the construct. No Python code may catch it.
    Unsupported,
}

/// What every compiler returns.
pub type Result<T> = std::result::Result<T, SqlError>;

impl SqlError {
    /// An error of a class.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> SqlError {
        SqlError { kind, message: message.into() }
    }

    /// A `CompileError`.
    pub(super) fn compile(message: impl Into<String>) -> SqlError {
        SqlError::new(ErrorKind::Compile, message)
    }

    /// An `ArgumentError`.
    pub(super) fn argument(message: impl Into<String>) -> SqlError {
        SqlError::new(ErrorKind::Argument, message)
    }

    /// A construct that is not understood here.
    pub(super) fn unsupported(message: impl Into<String>) -> SqlError {
        SqlError::new(ErrorKind::Unsupported, message)
    }
}
