//! A whole project, opened: its files, whose layout they have, which dialect they are written for, its graph.

use std::collections::BTreeMap;

use crate::diagnostic::{Checked, Diagnostic};
use crate::graph::RevisionGraph;
use crate::layout::{self, LayoutKind};
use crate::operation::judge_setting;
use crate::revision::{Body, Revision};
use crate::source::{Content, DialectKind, LineColumn, SourceFile, SourceId, Span};
use crate::version_table::VersionTable;

/// What the user said about the project, and who reads what the core does not.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The dialect it is written for.
    pub dialect: Option<DialectKind>,
    /// Its layout.
    pub layout: Option<LayoutKind>,
    /// Values of the placeholders in its files.
    pub placeholders: BTreeMap<String, String>,
    /// Reads the layouts whose revisions are programs (Alembic).
    pub programs: Option<ReadPrograms>,
}

/// Reads the files of a layout whose revisions are programs.
pub type ReadPrograms = fn(&[SourceFile]) -> Checked<ProgramChain>;

/// A chain of programs, as its reader found it.
#[derive(Clone, Debug, Default)]
pub struct ProgramChain {
    /// Its revisions.
    pub revisions: Vec<Revision>,
    /// The dialect that it seems to be written for, and why. A program runs for any: nothing else hangs on it.
    pub dialect: Option<(DialectKind, String)>,
    /// Where its databases remember their heads.
    pub version_table: VersionTable,
}

/// A project.
#[derive(Clone, Debug)]
pub struct Project {
    /// Its texts; a [`SourceId`] is an index into them.
    pub files: Vec<SourceFile>,
    /// How they are arranged.
    pub layout: LayoutKind,
    /// What they are written for.
    pub dialect: DialectKind,
    /// Why we think so, for people.
    pub dialect_reason: String,
    /// Where a database remembers its heads.
    pub version_table: VersionTable,
    /// The revisions, linked.
    pub graph: RevisionGraph,
}

impl Project {
    /// The text at a span.
    pub fn text(&self, span: Span) -> &str {
        self.file(span.source).map_or("", |file| file.slice(span))
    }

    /// A file by its id.
    pub fn file(&self, id: SourceId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    /// Line and column of the start of a span.
    pub fn place(&self, span: Span) -> LineColumn {
        let first = LineColumn { line: 1, column: 1 };
        self.file(span.source).map_or(first, |file| file.place(span.start))
    }
}

/// Opens a project from the names and contents of its files.
pub fn open<C: Content>(files: &[(String, C)], options: &Options) -> Checked<Project> {
    let mut diagnostics = Vec::new();
    let files = layout::decode(files, &mut diagnostics);
    open_decoded(files, options, diagnostics)
}

fn open_decoded(
    files: Vec<SourceFile>,
    options: &Options,
    mut diagnostics: Vec<Diagnostic>,
) -> Checked<Project> {
    let layout = layout::recognise(&files, options.layout).into_value(&mut diagnostics);
    let (dialect, chain) = match layout {
        LayoutKind::Alembic => read_programs(&files, options, &mut diagnostics),
        _ => read_sql(layout, &files, options, &mut diagnostics),
    };
    if chain.revisions.is_empty() {
        diagnostics.push(
            Diagnostic::error("layout/empty", "there is no revision in these files")
                .help("Give a folder with `.sql` files; Retort's own begin with `-- revision: <id>`"),
        );
    }
    let graph = RevisionGraph::build(chain.revisions).into_value(&mut diagnostics);
    let ((dialect, dialect_reason), version_table) = (dialect, chain.version_table);
    Checked { value: Project { files, layout, dialect, dialect_reason, version_table, graph }, diagnostics }
}

fn read_sql(
    layout: LayoutKind,
    files: &[SourceFile],
    options: &Options,
    diagnostics: &mut Vec<Diagnostic>,
) -> ((DialectKind, String), ProgramChain) {
    let dialect = layout::dialect_of(layout, files, options.dialect).into_value(diagnostics);
    let revisions = layout::read(layout, files, dialect.0, &options.placeholders).into_value(diagnostics);
    if dialect.0 == DialectKind::Postgres {
        say_server_settings(files, &revisions, diagnostics);
    }
    (dialect, ProgramChain { revisions, ..ProgramChain::default() })
}

fn say_server_settings(files: &[SourceFile], revisions: &[Revision], diagnostics: &mut Vec<Diagnostic>) {
    let bodies = revisions.iter().flat_map(|revision| [&revision.upgrade, &revision.downgrade]);
    for directive in bodies.flat_map(Body::directives) {
        let text =
            || files.get(directive.span.source.0 as usize).map_or("", |file| file.slice(directive.span));
        let sql = directive.sql.as_deref().unwrap_or_else(text);
        diagnostics.extend(judge_setting(sql, directive.span));
    }
}

fn read_programs(
    files: &[SourceFile],
    options: &Options,
    diagnostics: &mut Vec<Diagnostic>,
) -> ((DialectKind, String), ProgramChain) {
    let Some(read) = options.programs else {
        diagnostics.push(Diagnostic::error("layout/no-reader", "nothing here reads Python revisions"));
        return ((options.dialect.unwrap_or(DialectKind::Sqlite), String::new()), ProgramChain::default());
    };
    let mut chain = read(files).into_value(diagnostics);
    let chosen = options.dialect.map(|dialect| (dialect, "chosen".to_owned()));
    let nothing = || (DialectKind::Sqlite, "nothing in the files says more".to_owned());
    let dialect = chosen.or_else(|| chain.dialect.take()).unwrap_or_else(nothing);
    (dialect, chain)
}
