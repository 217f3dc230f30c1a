//! The steps of triggers carried out on symbols: what is done under which condition, and what NEW is at the end.

use std::collections::BTreeMap;

use super::read::{Read, Step};
use crate::dialect::rewrite::Unit;
use crate::dialect::rewrite::units::split;
use crate::schema::{Column, Table};
use crate::source::DialectKind;

/// Conditions that must all hold.
pub(super) type Guard<'a> = Vec<Vec<Unit<'a>>>;

/// Something a trigger does besides changing NEW.
#[derive(Clone, Debug)]
pub(super) enum Action<'a> {
    Sql(Guard<'a>, Vec<Unit<'a>>),
    Raise(Guard<'a>, String),
    /// The row is left as it is.
    Ignore(Guard<'a>),
}

/// The state while the triggers of one event run.
#[derive(Clone)]
pub(super) struct Run<'a> {
    /// `INSERT`, `UPDATE` or `DELETE`.
    event: &'static str,
    table: &'a Table,
    dialect: DialectKind,
    /// What NEW's columns have become.
    pub(super) new: BTreeMap<String, Vec<Unit<'a>>>,
    variables: BTreeMap<String, Vec<Unit<'a>>>,
    pub(super) actions: Vec<Action<'a>>,
    /// The conditions under which the trigger has returned.
    returned: Vec<Guard<'a>>,
    before: bool,
    arguments: Vec<String>,
    trigger: String,
    /// What was left out without harm.
    pub(super) silent: Vec<&'static str>,
    pub(super) whole_rows: bool,
}

enum Folded<'a> {
    Always,
    Never,
    If(Vec<Unit<'a>>),
}

/// Functions whose value is another each time.
const CHANGING: [&str; 7] =
    ["gen_random_uuid", "uuid_generate_v4", "uuid", "random", "rand", "nextval", "clock_timestamp"];

impl<'a> Run<'a> {
    pub(super) fn new(event: &'static str, table: &'a Table, dialect: DialectKind) -> Run<'a> {
        Run {
            event,
            table,
            dialect,
            new: BTreeMap::new(),
            variables: BTreeMap::new(),
            actions: Vec::new(),
            returned: Vec::new(),
            before: true,
            arguments: Vec::new(),
            trigger: String::new(),
            silent: Vec::new(),
            whole_rows: false,
        }
    }

    /// Runs one trigger.
    pub(super) fn trigger(
        &mut self,
        name: &str,
        before: bool,
        arguments: &[String],
        when: Option<&[Unit<'a>]>,
        steps: &[Step<'a>],
    ) -> Read<()> {
        (self.before, self.arguments, self.trigger) = (before, arguments.to_vec(), name.to_owned());
        (self.returned, self.variables) = (Vec::new(), BTreeMap::new());
        let mut guard = Guard::new();
        if let Some(when) = when {
            match self.folded(when)? {
                Folded::Never => return Ok(()),
                Folded::Always => {}
                Folded::If(condition) => guard.push(condition),
            }
        }
        self.steps(steps, &guard)
    }

    /// The guard, and that the trigger has not returned yet; None where it surely has.
    fn still(&self, guard: &Guard<'a>) -> Option<Guard<'a>> {
        let mut all = guard.clone();
        for returned in &self.returned {
            if returned.iter().all(|condition| guard.contains(condition)) {
                return None;
            }
            all.push(negated(joined(returned)));
        }
        Some(all)
    }

    fn steps(&mut self, steps: &[Step<'a>], guard: &Guard<'a>) -> Read<()> {
        for step in steps {
            let Some(guard) = self.still(guard) else { return Ok(()) };
            self.step(step, &guard)?;
        }
        Ok(())
    }

    fn step(&mut self, step: &Step<'a>, guard: &Guard<'a>) -> Read<()> {
        match step {
            Step::Set(column, value) => {
                if !self.before || self.event == "DELETE" {
                    return Ok(());
                }
                let column = self.column(column)?;
                let value = self.said(value)?;
                let old = || vec![Unit::Word("NEW"), Unit::Symbol("."), Unit::Name(column.clone().into())];
                let now = self.new.get(&column).cloned().unwrap_or_else(old);
                self.new.insert(column.clone(), chosen(guard, value, now));
            }
            Step::Variable(name, value) => {
                let value = self.said(value)?;
                let reads = value.iter().any(|unit| matches!(unit, Unit::Group(inner) if inner.first().is_some_and(|first| first.is("select"))));
                if reads && self.actions.iter().any(|action| matches!(action, Action::Sql(..))) {
                    return Err("a query after a change of rows".to_owned());
                }
                let now = self.variables.get(name).cloned().unwrap_or_else(|| vec![Unit::Word("NULL")]);
                self.variables.insert(name.clone(), chosen(guard, value, now));
            }
            Step::Sql(statement) => {
                let statement = self.said(statement)?;
                self.actions.push(Action::Sql(guard.clone(), statement));
            }
            Step::Raise(message) => {
                self.actions.push(Action::Raise(guard.clone(), message.clone()));
                self.returned.push(guard.clone());
            }
            Step::If(branches, otherwise) => self.branches(branches, otherwise, guard)?,
            Step::Return(what) => self.returns(what, guard)?,
            Step::Silent(what) => self.silent.push(what),
        }
        Ok(())
    }

    fn branches(
        &mut self,
        branches: &[(Vec<Unit<'a>>, Vec<Step<'a>>)],
        otherwise: &[Step<'a>],
        guard: &Guard<'a>,
    ) -> Read<()> {
        let mut guard = guard.clone();
        for (condition, steps) in branches {
            match self.folded(condition)? {
                Folded::Never => {}
                Folded::Always => return self.steps(steps, &guard),
                Folded::If(condition) => {
                    let mut inner = guard.clone();
                    inner.push(condition.clone());
                    self.steps(steps, &inner)?;
                    guard.push(negated(condition));
                }
            }
        }
        self.steps(otherwise, &guard)
    }

    /// Only what a BEFORE trigger of a row returns has a meaning (PostgreSQL 18, 37.1).
    fn returns(&mut self, what: &str, guard: &Guard<'a>) -> Read<()> {
        if self.before && self.dialect == DialectKind::Postgres {
            match (what, self.event) {
                ("new", "INSERT" | "UPDATE") | ("old", "DELETE") => {}
                ("old", "UPDATE") => return Err("RETURN OLD of an UPDATE".to_owned()),
                ("null" | "new" | "old", _) => self.actions.push(Action::Ignore(guard.clone())),
                _ => return Err(format!("RETURN {what}")),
            }
        }
        self.returned.push(guard.clone());
        Ok(())
    }

    fn column(&self, name: &str) -> Read<String> {
        let column = self
            .table
            .column(name, self.dialect)
            .or_else(|| self.table.column(&name.to_lowercase(), self.dialect));
        column
            .map(|column| column.name.clone())
            .ok_or_else(|| format!("the column `{name}`, which is not there"))
    }

    /// Units with what is known put in: NEW, variables, `TG_OP`.
    fn said(&mut self, units: &[Unit<'a>]) -> Read<Vec<Unit<'a>>> {
        let mut said: Vec<Unit<'a>> = Vec::new();
        let mut at = 0;
        while let Some(unit) = units.get(at) {
            if let Unit::Group(inner) | Unit::Bracket(inner) = unit {
                let inner = self.said(inner)?;
                said.push(if matches!(unit, Unit::Group(_)) {
                    Unit::Group(inner)
                } else {
                    Unit::Bracket(inner)
                });
                at += 1;
                continue;
            }
            let after_dot = said.last().is_some_and(|last| last.is_symbol("."));
            let taken =
                if after_dot { 0 } else { self.known(units.get(at..).unwrap_or_default(), &mut said)? };
            if taken == 0 {
                said.push(unit.clone());
            }
            at += taken.max(1);
        }
        Ok(said)
    }

    fn known(&mut self, units: &[Unit<'a>], said: &mut Vec<Unit<'a>>) -> Read<usize> {
        let Some(name) = units.first().and_then(Unit::name).map(str::to_lowercase) else { return Ok(0) };
        if name == "new" || name == "old" {
            return self.row(&name, units, said);
        }
        match name.as_str() {
            "to_jsonb" | "row_to_json" | "to_json" => {
                let Some(Unit::Group(inner)) = units.get(1) else { return Ok(0) };
                let [row] = inner.as_slice() else { return Ok(0) };
                let members = self.members(row);
                self.whole_rows = true;
                said.extend([Unit::Word("json_build_object"), Unit::Group(members)]);
                return Ok(2);
            }
            "tg_op" => said.push(Unit::Text(self.event.into())),
            "tg_table_name" | "tg_relname" => said.push(Unit::Text((&*self.table.name.name).into())),
            "tg_name" => said.push(Unit::Text(self.trigger.clone().into())),
            "tg_when" => said.push(Unit::Text(if self.before { "BEFORE" } else { "AFTER" }.into())),
            "tg_table_schema" => {
                said.push(Unit::Text(self.table.name.schema.as_deref().unwrap_or("public").into()));
            }
            "tg_argv" => {
                let Some(Unit::Bracket(place)) = units.get(1) else { return Err("TG_ARGV".to_owned()) };
                let place = match place.as_slice() {
                    [Unit::Number(number)] => number.parse::<usize>().ok(),
                    _ => None,
                };
                let value = place.and_then(|place| self.arguments.get(place)).ok_or("TG_ARGV")?;
                said.push(Unit::Text(value.clone().into()));
                return Ok(2);
            }
            "found" | "tg_nargs" | "tg_level" => return Err(name.to_uppercase()),
            _ => {
                let called = matches!(units.get(1), Some(Unit::Group(_)))
                    || units.get(1).is_some_and(|next| next.is_symbol("."));
                let Some(value) = self.variables.get(&name).filter(|_| !called) else { return Ok(0) };
                said.push(Unit::Group(once(value)?));
            }
        }
        Ok(1)
    }

    /// `NEW.a`, `OLD.a`, or a whole row that is compared with the other.
    fn row(&mut self, name: &str, units: &[Unit<'a>], said: &mut Vec<Unit<'a>>) -> Read<usize> {
        let missing = (name == "new" && self.event == "DELETE") || (name == "old" && self.event == "INSERT");
        if let (Some(Unit::Symbol(".")), Some(column)) =
            (units.get(1), units.get(2).and_then(|unit| unit.identifier(self.dialect)))
        {
            let column = self.column(&column)?;
            match self.new.get(&column).filter(|_| name == "new") {
                _ if missing => said.push(Unit::Word("NULL")),
                Some(value) => said.push(Unit::Group(once(value)?)),
                None => said.extend([
                    Unit::Word(if name == "new" { "NEW" } else { "OLD" }),
                    Unit::Symbol("."),
                    Unit::Name(column.into()),
                ]),
            }
            return Ok(3);
        }
        let star = |at: usize| if units.get(at).is_some_and(|unit| unit.is_symbol(".")) { 2 } else { 0 };
        let mut at = 1 + star(1);
        let words = |at: usize, phrase: &[&str]| {
            phrase.iter().enumerate().all(|(n, word)| units.get(at + n).is_some_and(|unit| unit.is(word)))
        };
        let differs = words(at, &["is", "distinct", "from"]);
        if differs || words(at, &["is", "not", "distinct", "from"]) {
            at += if differs { 3 } else { 4 };
            if units.get(at).is_some_and(|unit| unit.is("old") || unit.is("new")) && !missing {
                at += 1 + star(at + 1);
                let test = self.rows_differ()?;
                said.push(Unit::Group(if differs { test } else { negated(test) }));
                return Ok(at);
            }
        }
        Err("a whole row".to_owned())
    }

    fn rows_differ(&mut self) -> Read<Vec<Unit<'a>>> {
        let mut test = Vec::new();
        for Column { name, .. } in &self.table.columns {
            let field = |row: &'static str| [Unit::Word(row), Unit::Symbol("."), Unit::Name(name.into())];
            let new = match self.new.get(name) {
                Some(value) => vec![Unit::Group(once(value)?)],
                None => field("NEW").to_vec(),
            };
            if !test.is_empty() {
                test.push(Unit::Word("OR"));
            }
            test.extend(new);
            test.extend([Unit::Word("IS"), Unit::Word("DISTINCT"), Unit::Word("FROM")]);
            test.extend(field("OLD"));
        }
        Ok(test)
    }

    /// `'a', NEW.a, 'b', NEW.b`
    fn members(&self, row: &Unit<'a>) -> Vec<Unit<'a>> {
        let word = if row.is("new") { "NEW" } else { "OLD" };
        let mut members = Vec::new();
        for column in &self.table.columns {
            if !members.is_empty() {
                members.push(Unit::Symbol(","));
            }
            members.extend([Unit::Text((&column.name).into()), Unit::Symbol(",")]);
            match self.new.get(&column.name).filter(|_| word == "NEW") {
                Some(value) => members.push(Unit::Group(value.clone())),
                None => {
                    members.extend([Unit::Word(word), Unit::Symbol("."), Unit::Name((&column.name).into())]);
                }
            }
        }
        members
    }

    /// A condition, decided where it only asks which event it is.
    fn folded(&mut self, condition: &[Unit<'a>]) -> Read<Folded<'a>> {
        // Before NEW and OLD are put in, so that what cannot be there is not asked for.
        let mut parts = Vec::new();
        for part in condition.split(|unit| unit.is("or")) {
            match self.all(part)? {
                Folded::Always => return Ok(Folded::Always),
                Folded::Never => {}
                Folded::If(part) => parts.push(part),
            }
        }
        Ok(match parts.len() {
            0 => Folded::Never,
            _ => Folded::If(parts.join(&Unit::Word("OR"))),
        })
    }

    fn all(&mut self, condition: &[Unit<'a>]) -> Read<Folded<'a>> {
        // The AND of a BETWEEN is no part of its own.
        if condition.iter().any(|unit| unit.is("between")) {
            return Ok(Folded::If(self.said(condition)?));
        }
        let mut parts = Vec::new();
        for part in condition.split(|unit| unit.is("and")) {
            match self.one(part)? {
                Folded::Never => return Ok(Folded::Never),
                Folded::Always => {}
                Folded::If(part) => parts.push(part),
            }
        }
        Ok(match parts.len() {
            0 => Folded::Always,
            _ => Folded::If(parts.join(&Unit::Word("AND"))),
        })
    }

    fn one(&mut self, part: &[Unit<'a>]) -> Read<Folded<'a>> {
        if let [Unit::Group(inner)] = part
            && !inner.iter().any(|unit| unit.is("select"))
        {
            return Ok(match self.folded(inner)? {
                Folded::If(inner) => Folded::If(vec![Unit::Group(inner)]),
                other => other,
            });
        }
        let decided = match part {
            [op, Unit::Symbol("="), Unit::Text(event)] if op.is("tg_op") => Some(event == self.event),
            [op, Unit::Symbol("<>" | "!="), Unit::Text(event)] if op.is("tg_op") => Some(event != self.event),
            [op, word, Unit::Group(events)] if op.is("tg_op") && word.is("in") => Some(
                split(events).iter().any(|event| matches!(event, [Unit::Text(event)] if event == self.event)),
            ),
            _ => None,
        };
        Ok(match decided {
            Some(true) => Folded::Always,
            Some(false) => Folded::Never,
            None => Folded::If(self.said(part)?),
        })
    }
}

/// A value that is put in once more: not one that would be another then.
fn once<'a>(value: &[Unit<'a>]) -> Read<Vec<Unit<'a>>> {
    match changing(value) {
        Some(word) => Err(format!("a value of `{word}` used twice")),
        None => Ok(value.to_vec()),
    }
}

fn changing(value: &[Unit<'_>]) -> Option<String> {
    value.iter().find_map(|unit| match unit {
        Unit::Group(inner) => changing(inner),
        other => CHANGING.iter().find(|word| other.is(word)).map(|word| (*word).to_owned()),
    })
}

/// All conditions as one.
pub(super) fn joined<'a>(guard: &Guard<'a>) -> Vec<Unit<'a>> {
    let parts: Vec<Vec<Unit<'a>>> =
        guard.iter().map(|condition| vec![Unit::Group(condition.clone())]).collect();
    parts.join(&Unit::Word("AND"))
}

/// That a condition is false or NULL.
fn negated(condition: Vec<Unit<'_>>) -> Vec<Unit<'_>> {
    vec![Unit::Group(condition), Unit::Word("IS"), Unit::Word("NOT"), Unit::Word("TRUE")]
}

fn chosen<'a>(guard: &Guard<'a>, value: Vec<Unit<'a>>, otherwise: Vec<Unit<'a>>) -> Vec<Unit<'a>> {
    if guard.is_empty() {
        return value;
    }
    let mut said = vec![Unit::Word("CASE"), Unit::Word("WHEN")];
    said.extend(joined(guard));
    said.extend([
        Unit::Word("THEN"),
        Unit::Group(value),
        Unit::Word("ELSE"),
        Unit::Group(otherwise),
        Unit::Word("END"),
    ]);
    said
}
