//! What an INSERT does with rows whose key is there already.

use super::insert::Insert;
use super::words::Words;
use super::{Teller, where_clause};
use crate::dialect::rewrite::Unit;
use crate::dialect::rewrite::units::split;
use crate::dialect::sqlite;
use crate::schema::{Table, same_word};

impl<'s> Teller<'s> {
    /// `ON CONFLICT [target] DO …` (PostgreSQL).
    pub(super) fn on_conflict(&mut self, table: &'s Table, words: &mut Words<'_, '_>) -> String {
        let target = if words.eat("on constraint") {
            let name = words.name().unwrap_or_default();
            self.constraint_target(table, &name)
        } else if let Some(inner) = words.group() {
            let columns = self.target_columns(table, inner);
            let condition = if words.eat("where") {
                let units = words.until(&["do"]);
                Some(self.say(units))
            } else {
                None
            };
            Some(format!(" ({columns}){}", where_clause(condition)))
        } else {
            Some(String::new())
        };
        let Some(target) = target else { return String::new() };
        words.eat("do");
        if words.eat("nothing") {
            return format!(" ON CONFLICT{target} DO NOTHING");
        }
        words.eat("update set");
        let assignments = words.until(&["where", "returning", ";"]);
        let set = self.assignments(table, assignments, false);
        let condition = if words.eat("where") {
            let units = words.until(&["returning", ";"]);
            Some(self.say(units))
        } else {
            None
        };
        format!(" ON CONFLICT{target} DO UPDATE SET {set}{}", where_clause(condition))
    }

    /// A UNIQUE whose NULLs are equal is an index of expressions here.
    fn target_columns(&mut self, table: &Table, inner: &[Unit<'_>]) -> String {
        let dialect = self.dialect();
        let names: Option<Vec<String>> = split(inner)
            .into_iter()
            .map(|part| match part {
                [one] => one.identifier(dialect),
                _ => None,
            })
            .collect();
        let equal_nulls = names.as_ref().and_then(|names| {
            table.uniques.iter().find(|unique| {
                unique.nulls_not_distinct
                    && unique.columns.len() == names.len()
                    && unique
                        .columns
                        .iter()
                        .all(|column| names.iter().any(|name| same_word(name, column, dialect)))
            })
        });
        match equal_nulls {
            Some(unique) => null_keys(&unique.columns),
            None => self.say(inner),
        }
    }

    /// The columns of a constraint; SQLite names none in ON CONFLICT.
    fn constraint_target(&mut self, table: &Table, name: &str) -> Option<String> {
        let own = &table.name.name;
        let list =
            |columns: &[String]| columns.iter().map(|c| sqlite::quote(c)).collect::<Vec<_>>().join(", ");
        let key = table.primary_key.as_ref().filter(|key| match &key.name {
            Some(key) => key == name,
            None => name == format!("{own}_pkey"),
        });
        if let Some(key) = key {
            return Some(format!(" ({})", list(&key.columns)));
        }
        let unique = table.uniques.iter().find(|unique| match &unique.name {
            Some(unique) => unique == name,
            None => name == format!("{own}_{}_key", unique.columns.join("_")),
        });
        match unique {
            Some(unique) if unique.nulls_not_distinct => Some(format!(" ({})", null_keys(&unique.columns))),
            Some(unique) => Some(format!(" ({})", list(&unique.columns))),
            None => {
                self.unsupported(format!("ON CONFLICT ON CONSTRAINT {name}"));
                None
            }
        }
    }

    /// `ON DUPLICATE KEY UPDATE a = VALUES(a)` → `ON CONFLICT DO UPDATE SET a = excluded.a` (3.35 and later take
    /// it without a target).
    pub(super) fn on_duplicate(&mut self, insert: &Insert<'s>, words: &mut Words<'_, '_>) -> String {
        let list = words.until(&["returning", ";"]);
        let list = self.new_values(insert, list);
        // `id = LAST_INSERT_ID(id)` changes nothing: it tells the client the row's id.
        let kept: Vec<&[Unit<'_>]> = split(&list)
            .into_iter()
            .filter(|part| !part.iter().any(|unit| unit.is("last_insert_id")))
            .collect();
        if kept.is_empty() {
            return " ON CONFLICT DO NOTHING".to_owned();
        }
        let kept = kept.join(&Unit::Symbol(","));
        format!(" ON CONFLICT DO UPDATE SET {}", self.assignments(insert.table, &kept, true))
    }

    /// `VALUES(a)` and `new.a` are `excluded.a`.
    fn new_values<'a>(&self, insert: &Insert<'_>, list: &[Unit<'a>]) -> Vec<Unit<'a>> {
        let mut said = Vec::new();
        let mut at = 0;
        while let Some(unit) = list.get(at) {
            let alias = insert.new_row.as_ref().filter(|(alias, _)| {
                unit.name().is_some_and(|name| name.eq_ignore_ascii_case(alias))
                    && list.get(at + 1).is_some_and(|dot| dot.is_symbol("."))
            });
            match (unit, list.get(at + 1)) {
                (word, Some(Unit::Group(inner))) if word.is("values") => {
                    said.extend([Unit::Word("excluded"), Unit::Symbol(".")]);
                    said.extend(inner.iter().cloned());
                    at += 2;
                }
                _ if alias.is_some() => {
                    let given = alias.map(|(_, names)| names.as_slice()).unwrap_or_default();
                    let own = list.get(at + 2).and_then(Unit::name).unwrap_or_default();
                    let place = given.iter().position(|name| name.eq_ignore_ascii_case(own));
                    let column = place.and_then(|place| insert.column_at(place)).unwrap_or(own);
                    said.extend([
                        Unit::Word("excluded"),
                        Unit::Symbol("."),
                        Unit::Name(column.to_owned().into()),
                    ]);
                    at += 3;
                }
                (Unit::Group(inner), _) => {
                    said.push(Unit::Group(self.new_values(insert, inner)));
                    at += 1;
                }
                _ => {
                    said.push(unit.clone());
                    at += 1;
                }
            }
        }
        said
    }
}

fn null_keys(columns: &[String]) -> String {
    let keys: Vec<String> = columns
        .iter()
        .map(|column| sqlite::quote(column))
        .map(|column| format!("coalesce({column}, 0), {column} IS NULL"))
        .collect();
    keys.join(", ")
}
