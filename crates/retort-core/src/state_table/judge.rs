//! What the rows of a state table mean for a chain, by the rules of the tool.

use std::collections::{BTreeMap, BTreeSet};

use super::State;
use super::find::Found;
use super::records::{Record, Standing};
use crate::diagnostic::Diagnostic;
use crate::layout::{LayoutKind, comparable};
use crate::project::Project;
use crate::revision::{Revision, RevisionId, Role};

/// The revisions of a chain by what the table names them.
struct Chain<'a> {
    project: &'a Project,
    revisions: Vec<&'a Revision>,
    by_key: BTreeMap<String, Vec<usize>>,
    by_checksum: BTreeMap<&'a str, usize>,
}

impl<'a> Chain<'a> {
    fn new(project: &'a Project) -> Chain<'a> {
        let revisions: Vec<&Revision> = project.graph.iter().collect();
        let (mut by_key, mut by_checksum) = (BTreeMap::<String, Vec<usize>>::new(), BTreeMap::new());
        for (at, revision) in revisions.iter().enumerate() {
            let key = revision.native.key.as_deref().unwrap_or(revision.id.as_str());
            let key = match revision.native.role {
                Role::Repeatable => format!("R {key}"),
                Role::Versioned | Role::Baseline => comparable(project.layout, key),
            };
            by_key.entry(key).or_default().push(at);
            by_checksum.extend(revision.native.checksum.as_deref().map(|checksum| (checksum, at)));
        }
        Chain { project, revisions, by_key, by_checksum }
    }

    /// The revision that a row is about.
    fn find(&self, record: &Record) -> Option<usize> {
        let tool = self.project.layout;
        let key = match &record.version {
            Some(version) => comparable(tool, version),
            None => format!("R {}", record.name),
        };
        let same = self.by_key.get(&key).map(Vec::as_slice).unwrap_or_default();
        match same {
            // Newer Drizzle has no journal: the text tells.
            [] if tool == LayoutKind::Drizzle => {
                record.checksum.as_deref().and_then(|checksum| self.by_checksum.get(checksum).copied())
            }
            [one] => Some(*one),
            several => several.iter().copied().find(|at| self.is_file(*at, &record.name)),
        }
    }

    /// Whether a revision stands in the file at a path; either may be relative to another folder.
    fn is_file(&self, at: usize, path: &str) -> bool {
        let file = self.revisions.get(at).and_then(|revision| self.project.file(revision.source));
        file.is_some_and(|file| {
            file.name == path
                || file.name.ends_with(&format!("/{path}"))
                || path.ends_with(&format!("/{}", file.name))
        })
    }

    fn id(&self, at: usize) -> RevisionId {
        self.revisions.get(at).map_or_else(|| RevisionId::new(""), |revision| revision.id.clone())
    }
}

/// What has been found out so far.
struct Judge<'a> {
    chain: Chain<'a>,
    state: State,
    applied: BTreeSet<usize>,
    /// The texts under which revisions were applied.
    checksums: BTreeMap<usize, String>,
    /// Versions as compared, of all rows that count.
    recorded: BTreeSet<String>,
}

pub(super) fn judge(project: &Project, found: &Found, records: &[Record]) -> State {
    let state = State {
        tool: found.tool,
        table: found.name(),
        applied: Vec::new(),
        pending: Vec::new(),
        passed_over: Vec::new(),
        failed: Vec::new(),
        missing: Vec::new(),
        changed: Vec::new(),
        diagnostics: Vec::new(),
    };
    let chain = Chain::new(project);
    let (applied, checksums, recorded) = (BTreeSet::new(), BTreeMap::new(), BTreeSet::new());
    let mut judge = Judge { chain, state, applied, checksums, recorded };
    for record in latest(found.tool, records) {
        judge.take(record);
    }
    judge.cover();
    judge.compare();
    judge.queue(records);
    judge.state
}

/// The last row of each version: a tool that keeps undone rows writes a new one when the version runs again.
fn latest(tool: LayoutKind, records: &[Record]) -> Vec<&Record> {
    let key = |record: &Record| match &record.version {
        // Liquibase's rows differ in the file as well.
        Some(version) if tool == LayoutKind::Liquibase => format!("{version} {}", record.name),
        Some(version) => comparable(tool, version),
        None => format!("R {}", record.name),
    };
    let last: BTreeMap<String, usize> =
        records.iter().enumerate().map(|(at, record)| (key(record), at)).collect();
    let is_last = |at: usize, record: &Record| last.get(&key(record)) == Some(&at);
    records.iter().enumerate().filter(|(at, record)| is_last(*at, record)).map(|(_, record)| record).collect()
}

impl Judge<'_> {
    fn tool(&self) -> LayoutKind {
        self.state.tool
    }

    fn say(&mut self, diagnostic: Diagnostic, at: Option<usize>) {
        let span = at.and_then(|at| self.chain.revisions.get(at)).map(|revision| revision.span);
        self.state.diagnostics.push(match span {
            Some(span) => diagnostic.at(span, ""),
            None => diagnostic,
        });
    }

    fn take(&mut self, record: &Record) {
        let shown = record.version.clone().unwrap_or_else(|| record.name.clone());
        let at = self.chain.find(record);
        match record.standing {
            Standing::Undone => return,
            Standing::Failed => {
                let message = format!("`{shown}` is marked as failed in `{}`", self.state.table);
                let said = Diagnostic::error("state/failed", message).help(meaning_of_failure(self.tool()));
                self.say(said, at);
                self.state.failed.push(shown);
                // Its one row names the failed version: what is below ran.
                if self.tool() == LayoutKind::GolangMigrate {
                    self.applied.extend(at.map(|at| 0..at).into_iter().flatten());
                }
                return;
            }
            Standing::Baseline => self.cover_up_to(&shown),
            Standing::Applied => {}
        }
        self.recorded.insert(comparable(self.tool(), &shown));
        match at {
            Some(at) => {
                self.applied.insert(at);
                self.checksums.extend(record.checksum.clone().map(|checksum| (at, checksum)));
            }
            None if record.standing == Standing::Baseline => {}
            None => self.miss(&shown, record),
        }
        // One row stands for itself and everything before it.
        if self.tool() == LayoutKind::GolangMigrate {
            self.applied.extend(at.map(|at| 0..=at).into_iter().flatten());
        }
    }

    /// A row without a file; none if a baseline holds its work.
    fn miss(&mut self, shown: &str, record: &Record) {
        let tool = self.tool();
        let key = comparable(tool, shown);
        let is_covered =
            self.chain.revisions.iter().any(|revision| {
                revision.native.covers.iter().any(|covered| comparable(tool, covered) == key)
            });
        if is_covered {
            return;
        }
        let name = if tool == LayoutKind::Sqitch { record.name.clone() } else { shown.to_owned() };
        let message = format!("`{name}` was applied, and the chain has no file for it");
        let said = Diagnostic::warning("state/missing-file", message).help(meaning_of_missing(tool));
        self.state.diagnostics.push(said);
        self.state.missing.push(name);
    }

    /// Everything up to a version counts as applied.
    fn cover_up_to(&mut self, version: &str) {
        let tool = self.tool();
        let key = order_key(tool, version);
        for (at, revision) in self.chain.revisions.iter().enumerate() {
            let is_versioned = revision.native.role != Role::Repeatable;
            if is_versioned && order_key(tool, revision.id.as_str()) <= key {
                self.applied.insert(at);
            }
        }
    }

    /// A baseline counts as applied where the versions ran whose work it holds.
    fn cover(&mut self) {
        let tool = self.tool();
        let mut partial = Vec::new();
        for (at, revision) in self.chain.revisions.iter().enumerate() {
            let covers = &revision.native.covers;
            let ran =
                covers.iter().filter(|covered| self.recorded.contains(&comparable(tool, covered))).count();
            if covers.is_empty() || ran == 0 || self.applied.contains(&at) && tool != LayoutKind::Rails {
                continue;
            }
            if ran == covers.len() {
                self.applied.insert(at);
            } else {
                self.applied.remove(&at);
                partial.push((at, covers.len() - ran));
            }
        }
        for (at, left) in partial {
            let message =
                format!("`{}` holds the work of {left} versions that did not run here", self.chain.id(at));
            let said = Diagnostic::warning("state/below-baseline", message)
                .help("Run these with their own tool: a baseline is for a new database");
            self.say(said, Some(at));
        }
    }

    /// Texts that are not those that ran.
    fn compare(&mut self) {
        for at in self.applied.clone() {
            let Some(revision) = self.chain.revisions.get(at).copied() else { continue };
            let (Some(now), Some(then)) = (&revision.native.checksum, self.checksums.get(&at)) else {
                continue;
            };
            // A repeatable script that changed is to run again: that is no fault.
            if now == then || revision.native.role == Role::Repeatable {
                continue;
            }
            let message = format!("`{}` has changed since it was applied", revision.id);
            let said = Diagnostic::warning("state/changed", message).help(meaning_of_change(self.tool()));
            self.say(said, Some(at));
            self.state.changed.push(revision.id.clone());
        }
    }

    /// What comes next, and what never does.
    fn queue(&mut self, records: &[Record]) {
        let is_repeatable = |at: &usize| {
            self.chain.revisions.get(*at).is_some_and(|revision| revision.native.role == Role::Repeatable)
        };
        let highest = self.applied.iter().copied().filter(|at| !is_repeatable(at)).max();
        let youngest = records.iter().filter_map(|record| record.version.as_ref()?.parse::<i64>().ok()).max();
        let mut passed_over = Vec::new();
        for (at, revision) in self.chain.revisions.iter().copied().enumerate() {
            let id = revision.id.clone();
            let changed = revision.native.role == Role::Repeatable
                && self
                    .checksums
                    .get(&at)
                    .is_some_and(|then| Some(then) != revision.native.checksum.as_ref());
            if self.applied.contains(&at) {
                self.state.applied.push(id.clone());
                if changed {
                    self.state.pending.push(id);
                }
            } else if self.is_passed_over(at, revision, highest, youngest) {
                self.state.passed_over.push(id);
                passed_over.push(at);
            } else {
                self.state.pending.push(id);
            }
        }
        for at in passed_over {
            let message = format!("`{}` was not applied, and younger revisions were", self.chain.id(at));
            let said =
                Diagnostic::warning("state/passed-over", message).help(meaning_of_passing_over(self.tool()));
            self.say(said, Some(at));
        }
    }

    fn is_passed_over(
        &self,
        at: usize,
        revision: &Revision,
        highest: Option<usize>,
        youngest: Option<i64>,
    ) -> bool {
        if revision.native.role == Role::Repeatable {
            return false;
        }
        let is_below = highest.is_some_and(|highest| at < highest);
        match self.tool() {
            LayoutKind::Flyway
            | LayoutKind::GolangMigrate
            | LayoutKind::Goose
            | LayoutKind::Supabase
            | LayoutKind::Atlas => is_below,
            LayoutKind::Refinery => is_below && !self.is_unversioned(revision),
            LayoutKind::Drizzle => match revision.native.key.as_deref().map(str::parse::<i64>) {
                Some(Ok(when)) => youngest.is_some_and(|youngest| when <= youngest),
                _ => false,
            },
            // These run whatever is not recorded, in whatever place.
            LayoutKind::Sqlx
            | LayoutKind::Dbmate
            | LayoutKind::Rails
            | LayoutKind::Diesel
            | LayoutKind::Prisma
            | LayoutKind::Liquibase
            | LayoutKind::Sqitch
            | LayoutKind::Retort
            | LayoutKind::Alembic
            | LayoutKind::Plain => false,
        }
    }

    /// refinery's `U` files may be older than what ran.
    fn is_unversioned(&self, revision: &Revision) -> bool {
        let file = self.chain.project.file(revision.source);
        file.is_some_and(|file| file.name.rsplit('/').next().is_some_and(|name| name.starts_with('U')))
    }
}

/// Something by which versions can be ordered as their tool does.
fn order_key(tool: LayoutKind, version: &str) -> Vec<(usize, String)> {
    let digits = comparable(tool, version);
    match tool {
        LayoutKind::Flyway => digits.split('.').map(|part| (part.len(), part.to_owned())).collect(),
        // The others that know baselines compare texts.
        _ => vec![(0, digits)],
    }
}

fn meaning_of_failure(tool: LayoutKind) -> &'static str {
    match tool {
        LayoutKind::Flyway => {
            "Flyway runs nothing until `flyway repair`; undo by hand first what it left behind"
        }
        LayoutKind::Sqlx => {
            "On MySQL sqlx writes the row before it runs the file: what ran of it is not known; undo it, then delete the row"
        }
        LayoutKind::GolangMigrate => {
            "golang-migrate marks the version before it runs the file: look what ran of it, then `migrate force VERSION`"
        }
        LayoutKind::Prisma => {
            "It began and did not end: Prisma runs nothing (P3009) until `prisma migrate resolve --applied` or `--rolled-back`"
        }
        LayoutKind::Atlas => {
            "Only some of its statements ran; mend the file and run `atlas migrate apply` again"
        }
        LayoutKind::Liquibase => "Liquibase tries it again in its next run",
        _ => "Look what ran of it before you run the tool again",
    }
}

fn meaning_of_missing(tool: LayoutKind) -> &'static str {
    match tool {
        LayoutKind::Flyway => "`flyway validate` fails; add the file, or run `flyway repair`",
        LayoutKind::Sqlx => "sqlx refuses to run unless `--ignore-missing` is given; add the file",
        LayoutKind::GolangMigrate => "golang-migrate refuses to go on from here: add the file",
        LayoutKind::Refinery => "refinery refuses to run unless `abort_missing` is off; add the file",
        LayoutKind::Supabase => "Add the file (`supabase db pull`), or run `supabase migration repair`",
        LayoutKind::Prisma => "Add the directory; `prisma migrate dev` would reset the database",
        _ => "Add the file; it may be on another branch of the code",
    }
}

fn meaning_of_change(tool: LayoutKind) -> &'static str {
    match tool {
        LayoutKind::Flyway => "`flyway validate` fails; put the old text back, or run `flyway repair`",
        LayoutKind::Sqlx => "sqlx refuses to run; put the old text back to the last byte (line ends count)",
        LayoutKind::Refinery => {
            "refinery refuses to run unless `abort_divergent` is off; put the old text back"
        }
        LayoutKind::Prisma => "Put the old text back; `prisma migrate dev` would reset the database",
        LayoutKind::Drizzle => "Drizzle does not look; what stands in the file is not what ran",
        LayoutKind::Sqitch => "`sqitch status` is silent about it; rework the change instead of editing it",
        _ => "Put the old text back, and make the change in a new revision",
    }
}

fn meaning_of_passing_over(tool: LayoutKind) -> &'static str {
    match tool {
        LayoutKind::Flyway => "Flyway ignores it, and `validate` fails, unless `outOfOrder` is set",
        LayoutKind::GolangMigrate => "golang-migrate never runs it: give it a higher version",
        LayoutKind::Goose => "goose refuses to run unless `-allow-missing` is given",
        LayoutKind::Refinery => {
            "refinery refuses to run unless `abort_missing` is off; an older one must begin with `U`"
        }
        LayoutKind::Supabase => "`supabase db push` refuses unless `--include-all` is given",
        LayoutKind::Atlas => "Atlas refuses to run: give it a higher version (`atlas migrate rebase`)",
        LayoutKind::Drizzle => {
            "Drizzle never runs it (drizzle-team/drizzle-orm#1221): give it a larger `when`"
        }
        _ => "Give it a higher version",
    }
}
