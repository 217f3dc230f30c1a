//! Whose layout files have: told by the tool's own files and marks, by names, by what lies beside them.

use std::collections::{BTreeMap, BTreeSet};

use super::decode::is_sql;
use super::liquibase_changeset::is_formatted;
use super::reading::start;
use super::text::{file_name, folder, is_digits, lines, number_key, numbered, sql_stem};
use super::{
    LayoutKind, alembic, atlas, dbmate, drizzle, flyway, golang_migrate, goose, liquibase, prisma, rails,
    sqitch, sqlx,
};
use crate::diagnostic::{Checked, Diagnostic};
use crate::revision;
use crate::source::SourceFile;

/// Says whose layout the files have.
pub fn recognise(files: &[SourceFile], chosen: Option<LayoutKind>) -> Checked<LayoutKind> {
    if let Some(layout) = chosen {
        return Checked::clean(layout);
    }
    let sql: Vec<&SourceFile> = files.iter().filter(|file| is_sql(file) && !file.text.is_empty()).collect();
    if sql.iter().any(|file| revision::is_revision_file(file)) {
        return Checked::clean(LayoutKind::Retort);
    }
    let beside = files.iter().filter(|file| !alembic::is_python(&file.name)).collect();
    let mut look = Look { files, beside, free: sql, found: Vec::new(), diagnostics: Vec::new() };
    look.by_own_files();
    look.by_marks();
    look.by_names();
    look.by_python();
    look.decide()
}

/// What is found while files are looked through: each belongs to the first layout that claims it.
struct Look<'a> {
    files: &'a [SourceFile],
    /// All but Python: a large project has thousands of that.
    beside: Vec<&'a SourceFile>,
    free: Vec<&'a SourceFile>,
    found: Vec<(LayoutKind, Vec<&'a SourceFile>)>,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Look<'a> {
    /// Gives the files that fit to a layout.
    fn claim(&mut self, layout: LayoutKind, fits: impl Fn(&SourceFile) -> bool) {
        let (claimed, free) = std::mem::take(&mut self.free).into_iter().partition(|file| fits(file));
        self.free = free;
        if !claimed.is_empty() {
            self.found.push((layout, claimed));
        }
    }

    /// Folders that hold a file of this name (`up` folders above it).
    fn homes(&self, name: &str, up: usize) -> BTreeSet<String> {
        let named = self.beside.iter().filter(|file| file_name(&file.name) == name);
        named.map(|file| (0..=up).fold(file.name.as_str(), |path, _| folder(path)).to_owned()).collect()
    }

    /// Whether a file beside the SQL mentions a tool.
    fn mentions(&self, file: &str, word: &str) -> bool {
        self.beside
            .iter()
            .any(|known| file_name(&known.name).eq_ignore_ascii_case(file) && known.text.contains(word))
    }

    fn has(&self, name: &str) -> bool {
        self.beside.iter().any(|file| file_name(&file.name) == name)
    }

    /// Alembic's settings, and revisions in Python. Those are looked for only where the settings do not decide: a
    /// large project is not read for it.
    fn by_python(&mut self) {
        let has_settings = self.beside.iter().any(|file| alembic::is_settings(file));
        let revisions: Vec<&SourceFile> = match has_settings && self.found.is_empty() {
            true => Vec::new(),
            false => self.files.iter().filter(|file| alembic::is_revision_file(file)).collect(),
        };
        if has_settings || !revisions.is_empty() {
            self.found.push((LayoutKind::Alembic, revisions));
        }
    }

    /// Plans, sums, journals and lock files.
    fn by_own_files(&mut self) {
        if self.has(sqitch::PLAN) {
            let scripts = ["deploy", "revert", "verify"];
            self.claim(LayoutKind::Sqitch, |file| file.name.split('/').any(|part| scripts.contains(&part)));
        }
        let has_root = self.beside.iter().any(|file| liquibase::is_root(file));
        self.claim(LayoutKind::Liquibase, is_formatted);
        if has_root && self.found.iter().all(|(layout, _)| *layout != LayoutKind::Liquibase) {
            self.found.push((LayoutKind::Liquibase, Vec::new()));
        }
        let homes = self.homes(atlas::SUM, 0);
        self.claim(LayoutKind::Atlas, |file| homes.contains(folder(&file.name)));
        let homes = self.homes("_journal.json", 1);
        self.claim(LayoutKind::Drizzle, |file| homes.contains(folder(&file.name)));
        self.by_directories();
    }

    /// One directory for each revision.
    fn by_directories(&mut self) {
        let is_one =
            |file: &SourceFile| file_name(&file.name) == prisma::FILE && !folder(&file.name).is_empty();
        let is_drizzle = |file: &SourceFile| is_one(file) && file.text.contains(drizzle::BREAKPOINT);
        let snapshots = self.homes("snapshot.json", 0);
        let locks = self.homes("migration_lock.toml", 0);
        self.claim(LayoutKind::Prisma, |file| is_one(file) && locks.contains(folder(folder(&file.name))));
        let has_snapshot =
            self.free.iter().any(|file| is_one(file) && snapshots.contains(folder(&file.name)));
        if has_snapshot || self.free.iter().any(|file| is_drizzle(file)) {
            self.claim(LayoutKind::Drizzle, is_one);
        }
        let is_told = self.has("schema.prisma")
            || self.free.iter().any(|file| file.name.split('/').any(|part| part == "prisma"));
        let first = self.free.iter().find(|file| is_one(file)).copied();
        if let Some(first) = first.filter(|_| !is_told) {
            self.say_ambiguous(LayoutKind::Prisma, LayoutKind::Drizzle, first, true);
        }
        self.claim(LayoutKind::Prisma, is_one);
        let is_diesel = |file: &SourceFile| {
            matches!(file_name(&file.name), "up.sql" | "down.sql") && !folder(&file.name).is_empty()
        };
        self.claim(LayoutKind::Diesel, is_diesel);
    }

    /// Lines in the SQL that only one tool reads.
    fn by_marks(&mut self) {
        self.claim(LayoutKind::Goose, |file| lines(&file.text).any(|line| goose::mark(line.text).is_some()));
        self.claim(LayoutKind::Dbmate, |file| {
            lines(&file.text).any(|line| dbmate::mark(line.text).is_some())
        });
        self.claim(LayoutKind::Rails, rails::is_structure);
    }

    fn by_names(&mut self) {
        let is_numbered = |file: &SourceFile| sql_stem(file_name(&file.name)).and_then(numbered).is_some();
        let below_supabase =
            |file: &SourceFile| format!("/{}", folder(&file.name)).ends_with("/supabase/migrations");
        self.claim(LayoutKind::Supabase, |file| is_numbered(file) && below_supabase(file));
        self.by_flyway_names();
        self.by_halves();
        let is_bare = |file: &SourceFile| file.text.starts_with(sqlx::NO_TRANSACTION);
        let is_sqlx = self.has("sqlx.toml")
            || self.mentions("Cargo.toml", "sqlx")
            || self.free.iter().any(|file| is_bare(file));
        if is_sqlx {
            self.claim(LayoutKind::Sqlx, is_numbered);
        }
    }

    fn by_flyway_names(&mut self) {
        let is_flyway = |file: &SourceFile| {
            flyway::parse_name(file_name(&file.name)).is_some_and(|name| !name.description.is_empty())
        };
        let names: Vec<_> =
            self.free.iter().filter_map(|file| flyway::parse_name(file_name(&file.name))).collect();
        let is_refinery = self.has("refinery.toml") || self.mentions("Cargo.toml", "refinery");
        let only_flyway = names.iter().any(|name| "RB".contains(name.prefix) || name.version.contains('.'));
        let is_told = only_flyway
            || self.has("flyway.conf")
            || self.has("flyway.toml")
            || self.mentions("pom.xml", "flyway")
            || self.mentions("build.gradle", "flyway")
            || self.free.iter().any(|file| file.name.contains("db/migration/"));
        if is_refinery && !only_flyway {
            return self.claim(LayoutKind::Refinery, is_flyway);
        }
        let first = self.free.iter().find(|file| is_flyway(file)).copied();
        if let Some(first) = first.filter(|_| !is_told) {
            // Both read the same chain, unless there is an undo script.
            let has_undo = names.iter().any(|name| name.prefix == 'U');
            self.say_ambiguous(LayoutKind::Flyway, LayoutKind::Refinery, first, has_undo);
        }
        self.claim(LayoutKind::Flyway, is_flyway);
    }

    /// `.up.sql` and `.down.sql`: golang-migrate's and sqlx' look the same.
    fn by_halves(&mut self) {
        let is_half = |file: &SourceFile| golang_migrate::parse_name(file_name(&file.name)).is_some();
        let Some(first) = self.free.iter().find(|file| is_half(file)).copied() else { return };
        let halves: Vec<&SourceFile> = self.free.iter().filter(|file| is_half(file)).copied().collect();
        let is_sqlx = self.has("sqlx.toml")
            || self.mentions("Cargo.toml", "sqlx")
            || halves.iter().any(|file| file.text.starts_with(sqlx::NO_TRANSACTION));
        let is_golang = self.mentions("go.mod", "golang-migrate");
        let layout = if is_sqlx && !is_golang { LayoutKind::Sqlx } else { LayoutKind::GolangMigrate };
        if is_sqlx == is_golang {
            self.say_ambiguous(LayoutKind::GolangMigrate, LayoutKind::Sqlx, first, is_sqlx);
        }
        self.claim(layout, is_half);
    }

    /// Says that two layouts fit; an error where the chain would not be the same.
    fn say_ambiguous(&mut self, read: LayoutKind, other: LayoutKind, place: &SourceFile, differs: bool) {
        let message = format!("the files fit {read} and {other} alike; they are read as {read}'s");
        let said = match differs {
            true => Diagnostic::error("layout/ambiguous", message),
            false => Diagnostic::note("layout/ambiguous", message),
        };
        let why = if differs { "the two read them differently" } else { "the chain is the same either way" };
        self.diagnostics.push(said.at(start(place), why).help(format!(
            "Say which it is with `--layout {}` or `--layout {}`",
            read.name(),
            other.name()
        )));
    }

    /// The layout of the most files; others are said.
    fn decide(mut self) -> Checked<LayoutKind> {
        let mut sizes: BTreeMap<LayoutKind, (usize, Option<&SourceFile>)> = BTreeMap::new();
        for (layout, files) in &self.found {
            let size = sizes.entry(*layout).or_default();
            size.0 += files.len();
            size.1 = size.1.or(files.first().copied());
        }
        let most = sizes.iter().max_by_key(|(_, (count, _))| *count).map(|(layout, _)| *layout);
        let Some(layout) = most else { return self.plain() };
        if sizes.len() > 1 {
            let names: Vec<&str> = sizes.keys().map(|layout| layout.title()).collect();
            let message =
                format!("there are several layouts in these files: {}; {layout}'s is read", names.join(", "));
            let mut said = Diagnostic::warning("layout/several", message);
            for (layout, (count, first)) in &sizes {
                if let Some(first) = first {
                    said =
                        said.at(start(first), format!("{layout}: {}", super::reading::count(*count, "file")));
                }
                said = said.help(format!("`--layout {}` reads {layout}'s", layout.name()));
            }
            self.diagnostics.push(said);
        }
        Checked { value: layout, diagnostics: self.diagnostics }
    }

    /// No tool's: files in the order of their names.
    fn plain(mut self) -> Checked<LayoutKind> {
        let Some(first) = self.free.first() else {
            return Checked { value: LayoutKind::Retort, diagnostics: self.diagnostics };
        };
        let names: Vec<&str> = self.free.iter().filter_map(|file| sql_stem(file_name(&file.name))).collect();
        let digits: Vec<&str> = names
            .iter()
            .filter_map(|name| name.split(['_', '-', '.', ' ']).next())
            .filter(|digits| is_digits(digits))
            .collect();
        let is_by_number = digits.len() == names.len();
        let is_sorted = digits.windows(2).all(|pair| number_key(pair[0]) <= number_key(pair[1]));
        if is_by_number && !is_sorted {
            self.diagnostics.push(
                Diagnostic::error(
                    "layout/ambiguous",
                    "by name the files come in another order than by number",
                )
                .at(start(first), "read in the order of their names")
                .help("Say `--layout sqlx` (by number) or `--layout plain` (by name)")
                .help("Write all numbers with as many digits, and the two orders are one"),
            );
        } else if self.free.len() > 1 {
            self.diagnostics.push(
                Diagnostic::note(
                    "layout/plain",
                    "no file has a header, so each is one revision, in the order of their names",
                )
                .at(start(first), "the first")
                .help(
                    "Begin each file with `-- revision: <id>` and `-- down_revision: <id>` to say the order",
                ),
            );
        }
        Checked { value: LayoutKind::Plain, diagnostics: self.diagnostics }
    }
}
