//! Every chain of a server's dialect on that server: up, down, up, the same as the model after each step.

use std::path::Path;

use retort_core::drift::compare;
use retort_core::execute::execute;
use retort_core::graph::{Heads, Target};
use retort_core::harness::Case;
use retort_core::inspect::inspect;
use retort_core::plan::{Goal, Step, plan};
use retort_core::project::{Options, Project, open};
use retort_core::replay::Replay;
use retort_core::revision::Body;
use retort_core::script::{RenderOptions, render};
use retort_core::source::DialectKind;
use retort_core::version_table::{self, VersionTable};
use retort_drivers::Engine;

use crate::server::Scratch;

/// Cases of a server's dialect that no server runs to their end, and at which step it stops.
const REFUSED: [(&str, &str); 6] = [
    // `FROBNICATE`
    ("emulate/not-run.md", "a1"),
    // An exclusion by text needs an extension.
    ("emulate/objects.md", "a1"),
    // A primary key must hold the columns that part the table.
    ("emulate/partitions.md", "a1"),
    // An index by `lower(enum::text)`, which is not immutable.
    ("emulate/postgres-types.md", "a1"),
    // Triggers without FOR EACH ROW.
    ("layouts/atlas.md", "20240102000000"),
    ("layouts/atlas-sum.md", "20240102000000"),
];

/// A database that goes along a chain.
pub(crate) struct Run<'a> {
    pub(crate) project: &'a Project,
    pub(crate) replay: Replay<'a>,
    pub(crate) db: Box<dyn Engine>,
}

impl<'a> Run<'a> {
    pub(crate) fn new(project: &'a Project, db: Box<dyn Engine>) -> Run<'a> {
        Run { project, replay: Replay::from_base(project, db.capabilities()), db }
    }

    /// Runs a step; the live schema must be the replayed one.
    pub(crate) fn step(&mut self, step: &Step) -> Result<(), String> {
        let name = format!("{} {}", step.kind.name(), step.revision);
        let replayed = self.replay.step(step).value;
        let known = version_table::read(&VersionTable::default(), &mut *self.db).unwrap().is_some();
        let options = RenderOptions { capabilities: self.db.capabilities(), create_version_table: !known };
        let script = render(&replayed, &options);
        execute(&script, &mut *self.db).map_err(|failure| {
            format!("{name}: {} in\n{}", failure.error, script.statements[failure.statement].sql)
        })?;
        let heads = version_table::read(&VersionTable::default(), &mut *self.db).unwrap().unwrap();
        assert_eq!(heads, step.after, "{name}");
        if replayed.is_opaque() {
            self.replay.resynchronise(inspect(&mut *self.db, &VersionTable::default()).unwrap());
        }
        let changes = compare(self.replay.engine(), &mut *self.db, &VersionTable::default()).unwrap();
        if changes.is_empty() { Ok(()) } else { Err(format!("{name}: {changes:#?}")) }
    }

    pub(crate) fn go(&mut self, goal: &Goal) -> Result<(), String> {
        let heads = self.heads();
        let plan = plan(&self.project.graph, &heads, goal).unwrap();
        plan.steps.iter().try_for_each(|step| self.step(step))
    }

    pub(crate) fn heads(&mut self) -> Heads {
        version_table::read(&VersionTable::default(), &mut *self.db).unwrap().unwrap_or_default()
    }
}

pub(crate) fn up() -> Goal {
    Goal::Upgrade(vec![Target::parse("heads").unwrap()])
}

pub(crate) fn down() -> Goal {
    Goal::Downgrade(Target::parse("base").unwrap())
}

pub(crate) fn project(files: &[(&str, &str)]) -> Project {
    let files: Vec<(String, Vec<u8>)> =
        files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    open(&files, &Options::default()).value
}

fn walk(name: &str, project: &Project) -> Result<(), String> {
    let Some(scratch) = Scratch::new(project.dialect) else { return Ok(()) };
    let mut run = Run::new(project, scratch.connect());
    run.go(&up())?;
    if project.graph.iter().any(|revision| matches!(revision.downgrade, Body::Irreversible { .. })) {
        return Ok(());
    }
    run.go(&down())?;
    assert_eq!(run.heads(), Heads::base(), "{name}");
    run.go(&up())?;
    assert_eq!(run.heads(), *project.graph.heads(), "{name}");
    Ok(())
}

#[test]
fn the_cases_of_a_servers_dialect_run_on_the_server() {
    let mut faults = Vec::new();
    let mut count = 0;
    for (path, text) in retort_tests::cases() {
        let case = Case::parse(text);
        let files: Vec<(&str, &str)> = case.files.iter().map(|(name, text)| (&**name, &**text)).collect();
        let project = project(&files);
        let is_sound = project.graph.iter().next().is_some();
        if project.dialect == DialectKind::Sqlite || !is_sound {
            continue;
        }
        count += 1;
        let refused = REFUSED.iter().find(|(refused, _)| path == *refused);
        match (walk(&path, &project), refused) {
            (Err(fault), None) => faults.push(format!("{path}: {fault}")),
            (Err(fault), Some((_, step))) if !fault.contains(&format!(" {step}: ")) => faults.push(fault),
            (Err(_) | Ok(()), _) => {}
        }
    }
    assert!(count >= 4, "the cases are not embedded");
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

fn example(name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(name);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        files.push((name, std::fs::read(&path).unwrap()));
    }
    let opened = open(&files, &Options::default());
    if let Err(fault) = walk(name, &opened.value) {
        panic!("{fault}");
    }
}

#[test]
fn safety_reports_runs_on_mariadb() {
    example("safety-reports");
}

#[test]
fn validation_service_runs_on_postgresql() {
    example("validation-service");
}
