//! The exit codes: a promise to scripts.

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExitCode {
    /// It is done.
    Done,
    /// The answer is no: a check failed.
    No,
    /// Wrong usage, or a project that cannot be read.
    Usage,
    /// The database could not be reached, or refused.
    Database,
    /// A run failed and was rolled back or stopped.
    Failed,
    /// Another run holds the lock.
    Locked,
}

impl ExitCode {
    /// The number that the shell sees.
    pub(crate) fn number(self) -> i32 {
        match self {
            ExitCode::Done => 0,
            ExitCode::No => 1,
            ExitCode::Usage => 2,
            ExitCode::Database => 3,
            ExitCode::Failed => 4,
            ExitCode::Locked => 5,
        }
    }
}
