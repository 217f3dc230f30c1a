//! Everything that will be run for a step, in order: transactions, pragmas and version rows included.
//!
//! Invariant: nothing is executed that is not in a script; offline SQL is the script as text.

use crate::dialect::Capabilities;
use crate::plan::{Plan, Step, StepKind};
use crate::replay::ReplayedStep;
use crate::schema::{ObjectName, Schema};
use crate::source::DialectKind;
use crate::version_table;

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
    let dialect = options.capabilities.dialect;
    let keys_off = dialect == DialectKind::Sqlite && replayed.foreign_keys_off();
    // On an engine of another kind nothing is left of what could not run in a transaction.
    let is_bare = replayed.is_bare && replayed.source.dialect == dialect;
    let mut writer = Writer { statements: Vec::new(), dialect, open: false };
    if keys_off {
        // Inside a transaction this pragma does nothing (sqlite.org/pragma.html#pragma_foreign_keys).
        writer.push("PRAGMA foreign_keys=OFF", Origin::Session);
    }
    if !is_bare {
        create_version_table(replayed, options, &mut writer);
    }
    for (index, directive) in replayed.directives.iter().enumerate() {
        let sql = &directive.translated.sql;
        let is_alone = is_bare || directive.translated.stands_alone;
        if sql.is_empty() {
            continue;
        }
        if is_alone {
            writer.enter(false);
        }
        // What comes to several statements (a table rebuild) stays all or nothing.
        writer.enter(!is_alone || sql.len() > 1);
        sql.iter().for_each(|sql| writer.push(sql, Origin::Directive(index)));
    }
    change_heads(replayed, options, is_bare, &mut writer);
    writer.enter(false);
    if keys_off {
        writer.push("PRAGMA foreign_keys=ON", Origin::Session);
    }
    Script { step: replayed.step.clone(), statements: writer.statements }
}

fn create_version_table(replayed: &ReplayedStep, options: &RenderOptions, writer: &mut Writer) {
    if options.create_version_table {
        writer.enter(options.capabilities.transactional_ddl);
        let create = version_table::create(options.capabilities.dialect, replayed.longest_id);
        writer.push(&create, Origin::VersionTable);
    }
}

/// The heads change at the end, together with the last rows.
fn change_heads(replayed: &ReplayedStep, options: &RenderOptions, is_bare: bool, writer: &mut Writer) {
    let dialect = options.capabilities.dialect;
    if is_bare {
        writer.enter(false);
        create_version_table(replayed, options, writer);
    }
    let heads = version_table::change(&replayed.step.before, &replayed.step.after, dialect);
    // One statement is all or nothing by itself.
    let is_single = heads.len() == 1 && !options.capabilities.transactional_ddl;
    if !is_single || writer.open {
        writer.enter(true);
    }
    if dialect == DialectKind::Sqlite && replayed.foreign_keys_off() && !is_bare {
        writer.push(&foreign_key_check(&replayed.source), Origin::ForeignKeyCheck);
    }
    for sql in heads {
        writer.push(&sql, Origin::VersionTable);
        if let Some(statement) = writer.statements.last_mut() {
            statement.rows = Some(1);
        }
    }
}

/// Puts statements into transactions, as few as can be: one for all that may share it.
struct Writer {
    statements: Vec<Statement>,
    dialect: DialectKind,
    /// Inside a transaction.
    open: bool,
}

impl Writer {
    fn push(&mut self, sql: &str, origin: Origin) {
        let alone = !self.open && !matches!(origin, Origin::Transaction | Origin::Session);
        self.statements.push(Statement { sql: sql.to_owned(), origin, rows: None, alone });
    }

    /// Goes into a transaction, or out of the one that is open.
    fn enter(&mut self, transaction: bool) {
        if transaction != self.open {
            self.push(if transaction { begin(self.dialect) } else { "COMMIT" }, Origin::Transaction);
            self.open = transaction;
        }
    }
}

/// Children without a parent; those of a key that is NOT VALID were there before.
fn foreign_key_check(source: &Schema) -> String {
    let text = |name: &ObjectName| format!("'{}'", name.to_string().replace('\'', "''"));
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
            text.push_str(";\n");
        }
        text.push('\n');
        text
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
