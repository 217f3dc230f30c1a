//! EXCLUDE constraints on SQLite: a unique index where all operators are `=`, else triggers that look for a row
//! in conflict.

use super::{Emulation, flat};
use crate::dialect::Fidelity;
use crate::dialect::sqlite::{quote, table_name};
use crate::schema::{Exclusion, Expression, Index, IndexKey, IndexPart, ObjectName};
use crate::token::text_literal;

impl Emulation<'_> {
    pub(super) fn exclusion(&mut self, exclusion: &Exclusion) {
        let name = exclusion.name.clone().unwrap_or_default();
        if exclusion.parts.iter().all(|(_, operator)| operator == "=") {
            let parts = exclusion.parts.iter().map(|(part, _)| IndexPart::new(part.key.clone())).collect();
            let index = Index {
                unique: true,
                predicate: exclusion.predicate.clone(),
                ..Index::new(name.clone(), parts)
            };
            self.index(&index);
            self.note("dialect/exclusion", Fidelity::Emulated, format!("`{name}` is a unique index"));
            return;
        }
        match self.conflict(exclusion) {
            Some(conflict) => {
                for event in ["INSERT", "UPDATE"] {
                    self.refuse_conflict(&name, event, &conflict);
                }
                let message = format!(
                    "triggers of `{name}` look for a row in conflict, row by row, not at the end of the statement"
                );
                self.note("dialect/exclusion", Fidelity::Emulated, message);
            }
            None => {
                let message = format!("`{name}` is not enforced: SQLite has no words for its operators");
                self.note("dialect/exclusion", Fidelity::Weakened, message);
            }
        }
    }

    /// The condition that a row `o` of the table and NEW exclude each other; None where an operator is not known.
    fn conflict(&mut self, exclusion: &Exclusion) -> Option<String> {
        let mut parts = Vec::new();
        for (part, operator) in &exclusion.parts {
            match (&part.key, operator.as_str()) {
                (IndexKey::Column(column), "=") => {
                    parts.push(format!("o.{0} = NEW.{0}", quote(column)));
                }
                (IndexKey::Column(column), "<>") => {
                    parts.push(format!("o.{0} <> NEW.{0}", quote(column)));
                }
                (IndexKey::Expression(expression), "&&") => {
                    parts.push(self.overlap(expression)?);
                }
                (IndexKey::Column(column), "&&") => {
                    parts.push(self.overlap_of_texts(column)?);
                }
                _ => return None,
            }
        }
        if let Some(predicate) = &exclusion.predicate {
            let said = self.say(predicate);
            if !said.unsupported.is_empty() {
                return None;
            }
            let holds = |row: &str| super::partition::of_row(&said.sql, self.from, row);
            parts.extend([holds("o."), holds("NEW.")]);
        }
        Some(parts.join(" AND "))
    }

    /// `tsrange(a, b) && …` of two rows; a bound that is NULL is open. The default bounds are `[)`.
    fn overlap(&mut self, range: &Expression) -> Option<String> {
        let text = range.text();
        let (function, rest) = text.split_once('(')?;
        let known = ["int4range", "int8range", "numrange", "tsrange", "tstzrange", "daterange"];
        let arguments: Vec<&str> = rest.strip_suffix(')')?.split(',').map(str::trim).collect();
        let (low, high, bounds) = match arguments.as_slice() {
            [low, high] => (*low, *high, "[)"),
            [low, high, bounds] => (*low, *high, bounds.trim_matches('\'')),
            _ => return None,
        };
        if !known.contains(&function.trim().to_lowercase().as_str()) {
            return None;
        }
        let dialect = self.source.dialect;
        let column = |name: &str| {
            let name = crate::token::identifier(name, dialect);
            self.from.column(&name, dialect).map(|column| quote(&column.name))
        };
        let (low, high) = (column(low)?, column(high)?);
        // Both ends belong to the ranges: then ranges that only touch overlap.
        let before = if bounds == "[]" { "<=" } else { "<" };
        Some(format!("coalesce(o.{low} {before} NEW.{high}, 1) AND coalesce(NEW.{low} {before} o.{high}, 1)"))
            .filter(|_| matches!(bounds, "[)" | "[]" | "(]"))
    }

    /// A column of a range type holds its text: `[1,5)`, `["2024-01-01","2024-02-01"]`, `empty`.
    fn overlap_of_texts(&self, column: &str) -> Option<String> {
        let column = self.from.column(column, self.source.dialect)?;
        let is_number = match column.column_type.text().to_ascii_lowercase().as_str() {
            "int4range" | "int8range" | "numrange" => true,
            "tsrange" | "tstzrange" | "daterange" => false,
            _ => return None,
        };
        let name = quote(&column.name);
        let bound = |text: String| {
            let text = format!("nullif(trim({text}, '\" '), '')");
            if is_number { format!("CAST({text} AS NUMERIC)") } else { text }
        };
        let low = |row: &str| bound(format!("substr({row}.{name}, 2, instr({row}.{name}, ',') - 2)"));
        let high = |row: &str| {
            bound(format!(
                "substr({row}.{name}, instr({row}.{name}, ',') + 1, length({row}.{name}) - instr({row}.{name}, ',') - 1)"
            ))
        };
        let before = |a: &str, b: &str| {
            let (low, high) = (low(a), high(b));
            format!(
                "coalesce({low} < {high} OR ({low} = {high} AND {a}.{name} LIKE '[%' AND {b}.{name} LIKE '%]'), 1)"
            )
        };
        let row = |row: &str| format!("{row}.{name} <> 'empty'");
        Some([row("o"), row("NEW"), before("o", "NEW"), before("NEW", "o")].join(" AND "))
    }

    fn refuse_conflict(&mut self, constraint: &str, event: &str, conflict: &str) {
        let table = flat(&self.from.name);
        let name = ObjectName::bare(format!("_retort_{table}_{constraint}_{}", event.to_lowercase()));
        let message =
            text_literal(&format!("conflicting row violates exclusion constraint \"{constraint}\""));
        let own = table_name(&table);
        let other = if event == "UPDATE" { "o.rowid <> OLD.rowid AND " } else { "" };
        let definition = format!(
            "CREATE TRIGGER {} BEFORE {event} ON {own} WHEN EXISTS (SELECT 1 FROM {own} AS o WHERE {other}{conflict}) BEGIN SELECT RAISE(ABORT, {message}); END",
            table_name(&name),
        );
        self.trigger(name, table, &definition);
    }
}
