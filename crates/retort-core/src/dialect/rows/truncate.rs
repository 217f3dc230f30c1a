//! TRUNCATE: every row goes, children first; no trigger sees it, counters may start again.

use super::words::Words;
use super::{Teller, name_of};
use crate::dialect::emulate::{COUNTERS, flat, numbering};
use crate::dialect::rewrite::units::split;
use crate::dialect::{Fidelity, sqlite};
use crate::schema::{ObjectName, Table, same_name};
use crate::source::DialectKind;
use crate::token::text_literal;

impl<'s> Teller<'s> {
    pub(super) fn truncate(&mut self, words: &mut Words<'_, '_>) -> Vec<String> {
        words.eat("table");
        let list = words.until(&["restart", "continue", "cascade", "restrict", ";"]);
        let dialect = self.dialect();
        let tables: Option<Vec<ObjectName>> = split(list)
            .into_iter()
            .map(|part| {
                let mut words = Words::new(part, dialect);
                words.eat("only");
                words.object()
            })
            .collect();
        let restart = words.eat("restart identity");
        words.eat("continue identity");
        let cascade = words.eat("cascade");
        match tables {
            Some(tables) => self.truncate_tables(&tables, restart, cascade),
            None => {
                self.unsupported("this TRUNCATE");
                Vec::new()
            }
        }
    }

    pub(super) fn truncate_tables(
        &mut self,
        tables: &[ObjectName],
        restart: bool,
        cascade: bool,
    ) -> Vec<String> {
        let dialect = self.dialect();
        let mut all: Vec<&'s Table> = Vec::new();
        for name in tables {
            let Some(table) = self.table(name) else { return Vec::new() };
            all.push(table);
        }
        let mut at = 0;
        while let Some(table) = all.get(at).copied() {
            for child in self.source.children(&table.name) {
                let known = all.iter().any(|other| same_name(&other.name, &child.name, dialect));
                if !known && cascade {
                    all.push(child);
                } else if !known {
                    let message = format!(
                        "TRUNCATE of `{}`, which the server refuses: `{}` refers to it",
                        table.name, child.name
                    );
                    self.unsupported(message);
                }
            }
            at += 1;
        }
        let restart = restart || dialect == DialectKind::Mysql;
        let mut sql = Vec::new();
        for table in self.children_first(all) {
            self.empty(table, restart, &mut sql);
        }
        self.note(
            "dialect/truncate",
            Fidelity::Emulated,
            "every row is deleted, children first, without triggers",
        );
        sql
    }

    fn children_first(&self, mut left: Vec<&'s Table>) -> Vec<&'s Table> {
        let dialect = self.dialect();
        let mut sorted = Vec::new();
        while !left.is_empty() {
            let refers = |table: &Table| {
                self.source.children(&table.name).iter().any(|child| {
                    child.name != table.name
                        && left.iter().any(|other| same_name(&other.name, &child.name, dialect))
                })
            };
            let free = left.iter().position(|table| !refers(table)).unwrap_or(0);
            sorted.push(left.remove(free));
        }
        sorted
    }

    fn empty(&mut self, table: &Table, restart: bool, sql: &mut Vec<String>) {
        let own = flat(&table.name);
        // No DELETE trigger of the server sees a TRUNCATE (PostgreSQL 18, MySQL 8.4 15.1.37).
        let watching: Vec<_> = self
            .engine
            .triggers_of(&own)
            .into_iter()
            .filter(|trigger| trigger.definition.mentions("DELETE", DialectKind::Sqlite))
            .collect();
        sql.extend(
            watching.iter().map(|trigger| format!("DROP TRIGGER {}", sqlite::table_name(&trigger.name))),
        );
        sql.push(format!("DELETE FROM {}", name_of(&table.name)));
        sql.extend(watching.iter().map(|trigger| trigger.definition.text().to_owned()));
        let numbered = table.columns.iter().filter_map(|column| numbering(self.source, table, column));
        for numbering in numbered.filter(|_| restart) {
            let last = numbering.start.saturating_sub(numbering.increment);
            sql.push(if numbering.is_key {
                format!(
                    "UPDATE sqlite_sequence SET seq = {last} WHERE name = {}",
                    text_literal(&own.to_string())
                )
            } else {
                format!(
                    "UPDATE {COUNTERS} SET last = {last} WHERE name = {}",
                    text_literal(&numbering.sequence)
                )
            });
        }
    }
}
