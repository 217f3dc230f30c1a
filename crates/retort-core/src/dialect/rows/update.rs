//! UPDATE: of one table, with others joined, of several at once.

use super::words::Words;
use super::{Teller, both, name_of, where_clause};
use crate::dialect::rewrite::Unit;
use crate::dialect::rewrite::units::split;
use crate::dialect::{Fidelity, sqlite};
use crate::schema::{Column, ObjectName, Table, same_word};

/// A table that takes part in a statement, under its name there.
pub(super) struct Part<'s> {
    pub(super) table: Option<&'s Table>,
    pub(super) name: ObjectName,
    pub(super) alias: String,
}

/// The tables of a MySQL statement and how they are joined.
pub(super) struct Joined<'u, 'a, 's> {
    pub(super) parts: Vec<Part<'s>>,
    /// The whole text.
    pub(super) list: &'u [Unit<'a>],
    /// The conditions of inner joins; None where a join is of another kind.
    conditions: Option<Vec<&'u [Unit<'a>]>>,
}

/// `target = value`.
struct Assignment<'a> {
    qualifier: Option<String>,
    column: String,
    value: Vec<Unit<'a>>,
}

impl<'s> Teller<'s> {
    pub(super) fn update(&mut self, words: &mut Words<'_, '_>, condition: Option<&str>) -> Vec<String> {
        while ["low_priority", "ignore", "only"].iter().any(|word| words.is(word)) {
            if words.is("ignore") {
                self.note(
                    "dialect/update-ignore",
                    Fidelity::Weakened,
                    "UPDATE IGNORE fails where MySQL would leave a row out",
                );
            }
            words.next();
        }
        if self.is_mysql() {
            self.mysql_update(words, condition)
        } else {
            self.postgres_update(words, condition)
        }
    }

    fn postgres_update(&mut self, words: &mut Words<'_, '_>, condition: Option<&str>) -> Vec<String> {
        let Some(table) = words.object().and_then(|name| self.table(&name)) else { return Vec::new() };
        words.eat("*");
        let alias = words.alias();
        words.eat("set");
        let list = words.until(&["from", "where", "returning", ";"]);
        let set = self.assignments(table, list, false);
        let mut tail = String::new();
        if words.eat("from") {
            let from = words.until(&["where", "returning", ";"]);
            tail.push_str(&format!(" FROM {}", self.say(from)));
        }
        let own = if words.eat("where") {
            let units = words.until(&["returning", ";"]);
            if units.first().is_some_and(|unit| unit.is("current")) {
                self.unsupported("WHERE CURRENT OF");
            }
            Some(self.say(units))
        } else {
            None
        };
        tail.push_str(&where_clause(both(own, condition)));
        if words.eat("returning") {
            tail.push_str(&format!(" RETURNING {}", self.say(words.rest())));
        }
        let alias = alias.map_or_else(String::new, |alias| format!(" AS {}", sqlite::quote(&alias)));
        if set.is_empty() {
            return Vec::new();
        }
        vec![format!("UPDATE {}{alias} SET {set}{tail}", name_of(&table.name))]
    }

    fn mysql_update(&mut self, words: &mut Words<'_, '_>, condition: Option<&str>) -> Vec<String> {
        let refs = words.until(&["set"]);
        words.eat("set");
        let list = words.until(&["where", "order by", "limit", ";"]);
        let own = if words.eat("where") { words.until(&["order by", "limit", ";"]) } else { &[] };
        let order = if words.eat("order by") { words.until(&["limit", ";"]) } else { &[] };
        let limit = if words.eat("limit") { words.until(&[";"]) } else { &[] };
        let Some(joined) = self.joined(refs) else { return Vec::new() };
        if let [part] = joined.parts.as_slice()
            && let Some(table) = part.table
        {
            let set = self.assignments(table, list, true);
            let own = if own.is_empty() { None } else { Some(self.say(own)) };
            let tail = self.first_rows(table, &part.alias, own, order, limit, condition);
            let alias = alias_text(part);
            return vec![format!("UPDATE {}{alias} SET {set}{tail}", name_of(&table.name))];
        }
        if !limit.is_empty() {
            self.unsupported("LIMIT of an UPDATE with joins");
        }
        self.update_joined(&joined, list, own, condition)
    }

    /// The condition of a statement that takes the first rows only: SQLite has no LIMIT there.
    pub(super) fn first_rows(
        &mut self,
        table: &Table,
        alias: &str,
        own: Option<String>,
        order: &[Unit<'_>],
        limit: &[Unit<'_>],
        condition: Option<&str>,
    ) -> String {
        if limit.is_empty() {
            return where_clause(both(own, condition));
        }
        let order = if order.is_empty() { String::new() } else { format!(" ORDER BY {}", self.say(order)) };
        let limit = self.say(limit);
        let name = name_of(&table.name);
        let alias =
            if alias == &*table.name.name { String::new() } else { format!(" AS {}", sqlite::quote(alias)) };
        let inner = format!("SELECT rowid FROM {name}{alias}{}{order} LIMIT {limit}", where_clause(own));
        where_clause(both(Some(format!("rowid IN ({inner})")), condition))
    }

    /// The tables of `a JOIN b ON …, c`.
    pub(super) fn joined<'u, 'a>(&mut self, list: &'u [Unit<'a>]) -> Option<Joined<'u, 'a, 's>> {
        let mut words = Words::new(list, self.dialect());
        let mut joined = Joined { parts: Vec::new(), list, conditions: Some(Vec::new()) };
        loop {
            let Some(name) = words.object() else {
                self.unsupported("a query among the tables that are changed");
                return None;
            };
            let alias = words.alias().unwrap_or_else(|| name.name.to_string());
            let table = self.source.table(&name).map(|table| &**table);
            joined.parts.push(Part { table, name, alias });
            if words.eat("on") {
                let on = words.until(&[
                    "join",
                    "inner",
                    "left",
                    "right",
                    "cross",
                    "natural",
                    "straight_join",
                    ",",
                ]);
                if let Some(conditions) = &mut joined.conditions {
                    conditions.push(on);
                }
            }
            if words.eat("using") {
                joined.conditions = None;
                words.next();
            }
            if words.is_done() {
                return Some(joined);
            }
            let plain = words.eat(",")
                || words.eat("join")
                || words.eat("inner join")
                || words.eat("cross join")
                || words.eat("straight_join");
            if !plain {
                joined.conditions = None;
                words.until(&["join"]);
                if !words.eat("join") {
                    self.unsupported("this join");
                    return None;
                }
            }
        }
    }

    /// The part that a column belongs to.
    fn owner(&mut self, joined: &Joined<'_, '_, 's>, qualifier: Option<&str>, column: &str) -> Option<usize> {
        let dialect = self.dialect();
        let place = match qualifier {
            Some(own) => joined.parts.iter().position(|part| same_word(&part.alias, own, dialect)),
            None => {
                let has =
                    |part: &Part<'_>| part.table.is_some_and(|table| table.column(column, dialect).is_some());
                let mut owners = (0..joined.parts.len()).filter(|at| joined.parts.get(*at).is_some_and(has));
                owners.next().filter(|_| owners.next().is_none())
            }
        };
        if place.is_none() {
            self.unsupported(format!("the column `{column}`, whose table is not clear"));
        }
        place
    }

    fn update_joined(
        &mut self,
        joined: &Joined<'_, '_, 's>,
        list: &[Unit<'_>],
        own: &[Unit<'_>],
        condition: Option<&str>,
    ) -> Vec<String> {
        let mut owners = Vec::new();
        let read = self.read_assignments(list);
        for assignment in &read {
            let Some(owner) = self.owner(joined, assignment.qualifier.as_deref(), &assignment.column) else {
                return Vec::new();
            };
            owners.push(owner);
        }
        let Some(first) = owners.first().copied() else { return Vec::new() };
        let plain = owners.iter().all(|owner| *owner == first);
        match &joined.conditions {
            Some(conditions) if plain => self.update_from(joined, first, &read, conditions, own, condition),
            _ => self.update_by_rowid(joined, &owners, &read, own, condition),
        }
    }

    /// Inner joins: the others stand in FROM, and all conditions in WHERE.
    fn update_from(
        &mut self,
        joined: &Joined<'_, '_, 's>,
        target: usize,
        read: &[Assignment<'_>],
        conditions: &[&[Unit<'_>]],
        own: &[Unit<'_>],
        condition: Option<&str>,
    ) -> Vec<String> {
        let Some((part, table)) = joined.parts.get(target).and_then(|part| Some((part, part.table?))) else {
            self.unsupported("an UPDATE of what is no table of the model");
            return Vec::new();
        };
        let set = self.said_assignments(table, read);
        let others: Vec<String> = joined
            .parts
            .iter()
            .enumerate()
            .filter(|(at, _)| *at != target)
            .map(|(_, other)| format!("{}{}", name_of(&other.name), alias_text(other)))
            .collect();
        let mut tests: Vec<String> = Vec::new();
        for units in conditions.iter().copied().chain(std::iter::once(own)).filter(|units| !units.is_empty())
        {
            let said = self.say(units);
            tests.push(if units.iter().any(|unit| unit.is("or") || unit.is_symbol("||")) {
                format!("({said})")
            } else {
                said
            });
        }
        let all = if tests.is_empty() { None } else { Some(tests.join(" AND ")) };
        let from = format!(" FROM {}", others.join(", "));
        vec![format!(
            "UPDATE {}{} SET {set}{from}{}",
            name_of(&table.name),
            alias_text(part),
            where_clause(both(all, condition))
        )]
    }

    /// Any joins, any targets: the rows and their new values are found first, as MySQL finds them.
    fn update_by_rowid(
        &mut self,
        joined: &Joined<'_, '_, 's>,
        owners: &[usize],
        read: &[Assignment<'_>],
        own: &[Unit<'_>],
        condition: Option<&str>,
    ) -> Vec<String> {
        if condition.is_some() {
            self.unsupported("an UPDATE with outer joins in a trigger");
        }
        let mut targets: Vec<usize> = owners.to_vec();
        targets.sort_unstable();
        targets.dedup();
        let mut selected: Vec<String> = Vec::new();
        for target in &targets {
            let alias = joined.parts.get(*target).map(|part| part.alias.clone()).unwrap_or_default();
            selected.push(format!("{}.rowid AS row{target}", sqlite::quote(&alias)));
        }
        for (at, (assignment, owner)) in read.iter().zip(owners).enumerate() {
            let Some(column) = joined
                .parts
                .get(*owner)
                .and_then(|part| part.table)
                .and_then(|table| table.column(&assignment.column, self.dialect()))
            else {
                self.unsupported(format!("the column `{}`", assignment.column));
                return Vec::new();
            };
            let value = self.assigned(column, &assignment.value);
            selected.push(format!("{value} AS value{at}"));
        }
        let tests = if own.is_empty() { None } else { Some(self.say(own)) };
        let from = self.say(joined.list);
        let mut sql = vec![format!(
            "CREATE TEMP TABLE _retort_rows AS SELECT {} FROM {from}{}",
            selected.join(", "),
            where_clause(tests)
        )];
        for target in targets {
            let Some(part) = joined.parts.get(target) else { continue };
            let set: Vec<String> = read
                .iter()
                .zip(owners)
                .enumerate()
                .filter(|(_, (_, owner))| **owner == target)
                .map(|(at, (assignment, _))| {
                    format!("{} = found.value{at}", sqlite::quote(&assignment.column))
                })
                .collect();
            let name = name_of(&part.name);
            sql.push(format!(
                "UPDATE {name} SET {} FROM temp._retort_rows AS found WHERE {name}.rowid = found.row{target}",
                set.join(", ")
            ));
        }
        sql.push("DROP TABLE temp._retort_rows".to_owned());
        self.note(
            "dialect/update-join",
            Fidelity::Emulated,
            "the rows and their new values are put aside first",
        );
        sql
    }

    /// Assignments to one table. In MySQL each sees the ones before it.
    pub(super) fn assignments(&mut self, table: &'s Table, list: &[Unit<'_>], in_order: bool) -> String {
        let mut read = self.read_assignments(list);
        if in_order {
            see_earlier(&mut read);
        }
        self.said_assignments(table, &read)
    }

    fn said_assignments(&mut self, table: &'s Table, read: &[Assignment<'_>]) -> String {
        let mut said = Vec::new();
        for assignment in read {
            if let Some(names) = assignment.column.strip_prefix('(') {
                let value = self.say(&assignment.value);
                said.push(format!("({names} = {value}"));
                continue;
            }
            let Some(column) = self.column(table, &assignment.column) else { continue };
            if column.generated.is_some() {
                continue;
            }
            let value = self.assigned(column, &assignment.value);
            said.push(format!("{} = {value}", sqlite::quote(&column.name)));
        }
        said.join(", ")
    }

    fn assigned(&mut self, column: &Column, value: &[Unit<'_>]) -> String {
        if !matches!(value, [word] if word.is("default")) {
            return self.rewriter.value(value, column);
        }
        if column.identity.is_some() {
            self.unsupported(format!("the next number of `{}` as a value", column.name));
        }
        self.default_of(column).unwrap_or_else(|| "NULL".to_owned())
    }

    fn read_assignments<'u, 'a>(&mut self, list: &'u [Unit<'a>]) -> Vec<Assignment<'a>> {
        let dialect = self.dialect();
        let mut read = Vec::new();
        let mut add = |qualifier, column, value: &[Unit<'a>]| {
            read.push(Assignment { qualifier, column, value: value.to_vec() });
        };
        for part in split(list) {
            let equals = part.iter().position(|unit| unit.is_symbol("=") || unit.is_symbol(":="));
            let (target, value) = match equals {
                Some(at) => (part.get(..at).unwrap_or_default(), part.get(at + 1..).unwrap_or_default()),
                None => (part, [].as_slice()),
            };
            match target {
                [name] if name.name().is_some() => {
                    add(None, name.identifier(dialect).unwrap_or_default(), value);
                }
                [own, Unit::Symbol("."), name] => {
                    add(own.identifier(dialect), name.identifier(dialect).unwrap_or_default(), value);
                }
                [Unit::Group(names)] => {
                    let values = match value {
                        [Unit::Group(values)] => values.as_slice(),
                        [row, Unit::Group(values)] if row.is("row") => values.as_slice(),
                        _ => &[],
                    };
                    let (names, items) = (split(names), split(values));
                    let is_query = values.first().is_some_and(|first| first.is("select") || first.is("with"));
                    if is_query || names.len() != items.len() {
                        let all: Vec<String> = names
                            .iter()
                            .filter_map(|name| name.first()?.identifier(dialect))
                            .map(|name| sqlite::quote(&name))
                            .collect();
                        add(None, format!("({})", all.join(", ")), value);
                        continue;
                    }
                    for (name, item) in names.iter().zip(items) {
                        let name = name.first().and_then(|name| name.identifier(dialect)).unwrap_or_default();
                        add(None, name, item);
                    }
                }
                _ => add(None, String::new(), &[]),
            }
        }
        if read.iter().any(|assignment| assignment.column.is_empty()) {
            self.unsupported("a part of a column in SET");
            return Vec::new();
        }
        read
    }
}

/// MySQL carries assignments out from left to right: a later one sees the new value (MySQL 8.4, 15.2.17).
fn see_earlier(read: &mut [Assignment<'_>]) {
    for at in 1..read.len() {
        let (before, rest) = read.split_at_mut(at);
        let Some(now) = rest.first_mut() else { continue };
        now.value = substituted(&now.value, before);
    }
}

fn substituted<'a>(value: &[Unit<'a>], before: &[Assignment<'a>]) -> Vec<Unit<'a>> {
    let mut said: Vec<Unit<'a>> = Vec::new();
    for (at, unit) in value.iter().enumerate() {
        if let Unit::Group(inner) = unit {
            said.push(Unit::Group(substituted(inner, before)));
            continue;
        }
        let after_dot = at > 0 && value.get(at - 1).is_some_and(|unit| unit.is_symbol("."));
        let called = matches!(value.get(at + 1), Some(Unit::Group(_)))
            || value.get(at + 1).is_some_and(|unit| unit.is_symbol("."));
        let own = unit.name().filter(|_| !after_dot && !called);
        let earlier =
            own.and_then(|own| before.iter().rev().find(|other| other.column.eq_ignore_ascii_case(own)));
        match earlier {
            Some(earlier) if !matches!(earlier.value.as_slice(), [word] if word.is("default")) => {
                said.push(Unit::Group(earlier.value.clone()));
            }
            _ => said.push(unit.clone()),
        }
    }
    said
}

fn alias_text(part: &Part<'_>) -> String {
    if part.alias == *part.name.name { String::new() } else { format!(" AS {}", sqlite::quote(&part.alias)) }
}
