//! The files of a project turned into revisions.

use std::collections::BTreeMap;
use std::sync::Arc;

use ruff_python_ast::{Expr, ModModule, Stmt};

use retort_core::diagnostic::{Checked, Diagnostic, Severity};
use retort_core::layout::is_alembic_revision;
use retort_core::project::ProgramChain;
use retort_core::revision::{Body, Native, Program, Revision, RevisionId};
use retort_core::source::{DialectKind, SourceFile, Span};

use crate::alembic::run::constant;
use crate::config::environment::{self, Environment};
use crate::config::{self, Config, requirements};
use crate::header::{self, Header, Way};
use crate::judge;
use crate::parallel;
use crate::program::{RevisionProgram, Surroundings};
use crate::python::parse_tree;

/// Empty downgrades that are pointed at.
const SHOWN: usize = 8;

/// Reads the revisions of a project. What is wrong with a file is said, and the file is left out.
pub fn read(files: &[SourceFile]) -> Checked<ProgramChain> {
    let mut diagnostics = Vec::new();
    let config = config::read(files, &mut diagnostics);
    let revisions = version_files(files, config.as_ref(), &mut diagnostics);
    let is_told =
        |file: &SourceFile| config.as_ref().is_some_and(|config| config.is_version_file(&file.name));
    let read = parallel::map(&revisions, |file| read_header(file, is_told(file)));
    let (mut headers, trees): (Vec<Header>, Vec<_>) =
        read.into_iter().filter_map(|read| read.into_value(&mut diagnostics)).unzip();
    judge::say_hyphens(&revisions, config.as_ref(), &mut diagnostics);
    say_empty_downgrades(&headers, &mut diagnostics);
    let mut environment = config
        .as_ref()
        .and_then(|config| read_environment(files, config, &mut diagnostics))
        .unwrap_or_default();
    environment.has_sqlalchemy_1 = requirements::asks_for_sqlalchemy_1(files);
    let dialect = dialect_of(config.as_ref(), &revisions);
    let version_table = environment.version_table.clone();
    let mut surroundings = Surroundings::new(files, config, environment);
    trees.into_iter().for_each(|(file, tree)| surroundings.library.keep(&file.name, tree));
    for header in headers.iter_mut().filter(|header| !header.not_literal.is_empty()) {
        interpret_header(header, &surroundings, &mut diagnostics);
    }
    surroundings.revisions = Arc::new(files_of(&headers, files));
    let surroundings = Arc::new(surroundings);
    let revisions = headers.into_iter().map(|header| revision(header, &surroundings)).collect();
    Checked { value: ProgramChain { revisions, dialect, version_table }, diagnostics }
}

/// The files of revisions, by their ids.
fn files_of(headers: &[Header], files: &[SourceFile]) -> BTreeMap<String, String> {
    let names: BTreeMap<_, _> = files.iter().map(|file| (file.id, &file.name)).collect();
    let name = |header: &Header| names.get(&header.span.source).map(|name| (*name).clone());
    headers.iter().filter_map(|header| Some((header.revision.clone(), name(header)?))).collect()
}

/// The files that Alembic would load.
fn version_files<'a>(
    files: &'a [SourceFile],
    config: Option<&Config>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<&'a SourceFile> {
    let all = || files.iter().filter(|file| is_alembic_revision(file)).collect::<Vec<_>>();
    let Some(config) = config else { return all() };
    let found: Vec<&SourceFile> = files.iter().filter(|file| config.is_version_file(&file.name)).collect();
    if !found.is_empty() {
        return found;
    }
    let all = all();
    if let Some(first) = all.first() {
        let places = config.version_locations.join("`, `");
        diagnostics.push(
            Diagnostic::warning("alembic/no-versions", format!("there are no revisions in `{places}`"))
                .at(Span::new(first.id, 0, 0), "this one is elsewhere; all that were found are read")
                .help("Look at `script_location` and `version_locations` in the settings"),
        );
    }
    all
}

/// The header of a file with its tree. What only looks like a revision, and of which no settings say that it is one,
/// is passed over.
fn read_header(file: &SourceFile, is_told: bool) -> Checked<Option<(Header, (&SourceFile, ModModule))>> {
    let mut diagnostics = Vec::new();
    let value = parse(file, &mut diagnostics).and_then(|module| {
        let header = header_of(file, &module, is_told, &mut diagnostics)?;
        Some((header, (file, module)))
    });
    Checked { value, diagnostics }
}

fn header_of(
    file: &SourceFile,
    module: &ModModule,
    is_told: bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Header> {
    let header = header::read(file.id, module);
    if header.is_none() && (is_told || sets_revision(module)) {
        diagnostics.push(
            Diagnostic::error("alembic/no-revision", format!("`{}` sets no `revision`", file.name))
                .at(Span::new(file.id, 0, 0), "Alembic loads every module of this folder as a revision")
                .help("Set `revision` and `down_revision` to literals in it, or move it elsewhere"),
        );
    }
    header.inspect(|_| judge::say_server_settings(file.id, module, diagnostics))
}

/// Whether a statement of the module itself sets `revision`, to whatever.
fn sets_revision(module: &ModModule) -> bool {
    let is_it = |target: &Expr| matches!(target, Expr::Name(name) if name.id == "revision");
    module.body.iter().any(|statement| match statement {
        Stmt::Assign(assign) => assign.targets.iter().any(is_it),
        Stmt::AnnAssign(assign) => is_it(&assign.target),
        _ => false,
    })
}

/// Runs the file for what its header does not say literally.
fn interpret_header(header: &mut Header, surroundings: &Surroundings, diagnostics: &mut Vec<Diagnostic>) {
    for (name, span) in std::mem::take(&mut header.not_literal) {
        let file = surroundings.files.iter().find(|file| file.id == span.source);
        let found = file
            .ok_or_else(|| "its file is not there".to_owned())
            .and_then(|file| constant(&surroundings.library, &file.name, name));
        match found {
            Ok(texts) => match name {
                "down_revision" => header.down_revision = texts,
                "branch_labels" => header.branch_labels = texts,
                _ => header.depends_on = texts,
            },
            Err(reason) => {
                let message = format!("`{name}` of `{}` is not known: {reason}", header.revision);
                diagnostics.push(
                    Diagnostic::error("alembic/not-literal", message)
                        .at(span, "taken for None")
                        .help("Write an id, or a tuple of ids"),
                );
                header.not_literal.push((name, span));
            }
        }
    }
}

fn parse(file: &SourceFile, diagnostics: &mut Vec<Diagnostic>) -> Option<ModModule> {
    parse_tree(file).map_err(|fault| diagnostics.push(fault)).ok()
}

fn read_environment(
    files: &[SourceFile],
    config: &Config,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Environment> {
    let name = match config.script_location.as_str() {
        "" => "env.py".to_owned(),
        folder => format!("{folder}/env.py"),
    };
    let file = files.iter().find(|file| file.name == name)?;
    let mut faults = Vec::new();
    let module = parse(file, &mut faults);
    // The revisions are read all the same: what it would have said is what is not known.
    diagnostics.extend(faults.into_iter().map(|fault| Diagnostic { severity: Severity::Warning, ..fault }));
    Some(environment::read(file, &module?, diagnostics))
}

/// What the settings say, else the dialect whose types most revisions name.
fn dialect_of(config: Option<&Config>, revisions: &[&SourceFile]) -> Option<(DialectKind, String)> {
    if let Some(dialect) = config.and_then(|config| config.dialect) {
        return Some((dialect, "said by `sqlalchemy.url`".to_owned()));
    }
    let mut counts: BTreeMap<DialectKind, usize> = BTreeMap::new();
    for file in revisions {
        let marks = [("postgresql", DialectKind::Postgres), ("mysql", DialectKind::Mysql)];
        for (word, dialect) in marks {
            let is_named = file.text.contains(&format!("{word}."))
                || file.text.contains(&format!("dialects.{word}"))
                || file.text.contains(&format!("dialects import {word}"));
            *counts.entry(dialect).or_default() += usize::from(is_named);
        }
    }
    let (dialect, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    let noun = if count == 1 { "revision names" } else { "revisions name" };
    (count > 0).then(|| (dialect, format!("{count} {noun} its types")))
}

fn revision(header: Header, surroundings: &Arc<Surroundings>) -> Revision {
    let program: Arc<dyn Program> =
        Arc::new(RevisionProgram { surroundings: Arc::clone(surroundings), header: header.clone() });
    let body = |way: Way, name: &str| match way {
        Way::Absent => Body::Irreversible { reason: format!("it has no `{name}()`") },
        Way::Empty(_) | Way::Present(_) => Body::Program(Arc::clone(&program)),
    };
    Revision {
        id: RevisionId::new(&header.revision),
        down_revisions: header.down_revision.iter().map(RevisionId::new).collect(),
        upgrade: body(header.upgrade, "upgrade"),
        downgrade: body(header.downgrade, "downgrade"),
        // Alembic takes an empty text for none (`tuple_rev_as_scalar`).
        depends_on: if header.depends_on == [""] { Vec::new() } else { header.depends_on },
        branch_labels: header.branch_labels,
        message: header.message,
        dialect: None,
        source: header.span.source,
        span: header.span,
        down_span: header.down_span,
        native: Native::default(),
    }
}

/// An upgrade that does something and a downgrade that does nothing: going down leaves what was made.
fn say_empty_downgrades(headers: &[Header], diagnostics: &mut Vec<Diagnostic>) {
    let empty: Vec<(&Header, Span)> = headers
        .iter()
        .filter(|header| matches!(header.upgrade, Way::Present(_)))
        .filter_map(|header| match header.downgrade {
            Way::Empty(span) => Some((header, span)),
            Way::Absent | Way::Present(_) => None,
        })
        .collect();
    if empty.is_empty() {
        return;
    }
    let noun = if empty.len() == 1 { "downgrade does" } else { "downgrades do" };
    let message = format!("{} {noun} nothing, where the upgrade does something", empty.len());
    let mut said = Diagnostic::note("alembic/empty-downgrade", message);
    for (header, span) in empty.iter().take(SHOWN) {
        said = said.at(*span, format!("`{}` is unapplied without undoing anything", header.revision));
    }
    diagnostics.push(said.help("Undo there what the upgrade does, or raise an exception that says why not"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use retort_core::project::{Options, open};

    fn opened(files: &[(&str, &str)]) -> Checked<retort_core::project::Project> {
        let files: Vec<(String, Vec<u8>)> =
            files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
        open(&files, &Options { programs: Some(read), ..Options::default() })
    }

    const INI: &str = "[alembic]\nscript_location = m\nsqlalchemy.url = mysql://h/d\n";

    #[test]
    fn a_project_is_opened_by_its_settings() {
        let opened = opened(&[
            ("alembic.ini", INI),
            ("m/env.py", "TABLE = 'v'\ncontext.configure(version_table=TABLE, version_table_schema='s')\n"),
            ("m/versions/a.py", "revision = 'a'\ndown_revision = None\ndef upgrade(): pass\n"),
            (
                "m/versions/b.py",
                "revision = 'b'\ndown_revision = 'a'\ndef upgrade(): f()\ndef downgrade(): pass\n",
            ),
            ("other/c.py", "revision = 'c'\ndown_revision = None\n"),
        ]);
        let project = opened.value;
        assert_eq!(project.layout.name(), "alembic");
        assert_eq!((project.dialect, project.graph.len()), (DialectKind::Mysql, 2));
        assert_eq!(project.version_table.name, "v");
        assert_eq!(project.version_table.schema.as_deref(), Some("s"));
        let codes: Vec<&str> = opened.diagnostics.iter().map(|said| said.code).collect();
        assert_eq!(codes, ["alembic/empty-downgrade"]);
        let reason = project.graph.iter().next().unwrap().downgrade.irreversible();
        assert_eq!(reason, Some("it has no `downgrade()`"));
    }

    #[test]
    fn a_folder_of_revisions_is_enough() {
        let opened = opened(&[
            ("a.py", "revision = 'a'\ndown_revision = None\ndef upgrade():\n    f(postgresql.JSONB())\n"),
            ("helper.py", "def f(x): pass\n"),
            ("odd.py", "revision = f()\ndown_revision = 'a'\n"),
            ("test_cli.py", "TEXT = '''\nrevision = 'b'\ndown_revision = 'a'\n'''\n"),
        ]);
        assert_eq!((opened.value.graph.len(), opened.value.dialect), (1, DialectKind::Postgres));
        let codes: Vec<&str> = opened.diagnostics.iter().map(|said| said.code).collect();
        assert_eq!(codes, ["alembic/no-revision"]);
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said_and_the_others_are_read() {
        let opened = opened(&[
            ("alembic.ini", INI),
            ("m/versions/a.py", "revision = 'a'\ndown_revision = None\n"),
            ("m/versions/b.py", "revision = 'b'\ndown_revision = (\n"),
            ("m/versions/c.py", "x = 1\n"),
            ("m/versions/d.py", "revision = 'd'\ndown_revision = 'aa'\n"),
        ]);
        let codes: Vec<&str> = opened.diagnostics.iter().map(|said| said.code).collect();
        assert_eq!(codes, ["alembic/syntax-error", "alembic/no-revision", "graph/missing-down-revision"]);
        assert_eq!(opened.value.graph.len(), 2);
    }
}
