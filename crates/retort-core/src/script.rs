//! Everything that will be run for a step, in order: transactions, pragmas and version rows included.
//!
//! Invariant: nothing is executed that is not in a script; offline SQL is the script as text. The script of a
//! program grows while it runs.

use crate::dialect::Capabilities;
use crate::operation::copy_data;
use crate::plan::{Plan, Step, StepKind};
use crate::replay::{ReplayedDirective, ReplayedStep};
use crate::schema::{ObjectName, Schema};
use crate::source::DialectKind;
use crate::token::{Scanner, text_literal};
use crate::version_table::{self, VersionTable};

/// Why a statement is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The directive at this place of the step.
    Directive(usize),
    /// The version table.
    VersionTable,
    /// Begin and end of the transaction.
    Transaction,
    /// How the session behaves meanwhile.
    Session,
    /// A question whose every row is a fault: children without a parent.
    ForeignKeyCheck,
    /// No statement: the directive at this place of the step is not known without a database, and says why.
    Hole(usize),
    /// No statement: the step's program itself, which failed.
    Program,
}

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Its text, without the final semicolon.
    pub sql: String,
    /// Why it is there.
    pub origin: Origin,
    /// How many rows it must change, where that is known: a row of the version table that another run has
    /// changed meanwhile is found out by it.
    pub rows: Option<u64>,
    /// It is in no transaction: once it ran, it stays.
    pub alone: bool,
}

/// All statements of one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The step.
    pub step: Step,
    /// In order.
    pub statements: Vec<Statement>,
}

/// How a script is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RenderOptions {
    /// The engine.
    pub capabilities: Capabilities,
    /// The version table must be made first.
    pub create_version_table: bool,
}

/// Writes the script of a replayed step.
pub fn render(replayed: &ReplayedStep, options: &RenderOptions) -> Script {
    let mut writer = Writer::new(Frame::of(replayed, options));
    writer.open();
    for (index, directive) in replayed.directives.iter().enumerate() {
        writer.directive(index, directive);
    }
    let mut run = replayed.directives.iter().flat_map(|directive| &directive.translated.sql);
    if writer.frame.dialect == DialectKind::Postgres && run.any(|sql| sets_search_path(sql)) {
        // Dumps empty it at their beginning: the version table would not be found.
        writer.push("RESET search_path", Origin::Session);
    }
    let is_checked = writer.frame.keys_off && !replayed.has_keys_off && !writer.frame.is_bare;
    writer.change_heads(&replayed.step, is_checked.then(|| foreign_key_check(&replayed.source)));
    writer.close();
    Script { step: replayed.step.clone(), statements: writer.statements }
}

/// What stands around the directives of a step.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) dialect: DialectKind,
    pub(crate) transactional_ddl: bool,
    /// The statements that make the version table, where it is not there.
    pub(crate) create_version_table: Vec<String>,
    pub(crate) version_table: VersionTable,
    /// Foreign keys are off around it (SQLite).
    pub(crate) keys_off: bool,
    /// Its tool puts no transaction around it.
    pub(crate) is_bare: bool,
}

impl Frame {
    pub(crate) fn of(replayed: &ReplayedStep, options: &RenderOptions) -> Frame {
        let dialect = options.capabilities.dialect;
        let table = &replayed.version_table;
        let create = options.create_version_table;
        Frame {
            dialect,
            transactional_ddl: options.capabilities.transactional_ddl,
            create_version_table: match create {
                true => version_table::create(table, dialect, replayed.longest_id),
                false => Vec::new(),
            },
            version_table: table.clone(),
            keys_off: dialect == DialectKind::Sqlite && replayed.foreign_keys_off(),
            // On an engine of another kind nothing is left of what could not run in a transaction.
            is_bare: replayed.is_bare && replayed.source.dialect == dialect,
        }
    }
}

/// Puts statements into transactions, as few as can be: one for all that may share it.
#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) statements: Vec<Statement>,
    pub(crate) frame: Frame,
    /// Inside a transaction.
    is_open: bool,
}

impl Writer {
    pub(crate) fn new(frame: Frame) -> Writer {
        Writer { statements: Vec::new(), frame, is_open: false }
    }

    /// What comes before the first directive.
    pub(crate) fn open(&mut self) {
        if self.frame.keys_off {
            self.turn_keys_off();
        }
        if !self.frame.is_bare {
            self.create_version_table();
        }
    }

    /// Foreign keys go off; [`Writer::close`] brings them back.
    pub(crate) fn turn_keys_off(&mut self) {
        // Inside a transaction this pragma does nothing (sqlite.org/pragma.html#pragma_foreign_keys).
        self.enter(false);
        self.push("PRAGMA foreign_keys=OFF", Origin::Session);
        self.frame.keys_off = true;
    }

    /// The statements of a directive, in a transaction where they may be.
    pub(crate) fn directive(&mut self, index: usize, directive: &ReplayedDirective) {
        if let Some(hole) = &directive.hole {
            let text = hole.reason.replace('\n', "\n-- ");
            self.push(&format!("-- left out: {text}"), Origin::Hole(index));
        }
        if directive.ends_transaction {
            self.enter(false);
        }
        let sql = &directive.translated.sql;
        let is_alone = self.frame.is_bare || directive.translated.stands_alone;
        if sql.is_empty() {
            return;
        }
        if is_alone {
            self.enter(false);
        }
        // What comes to several statements (a table rebuild) stays all or nothing.
        self.enter(!is_alone || sql.len() > 1);
        sql.iter().for_each(|sql| self.push(sql, Origin::Directive(index)));
    }

    /// The heads change at the end, together with the last rows; `check` is a question whose rows are faults.
    pub(crate) fn change_heads(&mut self, step: &Step, check: Option<String>) {
        let dialect = self.frame.dialect;
        if self.frame.is_bare {
            self.enter(false);
            self.create_version_table();
        }
        let heads = version_table::change(&self.frame.version_table, &step.before, &step.after, dialect);
        // One statement is all or nothing by itself.
        let is_single = heads.len() == 1 && !self.frame.transactional_ddl;
        if !is_single || self.is_open {
            self.enter(true);
        }
        if let Some(check) = check {
            self.push(&check, Origin::ForeignKeyCheck);
        }
        for sql in heads {
            self.push(&sql, Origin::VersionTable);
            if let Some(statement) = self.statements.last_mut() {
                statement.rows = Some(1);
            }
        }
    }

    /// What comes after the last statement.
    pub(crate) fn close(&mut self) {
        self.enter(false);
        if self.frame.keys_off {
            self.push("PRAGMA foreign_keys=ON", Origin::Session);
        }
    }

    fn create_version_table(&mut self) {
        let create = std::mem::take(&mut self.frame.create_version_table);
        if !create.is_empty() {
            self.enter(self.frame.transactional_ddl);
            create.iter().for_each(|sql| self.push(sql, Origin::VersionTable));
        }
    }

    pub(crate) fn push(&mut self, sql: &str, origin: Origin) {
        let is_work = !matches!(origin, Origin::Transaction | Origin::Session | Origin::Hole(_));
        let alone = !self.is_open && is_work;
        self.statements.push(Statement { sql: sql.to_owned(), origin, rows: None, alone });
    }

    /// Goes into a transaction, or out of the one that is open.
    pub(crate) fn enter(&mut self, transaction: bool) {
        if transaction != self.is_open {
            let sql = if transaction { begin(self.frame.dialect) } else { "COMMIT" };
            self.push(sql, Origin::Transaction);
            self.is_open = transaction;
        }
    }

    /// Whether a transaction is open.
    pub(crate) fn is_open(&self) -> bool {
        self.is_open
    }

    /// Knows that the open transaction was rolled back; a version table that went with it is made again.
    pub(crate) fn rolled_back(&mut self, create_version_table: Vec<String>) {
        self.is_open = false;
        self.frame.create_version_table = create_version_table;
        self.create_version_table();
    }

    /// A directive whose statements stay or go together; gives the place of the savepoint before them, where one
    /// is needed.
    pub(crate) fn guarded(&mut self, index: usize, directive: &ReplayedDirective) -> Option<usize> {
        let is_guarded = directive.translated.sql.len() > 1
            && self.frame.transactional_ddl
            && !self.frame.is_bare
            && !directive.translated.stands_alone;
        if !is_guarded {
            self.directive(index, directive);
            return None;
        }
        self.enter(true);
        let place = self.statements.len();
        self.push("SAVEPOINT retort_statement", Origin::Transaction);
        self.directive(index, directive);
        Some(place)
    }
}

/// Whether a statement changes where PostgreSQL looks for names: `SET search_path = app`, `SET SCHEMA 'app'`,
/// `SELECT pg_catalog.set_config('search_path', '', false)`.
fn sets_search_path(sql: &str) -> bool {
    const MOST: usize = 8;
    let words: Vec<&str> =
        Scanner::new(sql, DialectKind::Postgres).take(MOST).map(|token| token.text(sql)).collect();
    let has = |word: &str| words.iter().any(|other| other.eq_ignore_ascii_case(word));
    match words.first() {
        Some(first) if first.eq_ignore_ascii_case("set") => has("search_path") || has("schema"),
        Some(first) if first.eq_ignore_ascii_case("select") => has("set_config") && has("'search_path'"),
        _ => false,
    }
}

/// Children without a parent; those of a key that is NOT VALID were there before.
pub(crate) fn foreign_key_check(source: &Schema) -> String {
    let text = |name: &ObjectName| text_literal(&name.to_string());
    let unchecked = source.tables.values().flat_map(|table| {
        let keys = table.foreign_keys.iter().filter(|key| !key.validated && key.enforced);
        keys.map(|key| format!("(\"table\" = {} AND parent = {})", text(&table.name), text(&key.ref_table)))
    });
    let unchecked: Vec<String> = unchecked.collect();
    if unchecked.is_empty() {
        return "PRAGMA foreign_key_check".to_owned();
    }
    format!("SELECT * FROM pragma_foreign_key_check WHERE NOT ({})", unchecked.join(" OR "))
}

/// A writer from the start: two runs on one file must not both read the old heads.
fn begin(dialect: DialectKind) -> &'static str {
    match dialect {
        DialectKind::Sqlite => "BEGIN IMMEDIATE",
        DialectKind::Postgres | DialectKind::Mysql => "BEGIN",
    }
}

impl Script {
    /// The script as text, with a line that says which revision runs (Alembic's offline form).
    pub fn to_sql(&self) -> String {
        let mut text = format!("-- {}\n", title(&self.step));
        let mut was_alone = false;
        for statement in &self.statements {
            text.push('\n');
            if statement.alone && !was_alone {
                text.push_str("-- in no transaction: what has run stays\n");
            }
            was_alone = statement.alone;
            text.push_str(&statement.sql);
            text.push_str(end_of(statement));
        }
        text.push('\n');
        text
    }
}

/// What ends a statement in a text: the data of a COPY ends in a line of its own, and a semicolon would be more of it.
fn end_of(statement: &Statement) -> &'static str {
    let sql = statement.sql.as_str();
    match copy_data(sql) {
        _ if matches!(statement.origin, Origin::Hole(_)) => "\n",
        None => ";\n",
        Some(copy) if copy.is_closed => "\n",
        Some(copy) if copy.head == sql => ";\n\\.\n",
        Some(_) if sql.ends_with('\n') => "\\.\n",
        Some(_) => "\n\\.\n",
    }
}

/// "Running upgrade a -> b".
pub fn title(step: &Step) -> String {
    let word = match step.kind {
        StepKind::Upgrade => "upgrade",
        StepKind::Downgrade => "downgrade",
        StepKind::Stamp => "stamp",
    };
    let name = |heads: &crate::graph::Heads| {
        let ids: Vec<String> = heads.iter().map(ToString::to_string).collect();
        if ids.is_empty() { "base".to_owned() } else { ids.join(", ") }
    };
    format!("Running {word} {} -> {}", name(&step.before), name(&step.after))
}

/// Whether a plan starts at nothing, so that offline SQL must make the version table.
pub fn starts_at_base(plan: &Plan) -> bool {
    plan.start.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_of_a_copy_ends_in_its_own_line() {
        let check = |sql: &str, expected: &str| {
            let origin = Origin::Directive(0);
            let statement = Statement { sql: sql.to_owned(), origin, rows: None, alone: false };
            assert_eq!(format!("{sql}{}", end_of(&statement)), expected);
        };
        check("SELECT 1", "SELECT 1;\n");
        check("COPY t FROM stdin;\n1\n\\.", "COPY t FROM stdin;\n1\n\\.\n");
        check("COPY t FROM stdin;\n1\n", "COPY t FROM stdin;\n1\n\\.\n");
        check("COPY t FROM stdin;\n1", "COPY t FROM stdin;\n1\n\\.\n");
        check("COPY t FROM stdin;\n", "COPY t FROM stdin;\n\\.\n");
        check("COPY t FROM stdin", "COPY t FROM stdin;\n\\.\n");
        check("COPY t FROM '/tmp/t'", "COPY t FROM '/tmp/t';\n");
    }

    #[test]
    fn what_changes_the_search_path_is_known() {
        for sql in [
            "SET search_path TO app, public",
            "set local search_path = app",
            "SET SCHEMA 'app'",
            "SELECT pg_catalog.set_config('search_path', '', false)",
        ] {
            assert!(sets_search_path(sql), "{sql}");
        }
        for sql in
            ["SET lock_timeout = 0", "SELECT search_path FROM t", "CREATE SCHEMA app", "RESET search_path"]
        {
            assert!(!sets_search_path(sql), "{sql}");
        }
    }
}
