//! What every layout does with its files: taking them, reading their statements, ordering revisions.

use std::collections::{BTreeMap, BTreeSet};

use super::LayoutKind;
use super::decode::is_sql;
use super::text::{file_name, folder};
use crate::diagnostic::{Checked, Diagnostic};
use crate::operation::{Directive, Excerpt, Operation, SqlClass, from_excerpt};
use crate::revision::{Body, Native, Revision, RevisionId};
use crate::source::{DialectKind, SourceFile, SourceId, Span};

/// Files named in one note.
const LISTED: usize = 5;

/// The files of a project while they become revisions.
pub(super) struct Reader<'a> {
    pub(super) layout: LayoutKind,
    pub(super) files: &'a [SourceFile],
    pub(super) dialect: DialectKind,
    /// Values of placeholders that the user gave.
    pub(super) given: &'a BTreeMap<String, String>,
    by_path: BTreeMap<&'a str, &'a SourceFile>,
    diagnostics: Vec<Diagnostic>,
    used: BTreeSet<SourceId>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        layout: LayoutKind,
        files: &'a [SourceFile],
        dialect: DialectKind,
        given: &'a BTreeMap<String, String>,
    ) -> Reader<'a> {
        let by_path = files.iter().map(|file| (file.name.as_str(), file)).collect();
        Reader { layout, files, dialect, given, by_path, diagnostics: Vec::new(), used: BTreeSet::new() }
    }

    /// The files that hold SQL, in the order of their paths.
    pub(super) fn sql(&self) -> impl Iterator<Item = &'a SourceFile> + use<'a> {
        self.files.iter().filter(|file| is_sql(file))
    }

    /// The file at a path.
    pub(super) fn at(&self, path: &str) -> Option<&'a SourceFile> {
        self.by_path.get(path).copied()
    }

    /// Files of this name, wherever they are.
    pub(super) fn named(&self, name: &str) -> impl Iterator<Item = &'a SourceFile> + use<'a> {
        let name = name.to_ascii_lowercase();
        self.files.iter().filter(move |file| file_name(&file.name).eq_ignore_ascii_case(&name))
    }

    pub(super) fn say(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Marks a file as one that something was said or made of.
    pub(super) fn take(&mut self, file: &SourceFile) {
        self.used.insert(file.id);
    }

    /// The statements of a part of a file.
    pub(super) fn directives(&mut self, file: &SourceFile, part: impl Into<Excerpt>) -> Vec<Directive> {
        self.take(file);
        from_excerpt(file, &part.into(), self.dialect).into_value(&mut self.diagnostics)
    }

    /// The statements of a whole file.
    pub(super) fn whole(&mut self, file: &SourceFile) -> Vec<Directive> {
        self.directives(file, 0..file.text.len())
    }

    /// Of files in several folders, those in the folder with the most (`root` says whose folder counts): a tool
    /// reads one folder. The others are said.
    pub(super) fn one_folder(
        &mut self,
        files: Vec<&'a SourceFile>,
        root: impl Fn(&'a str) -> &'a str,
    ) -> (&'a str, Vec<&'a SourceFile>) {
        let mut folders: BTreeMap<&'a str, Vec<&'a SourceFile>> = BTreeMap::new();
        for file in files {
            folders.entry(root(&file.name)).or_default().push(file);
        }
        let most = folders.values().map(Vec::len).max().unwrap_or(0);
        let Some(chosen) = folders.iter().find(|(_, files)| files.len() == most).map(|(name, _)| *name)
        else {
            return ("", Vec::new());
        };
        let files = folders.remove(chosen).unwrap_or_default();
        for (name, others) in &folders {
            others.iter().for_each(|file| self.take(file));
            let Some(first) = others.first() else { continue };
            let message = format!("`{name}` holds another chain; the one in `{chosen}` is read");
            self.say(
                Diagnostic::warning("layout/other-folder", message)
                    .at(start(first), format!("{} is left out", count(others.len(), "file")))
                    .help("Open the folder of one chain: on the command line with `--project`"),
            );
        }
        (chosen, files)
    }

    /// Says that a file is a revision in a programming language, which cannot be read.
    pub(super) fn say_code(&mut self, folder_of_chain: &str) {
        let is_code = |file: &&SourceFile| {
            super::decode::is_code(file_name(&file.name)) && folder(&file.name) == folder_of_chain
        };
        for file in self.files.iter().filter(is_code) {
            let message = format!("`{}` is a revision that is no SQL: it is missing in the chain", file.name);
            self.diagnostics.push(
                Diagnostic::warning("layout/code-revision", message)
                    .at(start(file), "what it does is not known")
                    .help("Write as SQL what it does, to see it in the chain"),
            );
        }
    }

    /// What was said, and a note about the SQL that is no part of the chain.
    pub(super) fn finish(mut self) -> Vec<Diagnostic> {
        let left: Vec<&SourceFile> =
            self.sql().filter(|file| !self.used.contains(&file.id) && !file.text.is_empty()).collect();
        if let Some(first) = left.first() {
            let names: Vec<String> =
                left.iter().take(LISTED).map(|file| format!("`{}`", file.name)).collect();
            let more = if left.len() > LISTED { ", …" } else { "" };
            let message = format!(
                "{} no part of the {} chain: {}{more}",
                if left.len() == 1 { "one file is".to_owned() } else { format!("{} files are", left.len()) },
                self.layout,
                names.join(", ")
            );
            self.diagnostics.push(
                Diagnostic::note("layout/left-out", message)
                    .at(start(first), "not read")
                    .help("Name another layout with `--layout` if they should be"),
            );
        }
        self.diagnostics
    }
}

/// The start of a file.
pub(super) fn start(file: &SourceFile) -> Span {
    Span::new(file.id, 0, 0)
}

/// "1 file", "2 files".
pub(super) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// A revision that stands in a file and cannot be undone yet.
pub(super) fn revision(id: &str, message: String, file: &SourceFile, upgrade: Vec<Directive>) -> Revision {
    let span = start(file);
    Revision {
        id: RevisionId::new(id),
        down_revisions: Vec::new(),
        depends_on: Vec::new(),
        branch_labels: Vec::new(),
        message,
        dialect: None,
        upgrade: Body::Directives(upgrade),
        downgrade: Body::Irreversible { reason: "it has no way down".to_owned() },
        source: file.id,
        span,
        down_span: span,
        native: Native::default(),
    }
}

/// Each revision stands on the one before it.
pub(super) fn chain(mut revisions: Vec<Revision>) -> Vec<Revision> {
    for at in 1..revisions.len() {
        let below = revisions[at - 1].id.clone();
        revisions[at].down_revisions = vec![below];
    }
    revisions
}

/// Sorts revisions by what their tool compares; the later of two that are one version to it are said and left
/// out.
pub(super) fn in_order<K: Ord>(reader: &mut Reader<'_>, mut drafts: Vec<(K, Revision)>) -> Vec<Revision> {
    drafts.sort_by(|(left, _), (right, _)| left.cmp(right));
    let mut ordered: Vec<(K, Revision)> = Vec::new();
    for (key, revision) in drafts {
        match ordered.last() {
            Some((last, first)) if *last == key => {
                let message = format!("{} takes two files for one version: `{}`", reader.layout, first.id);
                reader.say(
                    Diagnostic::error("layout/duplicate-version", message)
                        .at(revision.span, format!("this one (`{}`) is left out", revision.id))
                        .at(first.span, "this one is kept")
                        .help("Give one of them another version; an applied one must keep its own"),
                );
            }
            _ => ordered.push((key, revision)),
        }
    }
    ordered.into_iter().map(|(_, revision)| revision).collect()
}

/// Whether a server refuses a statement inside a transaction: CONCURRENTLY, VACUUM and their kin
/// (PostgreSQL 18, SQL commands; `sqlite.org/lang_vacuum.html`).
pub(super) fn must_be_bare(reader: &Reader<'_>, file: &SourceFile, directive: &Directive) -> bool {
    let says = |word: &str| {
        let text = directive.sql.as_deref().unwrap_or_else(|| file.slice(directive.span));
        text.split_whitespace().take(6).any(|found| found.eq_ignore_ascii_case(word))
    };
    match reader.dialect {
        DialectKind::Postgres => {
            says("CONCURRENTLY") || says("VACUUM") || (says("DATABASE") && (says("CREATE") || says("DROP")))
        }
        DialectKind::Sqlite => says("VACUUM"),
        DialectKind::Mysql => false,
    }
}

/// Whether the statements can do without a transaction of their own: where they begin one themselves, Retort
/// makes it for them.
pub(super) fn makes_transaction(directives: &[Directive]) -> bool {
    directives
        .iter()
        .flat_map(|directive| &directive.operations)
        .any(|operation| matches!(operation, Operation::ExecuteSql { class: SqlClass::Transaction, .. }))
}

/// Moves what a stage said to the reader.
pub(super) fn checked<T>(reader: &mut Reader<'_>, checked: Checked<T>) -> T {
    checked.into_value(&mut reader.diagnostics)
}
