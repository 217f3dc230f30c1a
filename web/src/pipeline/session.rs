//! An open chain: the database at a position, snapshots of all positions, edits in between.
//!
//! The state at a position is a function of the files, the edits and the way there (up from base, or down from
//! a peak), so that a link restores it.

use imbl::OrdMap;
use retort_core::database::Database;
use retort_core::diagnostic::Diagnostic;
use retort_core::dialect::Capabilities;
use retort_core::execute::Failure;
use retort_core::graph::{Heads, Target};
use retort_core::inspect::{KnownTables, inspect_again};
use retort_core::plan::{Goal, Plan, Step, StepKind, plan};
use retort_core::project::{self, Options, Project, ReadPrograms};
use retort_core::replay::{Replay, ReplayedStep};
use retort_core::run::{StepRun, run_step};
use retort_core::schema::Schema;
use retort_core::script::RenderOptions;
use retort_core::share::Edit;
use retort_core::source::DialectKind;
use retort_core::version_table;
use retort_drivers::{Limits, Sqlite};

use super::blame::Blame;
use super::load::Loaded;
use super::snapshot::Snapshot;
use super::{Done, engine_trouble, now};
use crate::choice::LeftOut;
use crate::protocol::{Reply, StepView, ViewState};

/// Rows of each table.
pub(super) type Counts = OrdMap<String, u64>;

/// A step on the way up from base, as it was run without edits.
pub(super) struct Ran {
    pub(super) replayed: ReplayedStep,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) blame: Blame,
    /// The database after it; None where it was not reached.
    snapshot: Option<Snapshot>,
    pub(super) counts: Counts,
    pub(super) milliseconds: f64,
    pub(super) failure: Option<Failure>,
}

impl Ran {
    /// Whether the database got there.
    pub(super) fn is_reached(&self) -> bool {
        self.snapshot.is_some()
    }
}

/// How the present state was reached.
pub(super) struct Present {
    pub(super) position: usize,
    pub(super) peak: Option<usize>,
    /// The step just run; None at base.
    pub(super) step: Option<ReplayedStep>,
    pub(super) source_before: Schema,
    pub(super) engine_before: Schema,
    /// What the chain says the schemas are now.
    pub(super) source: Schema,
    pub(super) engine: Schema,
    pub(super) counts_before: Counts,
    pub(super) milliseconds: f64,
    pub(super) failure: Option<Failure>,
    pub(super) notice: Option<String>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

pub(super) struct Session {
    pub(super) name: String,
    pub(super) dialect_chosen: Option<DialectKind>,
    pub(super) project: Project,
    pub(super) left_out: LeftOut,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) plan: Plan,
    pub(super) ran: Vec<Ran>,
    base: Snapshot,
    /// `(position, sql)` in the order in which they were made.
    edits: Vec<(usize, String)>,
    pub(super) db: Sqlite,
    /// Tables of all positions that were looked at; most of them are the same at the next one.
    known_tables: KnownTables,
    pub(super) present: Present,
}

/// Longest time of one statement.
const STATEMENT_MILLISECONDS: u64 = 5_000;
/// Most memory of SQLite.
const HEAP_BYTES: u64 = 512 << 20;

impl Session {
    /// Opens a chain and runs it from base to its heads, or to the first step that fails.
    pub(super) fn open(
        loaded: Loaded,
        programs: Option<ReadPrograms>,
        progress: &mut dyn FnMut(Reply),
    ) -> Done<Session> {
        let dialect_chosen = loaded.dialect.as_deref().and_then(DialectKind::from_name);
        progress(Reply::Progress { stage: "reading".into(), done: 0, total: number(loaded.files.len()) });
        let opened = project::open(
            &loaded.files,
            &Options { dialect: dialect_chosen, programs, ..Options::default() },
        );
        let (project, mut diagnostics) = (opened.value, opened.diagnostics);
        let target = Target::parse("heads").map_err(|_| super::refusal("plan/heads", "No heads", ""))?;
        let plan =
            plan(&project.graph, &Heads::base(), &Goal::Upgrade(vec![target])).unwrap_or_else(|diagnostic| {
                diagnostics.push(diagnostic);
                Plan { start: Heads::base(), steps: Vec::new(), end: Heads::base() }
            });
        let mut db = Sqlite::in_memory().map_err(engine_trouble)?;
        let clock = || now() as u64;
        db.set_limits(Limits::new(STATEMENT_MILLISECONDS, HEAP_BYTES, clock)).map_err(engine_trouble)?;
        // Small pages keep snapshots of small databases small; the size is fixed by the first write.
        for sql in ["PRAGMA page_size=4096", "CREATE TABLE first_page (a)", "DROP TABLE first_page"] {
            db.execute(sql).map_err(engine_trouble)?;
        }
        let base = Snapshot::new(&db.serialize().map_err(engine_trouble)?, None);
        let ran = run_all(&project, &plan, &mut db, &base, progress)?;
        let present = base_state(&project, db.capabilities());
        let edits = loaded.edits.into_iter().map(|edit| (edit.position as usize, edit.sql)).collect();
        let mut session = Session {
            name: loaded.name,
            dialect_chosen,
            project,
            left_out: loaded.left_out,
            diagnostics,
            plan,
            ran,
            base,
            edits,
            db,
            known_tables: KnownTables::default(),
            present,
        };
        let last = session.last_good();
        if session.edits.is_empty() && last == session.ran.len() {
            // The database is there already.
            session.stand_at(last);
        } else {
            session.go(last)?;
        }
        Ok(session)
    }

    /// The last position that can be reached without edits.
    pub(super) fn last_good(&self) -> usize {
        self.ran.iter().take_while(|ran| ran.snapshot.is_some()).count()
    }

    /// The files that the chain consists of.
    pub(super) fn texts(&self) -> Vec<(String, String)> {
        let files = self.matters().into_iter().filter(|file| !file.text.is_empty());
        files.map(|file| (file.name.clone(), file.text.to_string())).collect()
    }

    /// The same document once more, for another dialect.
    pub(super) fn again(&self, dialect: Option<String>, view: ViewState) -> Loaded {
        let files = self.project.files.iter();
        let edits = self.edits.iter();
        Loaded {
            name: self.name.clone(),
            files: files.map(|file| (file.name.clone(), file.text.as_bytes().to_vec())).collect(),
            dialect,
            edits: edits.map(|(at, sql)| Edit { position: number(*at), sql: sql.clone() }).collect(),
            view: Some(view),
            left_out: self.left_out.clone(),
        }
    }

    pub(super) fn chosen_dialect(&self) -> Option<String> {
        self.dialect_chosen.map(|dialect| dialect.name().to_owned())
    }

    pub(super) fn edits(&self) -> &[(usize, String)] {
        &self.edits
    }

    pub(super) fn add_edit(&mut self, sql: String) {
        self.edits.push((self.present.position, sql));
    }

    /// Goes to a position by upgrades.
    pub(super) fn seek(&mut self, position: usize) -> Done<StepView> {
        self.go(position)?;
        self.step_view()
    }

    /// Forgets the edits; the position stays.
    pub(super) fn forget_edits(&mut self) -> Done<StepView> {
        self.edits.clear();
        self.seek(self.present.position)
    }

    /// Restores the state that a link describes: up to the peak, then down.
    pub(super) fn restore(&mut self, position: usize, peak: Option<usize>) -> Done<()> {
        match peak.filter(|peak| *peak > position && *peak <= self.plan.steps.len()) {
            None => self.go(position),
            Some(peak) => {
                self.go(peak)?;
                while self.present.position > position && self.present.failure.is_none() {
                    let before = self.present.position;
                    self.descend()?;
                    if self.present.position == before {
                        break;
                    }
                }
                Ok(())
            }
        }
    }

    /// Runs the first step that fails once more, so that it is what is shown.
    pub(super) fn show_failure(&mut self) -> Done<()> {
        if self.ran.iter().any(|ran| ran.failure.is_some()) { self.climb() } else { Ok(()) }
    }

    fn go(&mut self, position: usize) -> Done<()> {
        let position = position.min(self.plan.steps.len());
        let first_edit = self.edits.iter().map(|(at, _)| *at).min().unwrap_or(usize::MAX);
        let clean = position.min(first_edit).min(self.last_good());
        self.load(clean)?;
        self.apply_edits(clean);
        while self.present.position < position && self.present.failure.is_none() {
            self.climb()?;
        }
        Ok(())
    }

    /// Puts the database and the state of a position without edits in place.
    fn load(&mut self, position: usize) -> Done<()> {
        let snapshot = match position.checked_sub(1) {
            None => Some(&self.base),
            Some(at) => self.ran[at].snapshot.as_ref(),
        };
        let image = snapshot.map(Snapshot::image).unwrap_or_default();
        self.db.restore(&image).map_err(engine_trouble)?;
        self.stand_at(position);
        Ok(())
    }

    /// Puts the state of a position without edits in place; the database is there.
    fn stand_at(&mut self, position: usize) {
        self.present = base_state(&self.project, self.db.capabilities());
        if let Some(at) = position.checked_sub(1) {
            let ran = &self.ran[at];
            let before = at.checked_sub(1).map(|at| &self.ran[at]);
            let present = &mut self.present;
            if let Some(before) = before {
                present.source_before = before.replayed.source.clone();
                present.engine_before = before.replayed.engine.clone();
                present.counts_before = before.counts.clone();
            }
            present.position = position;
            present.source = ran.replayed.source.clone();
            present.engine = ran.replayed.engine.clone();
            present.milliseconds = ran.milliseconds;
            present.diagnostics.clone_from(&ran.diagnostics);
            present.step = Some(ran.replayed.clone());
        }
    }

    fn apply_edits(&mut self, position: usize) {
        let edits: Vec<String> =
            self.edits.iter().filter(|(at, _)| *at == position).map(|(_, sql)| sql.clone()).collect();
        for sql in edits {
            // It was accepted when it was typed; a chain that changed since may refuse it now.
            if let (_, Some((_, error))) = self.db.run(&sql, 1) {
                self.present.notice = Some(format!("an edit was not accepted again: {error}"));
            }
        }
    }

    /// Runs the upgrade of the next step on the database as it is.
    fn climb(&mut self) -> Done<()> {
        let Some(step) = self.plan.steps.get(self.present.position).cloned() else { return Ok(()) };
        let next = self.present.position + 1;
        self.run_live(&step, next)?;
        if self.present.failure.is_none() {
            self.apply_edits(next);
        }
        Ok(())
    }

    /// Runs a step on the live database; the position moves only if it succeeds.
    fn run_live(&mut self, step: &Step, to: usize) -> Done<()> {
        let capabilities = self.db.capabilities();
        let (source, engine) = (self.present.source.clone(), self.present.engine.clone());
        let mut replay = Replay::from_schemas(&self.project, source.clone(), engine.clone(), capabilities);
        let counts_before = count_rows(&mut self.db, &engine);
        let (ran, milliseconds) = run_live(&mut replay, step, &mut self.db)?;
        let replayed = ran.replayed;
        let present = &mut self.present;
        present.milliseconds = milliseconds;
        present.diagnostics = ran.diagnostics;
        present.notice = None;
        present.counts_before = counts_before;
        present.failure = ran.outcome.err();
        if present.failure.is_none() {
            present.position = to;
            (present.source_before, present.engine_before) = (source, engine);
            (present.source, present.engine) = (replayed.source.clone(), replayed.engine.clone());
        }
        present.step = Some(replayed);
        Ok(())
    }

    /// Runs the upgrade of the next step, for real.
    pub(super) fn up(&mut self) -> Done<StepView> {
        if self.present.failure.is_some() {
            // A failed step is left by asking again: from the last good state.
            self.present.failure = None;
        }
        self.climb()?;
        self.step_view()
    }

    /// Runs the downgrade of the present step, for real.
    pub(super) fn down(&mut self) -> Done<StepView> {
        self.descend()?;
        self.step_view()
    }

    fn descend(&mut self) -> Done<()> {
        // A failed upgrade left the database at the step before: going back shows that.
        if self.present.failure.is_some() {
            return self.go(self.present.position);
        }
        let Some(at) = self.present.position.checked_sub(1) else { return Ok(()) };
        let up = &self.plan.steps[at];
        let step = Step {
            revision: up.revision.clone(),
            kind: StepKind::Downgrade,
            before: up.after.clone(),
            after: up.before.clone(),
        };
        let irreversible =
            self.project.graph.get(&step.revision).and_then(|revision| revision.downgrade.irreversible());
        if let Some(reason) = irreversible.map(str::to_owned) {
            self.go(at)?;
            let id = &step.revision;
            self.present.notice = Some(format!(
                "{id} has no downgrade ({reason}): this is the state that was kept on the way up, nothing was undone"
            ));
            return Ok(());
        }
        let peak = self.present.peak.unwrap_or(self.present.position);
        self.run_live(&step, at)?;
        self.present.peak = Some(peak);
        Ok(())
    }

    /// After a downgrade: how the schema differs from the one before the upgrade.
    pub(super) fn round_trip(&self) -> Option<Vec<String>> {
        let step = self.present.step.as_ref()?;
        if step.step.kind != StepKind::Downgrade || self.present.failure.is_some() {
            return None;
        }
        let expected = self.expected(self.present.position);
        let changes = retort_core::schema::diff(&expected, &self.present.source);
        Some(changes.iter().map(super::step_view::sentence).collect())
    }

    /// The source schema on the way up.
    fn expected(&self, position: usize) -> Schema {
        match position.checked_sub(1) {
            None => Schema::empty(self.project.dialect),
            Some(at) => self.ran[at].replayed.source.clone(),
        }
    }

    /// The rows as they were counted on the way up; None where edits or a descent may have changed them.
    pub(super) fn known_counts(&self) -> Option<Counts> {
        let untouched =
            self.edits.is_empty() && self.present.peak.is_none() && self.present.failure.is_none();
        let at = self.present.position.checked_sub(1).filter(|_| untouched)?;
        Some(self.ran[at].counts.clone())
    }

    /// The schema that the database holds now.
    pub(super) fn engine_schema(&mut self) -> Done<Schema> {
        inspect_again(&mut self.db, &self.project.version_table, &mut self.known_tables)
            .map_err(engine_trouble)
    }

    /// The blame at the present position.
    pub(super) fn blame(&self) -> Blame {
        self.present.position.checked_sub(1).map(|at| self.ran[at].blame.clone()).unwrap_or_default()
    }
}

fn number(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn base_state(project: &Project, capabilities: Capabilities) -> Present {
    let (source, engine) = (Schema::empty(project.dialect), Schema::empty(capabilities.dialect));
    Present {
        position: 0,
        peak: None,
        step: None,
        source_before: source.clone(),
        engine_before: engine.clone(),
        source,
        engine,
        counts_before: Counts::new(),
        milliseconds: 0.0,
        failure: None,
        notice: None,
        diagnostics: Vec::new(),
    }
}

/// Runs all steps from base; steps after a failure are replayed on the model only.
fn run_all(
    project: &Project,
    plan: &Plan,
    db: &mut Sqlite,
    base: &Snapshot,
    progress: &mut dyn FnMut(Reply),
) -> Done<Vec<Ran>> {
    let capabilities = db.capabilities();
    let mut replay = Replay::from_base(project, capabilities);
    let mut ran: Vec<Ran> = Vec::with_capacity(plan.steps.len());
    let mut failed = false;
    let total = number(plan.steps.len());
    for (at, step) in plan.steps.iter().enumerate() {
        if at % 10 == 0 {
            progress(Reply::Progress { stage: "running".into(), done: number(at), total });
        }
        let before = replay.engine().clone();
        let mut failure = None;
        let mut snapshot = None;
        let mut milliseconds = 0.0;
        let (replayed, diagnostics) = if failed {
            let checked = replay.step(step);
            (checked.value, checked.diagnostics)
        } else {
            let (run, time) = run_live(&mut replay, step, db)?;
            milliseconds = time;
            failure = run.outcome.err();
            failed = failure.is_some();
            (run.replayed, run.diagnostics)
        };
        if !failed {
            let last = ran.last().and_then(|ran: &Ran| ran.snapshot.as_ref()).unwrap_or(base);
            snapshot = Some(Snapshot::new(&db.serialize().map_err(engine_trouble)?, Some(last)));
        }
        let blame = ran.last().map(|ran| ran.blame.clone()).unwrap_or_default();
        let blame = blame.after(&before, &replayed.engine, at + 1);
        let counts = match ran.last() {
            Some(last) if !moves_rows(&replayed) && !replayed.is_opaque() => last.counts.clone(),
            _ => count_rows(db, &replayed.engine),
        };
        ran.push(Ran { replayed, diagnostics, blame, snapshot, counts, milliseconds, failure });
    }
    Ok(ran)
}

/// Whether a step can change how many rows there are.
fn moves_rows(replayed: &ReplayedStep) -> bool {
    let words = ["INSERT", "DELETE", "REPLACE", "WITH", "DROP TABLE"];
    let sql = replayed.directives.iter().flat_map(|directive| &directive.translated.sql);
    sql.into_iter().any(|sql| {
        words.iter().any(|word| sql.get(..word.len()).is_some_and(|s| s.eq_ignore_ascii_case(word)))
    })
}

/// Runs a step on the database; says how long it took.
fn run_live(replay: &mut Replay<'_>, step: &Step, db: &mut Sqlite) -> Done<(StepRun, f64)> {
    // The version table is made with the first step that starts at base.
    let create_version_table = step.before.is_empty()
        && step.kind == StepKind::Upgrade
        && version_table::read(&replay.project().version_table, db).is_ok_and(|heads| heads.is_none());
    let options = RenderOptions { capabilities: db.capabilities(), create_version_table };
    let start = now();
    let ran = run_step(replay, step, db, &options).map_err(engine_trouble)?;
    Ok((ran, now() - start))
}

/// Rows of all tables.
pub(super) fn count_rows(db: &mut Sqlite, schema: &Schema) -> Counts {
    let mut counts = Counts::new();
    for table in schema.tables.values() {
        let sql = format!("SELECT count(*) FROM {}", retort_core::dialect::sqlite::table_name(&table.name));
        let count = db.query(&sql).ok().and_then(|rows| rows.first()?.first()?.as_integer());
        counts.insert(table.name.to_string(), count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0));
    }
    counts
}
