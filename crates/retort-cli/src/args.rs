//! What can be typed: the options of every command, and the commands.

#![allow(clippy::doc_markdown, reason = "comments are help texts here, shown as they stand")]

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::commands::{
    branches, current, diff, downgrade, graph, heads, history, init, inspect, merge, revision, schema, show,
    stamp, status, translate, upgrade,
};

const AFTER_HELP: &str = "\
Exit codes: 0 done; 1 the answer is no; 2 wrong usage, or a project that cannot be read;
3 the database could not be reached or refused; 4 a run failed and was rolled back or stopped;
5 another run holds the lock.";

/// Runs and looks at chains of database revisions.
#[derive(Debug, Parser)]
#[command(name = "retort", version, arg_required_else_help = true, after_help = AFTER_HELP)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) globals: Globals,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The options of every command.
#[derive(Debug, Args)]
pub(crate) struct Globals {
    /// The folder that holds the chain [default: the current folder]
    #[arg(long, global = true, value_name = "DIR", help_heading = "Options of every command")]
    pub(crate) project: Option<PathBuf>,
    /// Say which layout it is, where that is not told by the files
    ///
    /// One of retort, flyway, sqlx, golang-migrate, dbmate, goose, diesel, refinery, prisma, drizzle, supabase,
    /// atlas, rails, liquibase, sqitch, alembic, plain.
    #[arg(long, global = true, value_name = "NAME", help_heading = "Options of every command")]
    pub(crate) layout: Option<String>,
    /// The database: sqlite:PATH or sqlite::memory:
    ///
    /// `sqlite:PATH` and `sqlite://PATH` name a path as it stands, `sqlite:///PATH` one from the root.
    /// SQLAlchemy's `sqlite+pysqlite:///PATH` is read as SQLAlchemy reads it: three strokes before a relative
    /// path, four before one from the root. Else `DATABASE_URL`, the file that `DATABASE_URL_FILE` names, or
    /// `database` in `retort.toml`.
    #[arg(long, global = true, value_name = "URL", help_heading = "Options of every command")]
    pub(crate) database: Option<String>,
    /// What to write where no database says it: sqlite, postgresql, mysql, mariadb [:VERSION]
    ///
    /// This is the engine that `--sql`, `schema` and `show` write for; a run on a database writes for that
    /// database. What the chain is written in is said by `-- dialect: …` in a file or `dialect` in
    /// `retort.toml`, else told by its words (`JSONB`, `AUTO_INCREMENT`); where nothing tells, it is read in
    /// this dialect too.
    #[arg(long, global = true, value_name = "NAME", help_heading = "Options of every command")]
    pub(crate) dialect: Option<String>,
    /// Text for people, or one JSON document for programs (mermaid and dot: `graph` only)
    #[arg(long, global = true, value_enum, default_value_t = Format::Text, hide_default_value = true,
          help_heading = "Options of every command")]
    pub(crate) format: Format,
    /// Say errors and the answer only
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Options of every command")]
    pub(crate) quiet: bool,
    /// Say more
    #[arg(short, long, global = true, help_heading = "Options of every command")]
    pub(crate) verbose: bool,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, hide_default_value = true,
          value_name = "WHEN", help_heading = "Options of every command")]
    pub(crate) color: Color,
    /// Answer yes to the question of a destructive command
    #[arg(long, global = true, help_heading = "Options of every command")]
    pub(crate) yes: bool,
}

/// How the answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// One document for programs.
    Json,
    /// A drawing for Markdown pages.
    Mermaid,
    /// A drawing for Graphviz.
    Dot,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Color {
    /// Makes the choice known to all that is written from now on.
    pub(crate) fn apply(self) {
        let choice = match self {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Apply revisions up to a target
    Upgrade(upgrade::Args),
    /// Undo revisions down to a target
    Downgrade(downgrade::Args),
    /// Set the heads of a database without running anything
    Stamp(stamp::Args),
    /// Show which revisions a database is at
    Current(current::Args),
    /// Show what is applied, pending and failed in a database
    Status(status::Args),
    /// Show where the chain ends
    Heads(heads::Args),
    /// Show where the chain branches
    Branches(branches::Args),
    /// List the revisions, the newest first
    History(history::Args),
    /// Show a revision and what its statements come to
    Show(show::Args),
    /// Show the schema that the chain leads to, without a database
    Schema(schema::Args),
    /// Show the schema of a database
    Inspect(inspect::Args),
    /// Show how two schemas differ
    Diff(diff::Args),
    /// Draw the chain
    Graph(graph::Args),
    /// Write an empty environment (Alembic)
    Init(init::Args),
    /// Write a new revision file (Alembic)
    Revision(revision::Args),
    /// Write a revision that joins heads (Alembic)
    Merge(merge::Args),
    /// Translate SQL from one dialect to another
    Translate(translate::Args),
}

impl Command {
    /// The command's word, as in the JSON documents.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Command::Upgrade(_) => "upgrade",
            Command::Downgrade(_) => "downgrade",
            Command::Stamp(_) => "stamp",
            Command::Current(_) => "current",
            Command::Status(_) => "status",
            Command::Heads(_) => "heads",
            Command::Branches(_) => "branches",
            Command::History(_) => "history",
            Command::Show(_) => "show",
            Command::Schema(_) => "schema",
            Command::Inspect(_) => "inspect",
            Command::Diff(_) => "diff",
            Command::Graph(_) => "graph",
            Command::Init(_) => "init",
            Command::Revision(_) => "revision",
            Command::Merge(_) => "merge",
            Command::Translate(_) => "translate",
        }
    }
}
