//! The worker's side of the protocol, and the only caller of the core: documents in, views out.
//!
//! It compiles natively too, so that its behaviour is tested without a browser.

mod blame;
mod console;
mod excerpt;
mod explain;
mod load;
mod matters;
mod rows;
mod session;
mod share;
mod snapshot;
mod statements;
mod step_view;
mod table_view;
mod view;

use retort_core::database::DatabaseError;
use retort_core::project::ReadPrograms;

use crate::engine::Handler;
use crate::protocol::{Call, Refusal, Reply};
use session::Session;

/// Holds the chain that is open.
#[derive(Default)]
pub struct Pipeline {
    session: Option<Session>,
    /// What reads revisions that are programs; None in the worker that is loaded for SQL.
    programs: Option<ReadPrograms>,
}

type Done<T> = Result<T, Refusal>;

impl Pipeline {
    /// Without a chain yet; it reads SQL.
    pub fn new() -> Pipeline {
        Pipeline::default()
    }

    /// One that reads programs too.
    pub fn with_programs(programs: ReadPrograms) -> Pipeline {
        Pipeline { session: None, programs: Some(programs) }
    }

    fn call(&mut self, call: Call, progress: &mut dyn FnMut(Reply)) -> Done<Reply> {
        if let Call::Open(source) = call {
            // The chain before it frees its memory first.
            self.session = None;
            let loaded = load::load(source)?;
            if self.programs.is_none() && loaded.needs_python() {
                return Ok(Reply::NeedsPython);
            }
            return self.open(loaded, progress);
        }
        let Some(session) = &mut self.session else {
            return Err(refusal("session/none", "Nothing is open", "Open a chain first."));
        };
        match call {
            Call::Open(_) => unreachable!("answered above"),
            Call::ForDialect { dialect, view } => {
                let loaded = session.again(dialect, view);
                self.session = None;
                self.open(loaded, progress)
            }
            Call::Seek(position) => session.seek(position).map(stepped),
            Call::Down => session.down().map(stepped),
            Call::Up => session.up().map(stepped),
            Call::Rows { table, offset, limit } => session.rows(&table, offset, limit).map(Reply::Rows),
            Call::Console { sql } => session.console(&sql).map(Reply::Console),
            Call::InsertRow { table, values } => session.insert_row(&table, &values).map(Reply::Console),
            Call::ForgetEdits => session.forget_edits().map(stepped),
            Call::Explain { sql } => Ok(Reply::Explained(session.explain(&sql))),
            Call::Cascade { table, key } => session.cascade(&table, key).map(Reply::Cascade),
            Call::Share(view) => session.share(&view).map(Reply::Link),
        }
    }

    fn open(&mut self, loaded: load::Loaded, progress: &mut dyn FnMut(Reply)) -> Done<Reply> {
        let view = loaded.view.clone();
        let session = self.session.insert(Session::open(loaded, self.programs, progress)?);
        Ok(Reply::Opened(Box::new(session.opened(view)?)))
    }
}

fn stepped(step: crate::protocol::StepView) -> Reply {
    Reply::Stepped(Box::new(step))
}

impl Handler for Pipeline {
    fn handle(&mut self, call: Call, progress: &mut dyn FnMut(Reply)) -> Reply {
        self.call(call, progress).unwrap_or_else(Reply::Refused)
    }
}

fn refusal(code: &str, title: &str, detail: impl Into<String>) -> Refusal {
    Refusal { code: code.to_owned(), title: title.to_owned(), detail: detail.into(), help: Vec::new() }
}

/// The engine itself failed where only memory can be the reason.
fn engine_trouble(error: DatabaseError) -> Refusal {
    refusal("engine/failed", "SQLite failed", error.message)
}

/// Milliseconds, for durations only.
fn now() -> f64 {
    #[cfg(target_arch = "wasm32")]
    return js_sys::Date::now();
    #[cfg(not(target_arch = "wasm32"))]
    return std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0.0, |since| since.as_secs_f64() * 1000.0);
}

#[cfg(test)]
mod tests;
