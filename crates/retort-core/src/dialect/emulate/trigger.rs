//! Triggers of PostgreSQL and MySQL as triggers of SQLite.
//!
//! All triggers of a table that run at one event become one trigger before and one after it: so they run in the
//! server's order, and the UPDATE that stands for an assignment to NEW does not run them again (a trigger does not
//! call itself while `recursive_triggers` is off).

mod read;
mod run;

use super::{Emulation, flat};
use crate::dialect::Fidelity;
use crate::dialect::rewrite::{Unit, tables_in, units};
use crate::dialect::rows::Teller;
use crate::dialect::rows::words::Words;
use crate::dialect::sqlite::{quote, table_name};
use crate::schema::{Column, ObjectName, Table, Trigger};
use crate::source::DialectKind;
use crate::token::text_literal;
use read::{Head, Read, Step};
use run::{Action, Guard, Run, joined};

/// A trigger that was read.
struct Known<'a> {
    name: String,
    head: Head<'a>,
    steps: Vec<Step<'a>>,
}

/// What the triggers of a table come to.
#[derive(Default)]
pub(super) struct Made {
    triggers: Vec<(String, String)>,
    notes: Vec<(&'static str, Fidelity, String)>,
    /// Columns that a trigger fills in before NOT NULL is asked, with the event.
    filled: Vec<(String, &'static str)>,
}

const EVENTS: [&str; 3] = ["INSERT", "UPDATE", "DELETE"];

impl Made {
    /// Whether NOT NULL of a column waits for a trigger.
    pub(super) fn fills(&self, column: &Column) -> bool {
        self.filled.iter().any(|(name, _)| *name == column.name)
    }

    fn note(&mut self, code: &'static str, fidelity: Fidelity, message: String) {
        self.notes.push((code, fidelity, message));
    }
}

impl Emulation<'_> {
    /// Makes the table's triggers from those of the source.
    pub(super) fn make_triggers(&self) -> Made {
        let mut made = Made::default();
        let triggers = self.source.triggers_of(&self.from.name);
        let mut known = Vec::new();
        for trigger in &triggers {
            match self.know(trigger) {
                Ok(trigger) => known.push(trigger),
                Err(what) => dropped(&mut made, &trigger.name.name, &what),
            }
        }
        // PostgreSQL runs them in order of name; in which order MySQL's were made is not known.
        known.sort_by(|a, b| a.name.cmp(&b.name));
        let mut lists: Vec<Vec<String>> = Vec::new();
        for trigger in &known {
            if !lists.contains(&trigger.head.of) {
                lists.push(trigger.head.of.clone());
            }
        }
        if lists.len() > 1 {
            let message =
                "triggers of some columns and triggers of all of them may run in another order here"
                    .to_owned();
            made.note("dialect/trigger-order", Fidelity::Weakened, message);
        }
        for (place, of) in lists.iter().enumerate() {
            let group: Vec<&Known<'_>> = known.iter().filter(|trigger| trigger.head.of == *of).collect();
            for event in EVENTS {
                self.make_event(&group, event, place, &mut made);
            }
        }
        self.note_meetings(&mut made);
        made
    }

    /// Puts them to the table.
    pub(super) fn put_triggers(&mut self, made: Made) {
        let table = flat(&self.from.name);
        for (name, definition) in made.triggers {
            self.trigger(ObjectName::bare(name), table.clone(), &definition);
        }
        for (code, fidelity, message) in made.notes {
            self.note(code, fidelity, message);
        }
    }

    fn know<'t>(&'t self, trigger: &'t Trigger) -> Read<Known<'t>> {
        let dialect = self.source.dialect;
        let tree = units(trigger.definition.text(), dialect);
        let mut words = Words::new(&tree, dialect);
        let head = read::head(&mut words, dialect)?;
        if head.events.iter().any(|event| event == "truncate") {
            return Err("TRUNCATE as an event".to_owned());
        }
        if let Some(gone) = head.of.iter().find(|name| self.from.column(name, dialect).is_none()) {
            return Err(format!("the column `{gone}` of UPDATE OF, which has another name now"));
        }
        let steps = match &head.function {
            None => read::body(&mut words)?,
            Some((name, _)) => {
                let name = match name.split_once('.') {
                    Some((schema, own)) => ObjectName::qualified(schema, own),
                    None => ObjectName::bare(name),
                };
                let routine = self
                    .source
                    .routine(&name)
                    .ok_or_else(|| format!("the function `{name}`, which is not known"))?;
                if routine.language.as_deref() != Some("plpgsql") {
                    return Err(format!("the language of `{name}`"));
                }
                let body = units(routine.body.as_deref().unwrap_or_default(), dialect);
                read::body(&mut Words::new(&body, dialect))?
            }
        };
        if !head.each_row
            && !steps.iter().all(|step| matches!(step, Step::Raise(_) | Step::Return(_) | Step::Silent(_)))
        {
            return Err("FOR EACH STATEMENT".to_owned());
        }
        Ok(Known { name: trigger.name.name.to_string(), head, steps })
    }

    /// The triggers of one event, before and after it.
    fn make_event(&self, group: &[&Known<'_>], event: &'static str, place: usize, made: &mut Made) {
        let mut run = Run::new(event, self.from, self.source.dialect);
        let mut statements: [Vec<String>; 2] = [Vec::new(), Vec::new()];
        let mut set = Vec::new();
        for before in [true, false] {
            let own = |trigger: &&&Known<'_>| {
                trigger.head.before == before
                    && trigger.head.events.iter().any(|own| own.eq_ignore_ascii_case(event))
            };
            for trigger in group.iter().filter(own) {
                let mut next = run.clone();
                let arguments =
                    trigger.head.function.as_ref().map(|(_, list)| list.as_slice()).unwrap_or_default();
                let ran = next.trigger(
                    &trigger.name,
                    before,
                    arguments,
                    trigger.head.when.as_deref(),
                    &trigger.steps,
                );
                let said = ran.and_then(|()| Ok((self.statements(&next.actions)?, self.assigned(&next)?)));
                let (mut said, assigned) = match said {
                    Ok(said) => said,
                    Err(what) => {
                        dropped(made, &trigger.name, &what);
                        continue;
                    }
                };
                self.note_trigger(trigger, event, &next, made);
                if let Some(list) = statements.get_mut(usize::from(!before)) {
                    list.append(&mut said);
                }
                set = assigned;
                run = next;
                run.actions.clear();
            }
        }
        let of = group.first().map(|trigger| trigger.head.of.as_slice()).unwrap_or_default();
        let [before, after] = statements;
        self.make_before(&before, event, of, place, made);
        self.make_after(&set, after, event, of, place, made);
    }

    fn note_trigger(&self, trigger: &Known<'_>, event: &str, run: &Run<'_>, made: &mut Made) {
        let name = &trigger.name;
        let event = event.to_lowercase();
        made.note(
            "dialect/trigger",
            Fidelity::Emulated,
            format!("`{name}` on {event} is a trigger of SQLite; its messages are not filled in"),
        );
        if !trigger.head.each_row {
            made.note(
                "dialect/trigger-statement",
                Fidelity::Weakened,
                format!("`{name}` runs for each row, and not where no row is touched"),
            );
        }
        if trigger.head.deferred {
            made.note(
                "dialect/trigger-deferred",
                Fidelity::Weakened,
                format!("`{name}` runs at once, not at the end of the transaction"),
            );
        }
        if run.whole_rows {
            made.note(
                "dialect/trigger-row",
                Fidelity::Weakened,
                format!("`{name}` writes rows as JSON with 0 and 1 for false and true"),
            );
        }
        for what in &run.silent {
            made.note(
                "dialect/trigger-silent",
                Fidelity::Weakened,
                format!("{what} in `{name}` is left out"),
            );
        }
    }

    fn title(&self, when: &str, event: &str, place: usize) -> String {
        let number = if place == 0 { String::new() } else { format!("_{place}") };
        format!("_retort_{}_{when}_{}{number}", flat(&self.from.name), event.to_lowercase())
    }

    fn make_before(&self, statements: &[String], event: &str, of: &[String], place: usize, made: &mut Made) {
        if statements.is_empty() {
            return;
        }
        let name = self.title("before", event, place);
        let text = self.create("BEFORE", event, of, &name, statements);
        made.triggers.push((name, text));
    }

    fn make_after(
        &self,
        set: &[(&Column, String)],
        mut others: Vec<String>,
        event: &'static str,
        of: &[String],
        place: usize,
        made: &mut Made,
    ) {
        let table = table_name(&flat(&self.from.name));
        let mut statements = Vec::new();
        if !set.is_empty() {
            let set: Vec<&str> = set.iter().map(|(_, said)| said.as_str()).collect();
            statements.push(format!("UPDATE {table} SET {} WHERE rowid = NEW.rowid", set.join(", ")));
        }
        for (column, _) in set.iter().filter(|(column, _)| !column.nullable) {
            made.filled.push((column.name.clone(), event));
            let message = format!("NOT NULL constraint failed: {}.{}", flat(&self.from.name), column.name);
            let message = text_literal(&message);
            statements.push(format!(
                "SELECT RAISE(ABORT, {message}) FROM {table} WHERE rowid = NEW.rowid AND {} IS NULL",
                quote(&column.name)
            ));
        }
        statements.append(&mut others);
        if statements.is_empty() {
            return;
        }
        let name = self.title("after", event, place);
        let text = self.create("AFTER", event, of, &name, &statements);
        made.triggers.push((name, text));
    }

    fn create(&self, timing: &str, event: &str, of: &[String], name: &str, statements: &[String]) -> String {
        let columns: Vec<String> = of.iter().map(|column| quote(column)).collect();
        let of = if event == "UPDATE" && !of.is_empty() {
            format!(" OF {}", columns.join(", "))
        } else {
            String::new()
        };
        format!(
            "CREATE TRIGGER {} {timing} {event}{of} ON {} BEGIN {}; END",
            quote(name),
            table_name(&flat(&self.from.name)),
            statements.join("; ")
        )
    }

    /// A teller that knows this table and those that stand in the text.
    fn teller(&self, tree: &[Unit<'_>]) -> Teller<'_> {
        let mut tables: Vec<&Table> = vec![self.from];
        tables.extend(tables_in(tree, self.source).into_iter().filter(|table| table.name != self.from.name));
        Teller::new(self.source, self.engine, tables)
    }

    /// `column = value` for what NEW has become.
    fn assigned(&self, run: &Run<'_>) -> Read<Vec<(&Column, String)>> {
        let mut set = Vec::new();
        for column in &self.from.columns {
            let Some(value) = run.new.get(&column.name) else { continue };
            let mut teller = self.teller(value);
            let said = teller.rewriter.value(value, column);
            refuse(&teller)?;
            set.push((column, format!("{} = {said}", quote(&column.name))));
        }
        Ok(set)
    }

    fn statements(&self, actions: &[Action<'_>]) -> Read<Vec<String>> {
        let mut said = Vec::new();
        for action in actions {
            match action {
                Action::Raise(guard, message) => {
                    let message = text_literal(message);
                    let condition = self.condition(guard)?;
                    said.push(format!("SELECT RAISE(ABORT, {message}){}", after_where(condition.as_deref())));
                }
                Action::Ignore(guard) => {
                    let condition = self.condition(guard)?;
                    said.push(format!("SELECT RAISE(IGNORE){}", after_where(condition.as_deref())));
                }
                Action::Sql(guard, statement) => {
                    let condition = self.condition(guard)?;
                    let mut teller = self.teller(statement);
                    let sql = teller.statement(statement, condition.as_deref());
                    refuse(&teller)?;
                    for sql in &sql {
                        fits_in_trigger(sql)?;
                    }
                    said.extend(sql);
                }
            }
        }
        Ok(said)
    }

    fn condition(&self, guard: &Guard<'_>) -> Read<Option<String>> {
        if guard.is_empty() {
            return Ok(None);
        }
        let tree = match guard.as_slice() {
            [one] => one.clone(),
            _ => joined(guard),
        };
        let mut teller = self.teller(&tree);
        let said = teller.rewriter.say(&tree);
        refuse(&teller)?;
        Ok(Some(said))
    }

    /// Where our triggers meet each other or the table's conditions.
    fn note_meetings(&self, made: &mut Made) {
        let has = |event: &str| {
            made.triggers.iter().any(|(name, _)| {
                name.contains(&format!("_after_{event}")) || name.contains(&format!("_before_{event}"))
            })
        };
        let sets = |event: &str| {
            made.triggers.iter().any(|(name, text)| {
                name.contains(&format!("_after_{event}")) && text.contains("WHERE rowid = NEW.rowid")
            })
        };
        let numbered = self.from.columns.iter().any(|column| column.on_update.is_some());
        if (sets("insert") && has("update")) || (numbered && has("update")) {
            let message = "what a trigger sets in a new row runs the triggers of UPDATE too".to_owned();
            made.note("dialect/trigger-again", Fidelity::Weakened, message);
        }
        let set: Vec<String> = made
            .triggers
            .iter()
            .filter_map(|(_, text)| {
                text.split(" SET ").nth(1)?.split(" WHERE rowid").next().map(str::to_owned)
            })
            .collect();
        let dialect = self.source.dialect;
        for column in &self.from.columns {
            let assigned = !set.is_empty() && {
                let first = format!("{} = ", quote(&column.name));
                let further = format!(", {first}");
                set.iter().any(|text| text.starts_with(&first) || text.contains(&further))
            };
            let checked =
                || self.from.checks.iter().any(|check| check.expression.mentions(&column.name, dialect));
            let keyed = || {
                self.from.is_indexed(std::slice::from_ref(&column.name), dialect)
                    || self.from.foreign_keys.iter().any(|key| key.columns.contains(&column.name))
            };
            if assigned && (checked() || keyed()) {
                let message = format!(
                    "checks and keys of `{}` see its value from before the trigger first",
                    column.name
                );
                made.note("dialect/trigger-check", Fidelity::Weakened, message);
            }
        }
        self.watch_filled(made);
    }

    /// NOT NULL of a column that a trigger fills in is asked by triggers, for the events that do not fill it too.
    fn watch_filled(&self, made: &mut Made) {
        let table = flat(&self.from.name);
        let mut watched = Vec::new();
        for column in self.from.columns.iter().filter(|column| made.fills(column)) {
            for event in ["INSERT", "UPDATE"] {
                if made.filled.iter().any(|(name, own)| *name == column.name && *own == event) {
                    continue;
                }
                let name = format!("_retort_{table}_{}_not_null_{}", column.name, event.to_lowercase());
                let message = format!("NOT NULL constraint failed: {table}.{}", column.name);
                let message = text_literal(&message);
                watched.push((
                    name.clone(),
                    format!(
                        "CREATE TRIGGER {} BEFORE {event} ON {} WHEN NEW.{} IS NULL BEGIN SELECT RAISE(ABORT, {message}); END",
                        quote(&name),
                        table_name(&table),
                        quote(&column.name)
                    ),
                ));
            }
        }
        made.triggers.extend(watched);
    }
}

fn after_where(condition: Option<&str>) -> String {
    condition.map_or_else(String::new, |condition| format!(" WHERE {condition}"))
}

fn dropped(made: &mut Made, name: &str, what: &str) {
    made.note(
        "dialect/trigger",
        Fidelity::Dropped,
        format!("the trigger `{name}` is not run here: SQLite has no words for {what}"),
    );
}

fn refuse(teller: &Teller<'_>) -> Read<()> {
    match teller.rewriter.done.unsupported.first() {
        Some(what) => Err(what.clone()),
        None => Ok(()),
    }
}

/// The statements of a trigger know no alias of the table, no WITH and no RETURNING (`sqlite.org/lang_createtrigger.html`).
fn fits_in_trigger(sql: &str) -> Read<()> {
    let tree = units(sql, DialectKind::Sqlite);
    let words: Vec<&str> = tree
        .iter()
        .filter_map(|unit| if let Unit::Word(word) = unit { Some(*word) } else { None })
        .take(4)
        .collect();
    let first = words.first().copied().unwrap_or_default();
    let alias = match first {
        "UPDATE" => tree.get(2).is_some_and(|unit| unit.is("as")),
        "INSERT" | "REPLACE" | "DELETE" => tree.get(3).is_some_and(|unit| unit.is("as")),
        _ => false,
    };
    if first == "WITH" || first == "CREATE" || first == "DROP" {
        return Err(format!("{first} in a trigger"));
    }
    if tree.iter().any(|unit| unit.is("returning")) {
        return Err("RETURNING in a trigger".to_owned());
    }
    if sql.ends_with("DEFAULT VALUES") {
        return Err("a row of defaults in a trigger".to_owned());
    }
    if alias { Err("an alias of the table that a trigger changes".to_owned()) } else { Ok(()) }
}
