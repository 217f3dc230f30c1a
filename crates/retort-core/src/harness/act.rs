//! What headings do, and what blocks ask.

use super::{Action, Block, Case};
use crate::cascade::{self, RecordRows};
use crate::database::Value;
use crate::diagnostic::Diagnostic;
use crate::dialect::Capabilities;
use crate::graph::Target;
use crate::inspect::inspect;
use crate::plan::{Goal, Step, plan};
use crate::project::{self, Options, Project};
use crate::replay::{Replay, ReplayedStep};
use crate::review;
use crate::revision::{Body, Revision, RevisionId, Role};
use crate::run::run_step;
use crate::schema::{ObjectName, Schema, diff};
use crate::script::{self, RenderOptions};
use crate::version_table;

/// An open project on an engine.
pub(super) struct Stage<'a> {
    db: &'a mut dyn RecordRows,
    capabilities: Capabilities,
    project: Project,
    opening: Vec<Diagnostic>,
    source: Schema,
    engine: Schema,
}

/// What an action did.
#[derive(Default)]
pub(super) struct Outcome {
    /// What must never be: model and database apart.
    pub(super) faults: Vec<String>,
    steps: Vec<ReplayedStep>,
    diagnostics: Vec<String>,
    error: Option<String>,
    cascade: Vec<String>,
}

impl<'a> Stage<'a> {
    pub(super) fn open(
        case: &Case,
        db: &'a mut dyn RecordRows,
        capabilities: Capabilities,
        options: &Options,
    ) -> Stage<'a> {
        let files: Vec<(String, Vec<u8>)> =
            case.files.iter().map(|(name, text)| (name.clone(), text.clone().into_bytes())).collect();
        let opened = project::open(&files, options);
        let source = Schema::empty(opened.value.dialect);
        let engine = Schema::empty(capabilities.dialect);
        Stage { db, capabilities, project: opened.value, opening: opened.diagnostics, source, engine }
    }

    pub(super) fn act(&mut self, action: &Action) -> Outcome {
        let (verb, rest) = action.heading.split_once(' ').unwrap_or((&action.heading, ""));
        let mut outcome = Outcome::default();
        match verb {
            "open" => {
                outcome.diagnostics = self.opening.iter().map(|diagnostic| self.line(diagnostic)).collect();
            }
            "upgrade" | "downgrade" | "stamp" => self.go(verb, rest, &mut outcome),
            "run" => outcome.error = self.db.execute(rest).err().map(|error| error.message),
            "cascade" => self.cascade(rest, &mut outcome),
            other => outcome.faults.push(format!("`{other}` is no action")),
        }
        outcome
    }

    fn line(&self, diagnostic: &Diagnostic) -> String {
        let place = diagnostic.labels.first().map(|label| {
            let name = self.project.file(label.span.source).map(|file| file.name.as_str()).unwrap_or("?");
            format!(" ({name}:{})", self.project.place(label.span).line)
        });
        format!(
            "{} {}: {}{}",
            diagnostic.severity.name(),
            diagnostic.code,
            diagnostic.message,
            place.unwrap_or_default()
        )
    }

    fn goal(verb: &str, target: &str) -> Result<Goal, Diagnostic> {
        let target = Target::parse(target)?;
        Ok(match verb {
            "upgrade" => Goal::Upgrade(vec![target]),
            "downgrade" => Goal::Downgrade(target),
            _ => Goal::Stamp { targets: vec![target], purge: false },
        })
    }

    fn go(&mut self, verb: &str, target: &str, outcome: &mut Outcome) {
        let heads =
            version_table::read(&self.project.version_table, self.db).ok().flatten().unwrap_or_default();
        let planned = Stage::goal(verb, target).and_then(|goal| plan(&self.project.graph, &heads, &goal));
        let planned = match planned {
            Ok(planned) => planned,
            Err(diagnostic) => {
                outcome.error = Some(self.line(&diagnostic));
                return;
            }
        };
        for step in &planned.steps {
            if let Err(error) = self.step(step, outcome) {
                outcome.error = Some(error);
                return;
            }
        }
    }

    fn step(&mut self, step: &Step, outcome: &mut Outcome) -> Result<(), String> {
        let (source, engine) = (self.source.clone(), self.engine.clone());
        let mut replay = Replay::from_schemas(&self.project, source, engine, self.capabilities);
        let known =
            version_table::read(&self.project.version_table, self.db).map_err(|error| error.message)?;
        let options =
            RenderOptions { capabilities: self.capabilities, create_version_table: known.is_none() };
        let reason = replay.body(step).and_then(Body::irreversible).map(str::to_owned);
        if let Some(reason) = reason {
            return Err(format!("{} cannot be undone: {reason}", step.revision));
        }
        let ran = run_step(&mut replay, step, self.db, &options).map_err(|error| error.message)?;
        let (replayed, done) = (ran.replayed, ran.outcome);
        let findings = review::review(&self.project, &replayed);
        let lines = ran.diagnostics.iter().chain(&findings).map(|diagnostic| self.line(diagnostic));
        outcome.diagnostics.extend(lines);
        let seen = inspect(self.db, &self.project.version_table).map_err(|error| error.message)?;
        // After a failure the database must stand where it stood before.
        let expected = if done.is_ok() { &replayed.engine } else { &self.engine };
        let is_half_done = done.as_ref().is_err_and(|failure| !failure.rolled_back);
        for change in diff(expected, &seen).into_iter().filter(|_| !is_half_done) {
            outcome
                .faults
                .push(format!("after {} the database and the replay differ: {change:?}", step.revision));
        }
        done.map_err(|failure| format!("{}: {}", step.revision, failure.error.message))?;
        self.source = replayed.source.clone();
        self.engine = replayed.engine.clone();
        outcome.steps.push(replayed);
        Ok(())
    }

    /// `TABLE column=value …`; a value that reads as a number is one.
    fn cascade(&mut self, words: &str, outcome: &mut Outcome) {
        let mut words = words.split_whitespace();
        let table = ObjectName::bare(words.next().unwrap_or_default());
        let value = |text: &str| text.parse().map_or_else(|_| Value::Text(text.to_owned()), Value::Integer);
        let key: Vec<(String, Value)> = words
            .filter_map(|word| word.split_once('='))
            .map(|(name, text)| (name.to_owned(), value(text)))
            .collect();
        let schema = self.engine.clone();
        match cascade::preview(self.db, &schema, &table, &key) {
            Err(error) => outcome.error = Some(error.message),
            Ok(found) => {
                for event in &found.events {
                    let key: Vec<String> =
                        event.key.iter().map(|(name, value)| format!("{name}={}", text(value))).collect();
                    let indent = "  ".repeat(event.depth as usize);
                    let because = if event.because.is_empty() {
                        String::new()
                    } else {
                        format!(" — {}", event.because)
                    };
                    let line =
                        format!("{indent}{} {} {}{because}", event.action.name(), event.table, key.join(" "));
                    outcome.cascade.push(line);
                }
                if let Some(block) = found.blocked {
                    outcome.cascade.push(format!("blocked {}: {}", block.when.name(), block.message));
                    outcome
                        .cascade
                        .extend(block.by.iter().map(|by| format!("  {} ({} rows)", by.constraint, by.rows)));
                }
            }
        }
    }

    /// What a block asks for, as it really is.
    pub(super) fn answer(&mut self, block: &Block, outcome: &Outcome) -> String {
        let (kind, rest) = block.info.split_once(' ').unwrap_or((&block.info, ""));
        let lines: Vec<String> = match kind {
            "plan" => outcome.steps.iter().map(|step| script::title(&step.step)).collect(),
            "chain" => self.chain(),
            "heads" => match version_table::read(&self.project.version_table, self.db) {
                Ok(heads) => heads.unwrap_or_default().iter().map(ToString::to_string).collect(),
                Err(error) => vec![error.message],
            },
            "sql" => {
                let directives = outcome.steps.iter().flat_map(|step| &step.directives);
                directives
                    .flat_map(|directive| &directive.translated.sql)
                    .map(|sql| format!("{sql};"))
                    .collect()
            }
            "fidelity" => outcome
                .steps
                .iter()
                .flat_map(|step| &step.directives)
                .flat_map(|d| self.fidelity(d))
                .collect(),
            "diagnostics" => outcome.diagnostics.clone(),
            "error" => outcome.error.clone().into_iter().collect(),
            "cascade" => outcome.cascade.clone(),
            "schema" => self.schema(rest),
            "rows" => self.rows(rest),
            other => vec![format!("`{other}` is no expectation")],
        };
        lines.iter().map(|line| format!("{line}\n")).collect()
    }

    /// How the files were read: layout and dialect, then a line for each revision.
    fn chain(&self) -> Vec<String> {
        let mut lines = vec![format!("{} {}", self.project.layout.name(), self.project.dialect)];
        lines.extend(self.project.graph.iter().map(|revision| {
            let down: Vec<&str> = revision.down_revisions.iter().map(RevisionId::as_str).collect();
            let down = if down.is_empty() { "base".to_owned() } else { down.join(", ") };
            let mut words = vec![format!("{down} -> {}, {}:", revision.id, revision.message)];
            words.push(match &revision.upgrade {
                Body::Program(_) => "up by a program".to_owned(),
                known => format!("up {}", known.directives().len()),
            });
            words.push(match &revision.downgrade {
                Body::Directives(directives) => format!("down {}", directives.len()),
                Body::Program(_) => "down by a program".to_owned(),
                Body::Irreversible { reason } => format!("no way down ({reason})"),
            });
            words.extend(facts(revision));
            words.join(" ")
        }));
        lines
    }

    fn fidelity(&self, directive: &crate::replay::ReplayedDirective) -> Vec<String> {
        let source = directive.source(&self.project);
        let first: String = source.lines().next().unwrap_or("").chars().take(60).collect();
        let mut lines = vec![format!("{:<8} {first}", directive.translated.fidelity.name())];
        lines.extend(
            directive
                .translated
                .notes
                .iter()
                .map(|note| format!("         {} {}: {}", note.fidelity.name(), note.code, note.message)),
        );
        lines
    }

    /// The table as the chain has it, a line for each part.
    fn schema(&self, name: &str) -> Vec<String> {
        let Some(table) = self.source.table(&ObjectName::bare(name)) else {
            return vec!["no such table".to_owned()];
        };
        let (mut bare, mut whole) =
            (Schema::empty(self.project.dialect), Schema::empty(self.project.dialect));
        bare.put_table(crate::schema::Table::new(table.name.clone()));
        whole.put_table((**table).clone());
        diff(&bare, &whole)
            .into_iter()
            .map(|change| format!("{} {}: {}", change.what, change.name, change.detail))
            .collect()
    }

    fn rows(&mut self, sql: &str) -> Vec<String> {
        match self.db.query(sql) {
            Ok(rows) => rows.iter().map(|row| row.iter().map(text).collect::<Vec<_>>().join(" ")).collect(),
            Err(error) => vec![error.message],
        }
    }
}

/// What a tool knows about a revision besides.
fn facts(revision: &Revision) -> Vec<String> {
    let native = &revision.native;
    let mut facts = Vec::new();
    match native.role {
        Role::Versioned => {}
        Role::Repeatable => facts.push("repeatable".to_owned()),
        Role::Baseline => facts.push(format!("baseline of {}", native.covers.join(", "))),
    }
    if native.bare_upgrade {
        facts.push("bare-up".to_owned());
    }
    if native.bare_downgrade {
        facts.push("bare-down".to_owned());
    }
    if !revision.depends_on.is_empty() {
        facts.push(format!("needs {}", revision.depends_on.join(", ")));
    }
    if !native.labels.is_empty() {
        facts.push(format!("labels {}", native.labels.join(", ")));
    }
    facts.extend(native.key.iter().map(|key| format!("key {key}")));
    facts.extend(native.checksum.iter().map(|checksum| format!("sum {checksum}")));
    facts
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Blob(bytes) => format!("{bytes:02x?}"),
    }
}
