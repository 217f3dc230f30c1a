//! What SQL from a stranger may use: time, memory, no other files.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use retort_core::database::{Database, DatabaseError};
use rusqlite::limits::Limit;

use crate::Sqlite;
use crate::sqlite::describe;

/// Bounds for the statements of a connection.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Longest time of one statement, in milliseconds.
    pub milliseconds: u64,
    /// Most memory of all of SQLite, in bytes.
    pub heap_bytes: u64,
    /// Milliseconds since any moment; the browser and the system each have their own clock.
    pub clock: fn() -> u64,
    deadline: Arc<AtomicU64>,
}

impl Limits {
    /// Bounds with a clock.
    pub fn new(milliseconds: u64, heap_bytes: u64, clock: fn() -> u64) -> Limits {
        Limits { milliseconds, heap_bytes, clock, deadline: Arc::new(AtomicU64::new(u64::MAX)) }
    }

    pub(crate) fn start_clock(&self) {
        self.deadline.store((self.clock)() + self.milliseconds, Ordering::Relaxed);
    }

    pub(crate) fn install(&self, sqlite: &mut Sqlite) -> Result<(), DatabaseError> {
        let (deadline, clock) = (Arc::clone(&self.deadline), self.clock);
        let over = move || clock() > deadline.load(Ordering::Relaxed);
        // Every 4 000 steps of SQLite's machine: some tenths of a millisecond.
        sqlite.connection.progress_handler(4_000, Some(over)).map_err(describe)?;
        for (limit, most) in [
            (Limit::SQLITE_LIMIT_ATTACHED, 0),
            (Limit::SQLITE_LIMIT_LENGTH, 64 << 20),
            (Limit::SQLITE_LIMIT_SQL_LENGTH, 8 << 20),
            (Limit::SQLITE_LIMIT_EXPR_DEPTH, 500),
            (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 500),
            (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 200),
        ] {
            sqlite.connection.set_limit(limit, most).map_err(describe)?;
        }
        sqlite.execute(&format!("PRAGMA hard_heap_limit={}", self.heap_bytes)).map(drop)
    }
}
