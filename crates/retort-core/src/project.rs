//! A whole project, opened: its files, whose layout they have, which dialect they are written for, its graph.

use std::collections::BTreeMap;

use crate::diagnostic::{Checked, Diagnostic};
use crate::graph::RevisionGraph;
use crate::layout::{self, LayoutKind};
use crate::source::{DialectKind, LineColumn, LineIndex, SourceFile, SourceId, Span};
use crate::version_table::VersionTable;

/// What the user said about the project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The dialect it is written for.
    pub dialect: Option<DialectKind>,
    /// Its layout.
    pub layout: Option<LayoutKind>,
    /// Values of the placeholders in its files.
    pub placeholders: BTreeMap<String, String>,
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
        let text = self.file(span.source).map_or("", |file| &file.text);
        LineIndex::new(text).line_column(text, span.start)
    }
}

/// Opens a project from the names and bytes of its files.
pub fn open(files: &[(String, Vec<u8>)], options: &Options) -> Checked<Project> {
    let mut diagnostics = Vec::new();
    let files = layout::decode(files, &mut diagnostics);
    let layout = layout::recognise(&files, options.layout).into_value(&mut diagnostics);
    let (dialect, dialect_reason) =
        layout::dialect_of(layout, &files, options.dialect).into_value(&mut diagnostics);
    let given = &options.placeholders;
    let revisions = layout::read(layout, &files, dialect, given).into_value(&mut diagnostics);
    if revisions.is_empty() {
        diagnostics.push(
            Diagnostic::error("layout/empty", "there is no revision in these files")
                .help("Give a folder with `.sql` files; Retort's own begin with `-- revision: <id>`"),
        );
    }
    let graph = RevisionGraph::build(revisions).into_value(&mut diagnostics);
    let version_table = VersionTable::default();
    Checked { value: Project { files, layout, dialect, dialect_reason, version_table, graph }, diagnostics }
}
