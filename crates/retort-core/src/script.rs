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
    let mut statements = Vec::new();
    if keys_off {
        // Inside a transaction this pragma does nothing (sqlite.org/pragma.html#pragma_foreign_keys).
        statements.push(statement("PRAGMA foreign_keys=OFF", Origin::Session));
    }
    // On an engine of another kind nothing is left of what could not run in a transaction.
    if replayed.is_bare && replayed.source.dialect == dialect {
        bare(replayed, options, &mut statements);
    } else {
        statements.push(statement(begin(dialect), Origin::Transaction));
        create_version_table(replayed, options, &mut statements);
        for index in 0..replayed.directives.len() {
            directive(replayed, index, &mut statements);
        }
        if keys_off {
            statements.push(statement(&foreign_key_check(&replayed.source), Origin::ForeignKeyCheck));
        }
        change_heads(replayed, dialect, &mut statements);
        statements.push(statement("COMMIT", Origin::Transaction));
    }
    if keys_off {
        statements.push(statement("PRAGMA foreign_keys=ON", Origin::Session));
    }
    Script { step: replayed.step.clone(), statements }
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

fn statement(sql: &str, origin: Origin) -> Statement {
    Statement { sql: sql.to_owned(), origin, rows: None }
}

fn create_version_table(replayed: &ReplayedStep, options: &RenderOptions, statements: &mut Vec<Statement>) {
    if options.create_version_table {
        let create = version_table::create(options.capabilities.dialect, replayed.longest_id);
        statements.push(statement(&create, Origin::VersionTable));
    }
}

fn directive(replayed: &ReplayedStep, index: usize, statements: &mut Vec<Statement>) {
    let translated = &replayed.directives[index].translated;
    statements.extend(translated.sql.iter().map(|sql| statement(sql, Origin::Directive(index))));
}

fn change_heads(replayed: &ReplayedStep, dialect: DialectKind, statements: &mut Vec<Statement>) {
    let heads = version_table::change(&replayed.step.before, &replayed.step.after, dialect);
    let changes = heads.into_iter();
    statements.extend(changes.map(|sql| Statement { sql, origin: Origin::VersionTable, rows: Some(1) }));
}

/// Each directive by itself; one that comes to several statements (a table rebuild) stays all or nothing. The
/// heads change at the end.
fn bare(replayed: &ReplayedStep, options: &RenderOptions, statements: &mut Vec<Statement>) {
    let dialect = options.capabilities.dialect;
    for (index, held) in replayed.directives.iter().enumerate() {
        let is_several = held.translated.sql.len() > 1;
        if is_several {
            statements.push(statement(begin(dialect), Origin::Transaction));
        }
        directive(replayed, index, statements);
        if is_several {
            statements.push(statement("COMMIT", Origin::Transaction));
        }
    }
    statements.push(statement(begin(dialect), Origin::Transaction));
    create_version_table(replayed, options, statements);
    change_heads(replayed, dialect, statements);
    statements.push(statement("COMMIT", Origin::Transaction));
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
        for statement in &self.statements {
            text.push('\n');
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
