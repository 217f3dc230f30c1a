//! The commands, one file each: what can be typed after its word, and what it does.

pub(crate) mod branches;
pub(crate) mod current;
pub(crate) mod diff;
pub(crate) mod downgrade;
pub(crate) mod graph;
pub(crate) mod heads;
pub(crate) mod history;
pub(crate) mod init;
pub(crate) mod inspect;
pub(crate) mod merge;
pub(crate) mod revision;
pub(crate) mod schema;
pub(crate) mod show;
pub(crate) mod stamp;
pub(crate) mod status;
pub(crate) mod translate;
pub(crate) mod upgrade;

use anyhow::Result;

use crate::args::Command;
use crate::exit_code::ExitCode;
use crate::session::Session;

/// Runs a command.
pub(crate) fn run(command: Command, session: &mut Session) -> Result<ExitCode> {
    match command {
        Command::Upgrade(args) => upgrade::run(&args, session),
        Command::Downgrade(args) => downgrade::run(&args, session),
        Command::Stamp(args) => stamp::run(&args, session),
        Command::Current(args) => current::run(&args, session),
        Command::Status(args) => status::run(&args, session),
        Command::Heads(args) => heads::run(&args, session),
        Command::Branches(args) => branches::run(&args, session),
        Command::History(args) => history::run(&args, session),
        Command::Show(args) => show::run(&args, session),
        Command::Schema(args) => schema::run(&args, session),
        Command::Init(args) => init::run(&args, session),
        Command::Inspect(args) => inspect::run(&args, session),
        Command::Diff(args) => diff::run(&args, session),
        Command::Graph(args) => graph::run(&args, session),
        Command::Revision(args) => revision::run(&args, session),
        Command::Merge(args) => merge::run(&args, session),
        Command::Translate(args) => translate::run(&args, session),
    }
}
