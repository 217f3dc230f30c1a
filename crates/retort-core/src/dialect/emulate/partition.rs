//! Partitions on SQLite: all rows live in the table at the root, a trigger refuses rows that no partition takes,
//! and each partition is a view of its rows that can be written through.
//!
//! PostgreSQL 18, 5.12 and CREATE TABLE; MySQL 8.4, 26.2.

use super::view::Shown;
use super::{Emulation, SQLITE, flat};
use crate::dialect::sqlite::{quote, table_name};
use crate::dialect::{Fidelity, Note, rewrite};
use crate::schema::{
    Column, Expression, IndexKey, ObjectName, PartitionOf, Partitioning, Schema, Table, Trigger, View,
    same_name,
};
use crate::token::{self, TokenKind, text_literal};

/// The table at the root of a partition, which holds its rows.
pub(in crate::dialect) fn root<'a>(source: &'a Schema, partition: &Table) -> Option<&'a Table> {
    let mut parent = source.table(&partition.partition_of.as_ref()?.parent)?;
    // A chain longer than there are tables would be a circle.
    for _ in 0..source.tables.len() {
        match &parent.partition_of {
            Some(of) => parent = source.table(&of.parent)?,
            None => return Some(parent),
        }
    }
    None
}

/// The condition that says which rows of the root are in a partition; `row` stands before each column. None where
/// that cannot be told (HASH).
pub(in crate::dialect) fn condition(source: &Schema, partition: &Table, row: &str) -> Option<String> {
    let mut parts = Vec::new();
    let mut at = partition;
    for _ in 0..=source.tables.len() {
        let Some(of) = &at.partition_of else { break };
        let parent = source.table(&of.parent)?;
        parts.push(format!("({})", own_condition(source, parent, of, row)?));
        at = parent;
    }
    Some(parts.join(" AND "))
}

/// The condition of one step down; that of DEFAULT is that no other partition takes the row.
fn own_condition(source: &Schema, parent: &Table, of: &PartitionOf, row: &str) -> Option<String> {
    let keys = keys(source, parent, row)?;
    match bounds(&of.bounds)? {
        Bounds::Default => {
            let mut others = Vec::new();
            for sibling in children(source, &parent.name) {
                let of = sibling.partition_of.as_ref()?;
                if !matches!(bounds(&of.bounds)?, Bounds::Default) {
                    others.push(format!("({})", own_condition(source, parent, of, row)?));
                }
            }
            let any = if others.is_empty() { "0".to_owned() } else { others.join(" OR ") };
            Some(format!("({any}) IS NOT TRUE"))
        }
        Bounds::Range { from, to } => {
            let (from, to) = (said(source, &from)?, said(source, &to)?);
            Some(format!("{} AND {}", not_below(&keys, &from), below(&keys, &to)))
        }
        Bounds::List(values) => Some(listed(keys.first()?, &said(source, &values)?)),
        Bounds::Hash => None,
    }
}

/// What stands after FOR VALUES.
enum Bounds {
    Default,
    Range { from: Vec<String>, to: Vec<String> },
    List(Vec<String>),
    Hash,
}

fn bounds(text: &Expression) -> Option<Bounds> {
    let text = text.text();
    let lists = lists(text);
    let first = token::tokens(text, crate::source::DialectKind::Postgres);
    let word = first.iter().map(|token| token.text(text).to_ascii_uppercase());
    let word = word.into_iter().find(|word| !matches!(word.as_str(), "FOR" | "VALUES"))?;
    match (word.as_str(), lists.as_slice()) {
        ("DEFAULT", _) => Some(Bounds::Default),
        ("FROM", [from, to]) => Some(Bounds::Range { from: from.clone(), to: to.clone() }),
        ("IN", [values]) => Some(Bounds::List(values.clone())),
        ("WITH", _) => Some(Bounds::Hash),
        _ => None,
    }
}

/// The items of each parenthesis that is not inside another.
fn lists(text: &str) -> Vec<Vec<String>> {
    let mut lists: Vec<Vec<String>> = Vec::new();
    let (mut depth, mut start) = (0usize, 0usize);
    for token in token::tokens(text, crate::source::DialectKind::Postgres) {
        let symbol = if token.kind == TokenKind::Symbol { token.text(text) } else { "" };
        match symbol {
            "(" => {
                depth += 1;
                if depth == 1 {
                    lists.push(Vec::new());
                    start = token.end as usize;
                }
            }
            ")" | "," if depth == 1 => {
                let item = text.get(start..token.start as usize).unwrap_or("").trim();
                if let Some(list) = lists.last_mut().filter(|_| !item.is_empty()) {
                    list.push(item.to_owned());
                }
                start = token.end as usize;
                depth -= usize::from(symbol == ")");
            }
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    lists
}

/// Bounds in SQLite's words; None where it has none for one of them.
fn said(source: &Schema, values: &[String]) -> Option<Vec<String>> {
    let say = |value: &String| {
        let said = rewrite::to_sqlite(value, source);
        said.unsupported.is_empty().then_some(said.sql)
    };
    values.iter().map(say).collect()
}

/// The parts of the partition key in SQLite's words.
fn keys(source: &Schema, parent: &Table, row: &str) -> Option<Vec<String>> {
    let partitioning = parent.partitioning.as_ref()?;
    let key = |part: &crate::schema::IndexPart| match &part.key {
        IndexKey::Column(name) => Some(format!("{row}{}", quote(name))),
        IndexKey::Expression(expression) => {
            let said = rewrite::to_sqlite(expression.text(), source);
            said.unsupported.is_empty().then(|| of_row(&said.sql, parent, row))
        }
    };
    partitioning.parts.iter().map(key).collect()
}

/// An expression with `NEW.` before each column.
pub(super) fn of_row(sql: &str, table: &Table, row: &str) -> String {
    let mut text = String::new();
    let mut end = 0;
    for token in token::tokens(sql, SQLITE) {
        let is_name = matches!(token.kind, TokenKind::Word | TokenKind::Quoted);
        if is_name && table.column(&token::identifier(token.text(sql), SQLITE), SQLITE).is_some() {
            text.push_str(&sql[end..token.start as usize]);
            text.push_str(row);
            end = token.start as usize;
        }
    }
    text.push_str(&sql[end..]);
    format!("({text})")
}

/// `keys >= from`, part by part.
fn not_below(keys: &[String], from: &[String]) -> String {
    let Some(((key, value), is_last)) = keys.first().zip(from.first()).map(|pair| (pair, keys.len() == 1))
    else {
        return "1".to_owned();
    };
    match value.to_ascii_uppercase().as_str() {
        "MINVALUE" => format!("{key} IS NOT NULL"),
        "MAXVALUE" => "0".to_owned(),
        _ if is_last => format!("{key} >= {value}"),
        _ => format!("({key} > {value} OR ({key} = {value} AND {}))", not_below(&keys[1..], &from[1..])),
    }
}

/// `keys < to`, part by part.
fn below(keys: &[String], to: &[String]) -> String {
    let Some((key, value)) = keys.first().zip(to.first()) else { return "0".to_owned() };
    match value.to_ascii_uppercase().as_str() {
        "MAXVALUE" => format!("{key} IS NOT NULL"),
        "MINVALUE" => "0".to_owned(),
        _ if keys.len() == 1 => format!("{key} < {value}"),
        _ => format!("({key} < {value} OR ({key} = {value} AND {}))", below(&keys[1..], &to[1..])),
    }
}

fn listed(key: &str, values: &[String]) -> String {
    let (nulls, values): (Vec<&String>, Vec<&String>) =
        values.iter().partition(|value| value.eq_ignore_ascii_case("null"));
    let values: Vec<&str> = values.into_iter().map(String::as_str).collect();
    let listed = format!("{key} IN ({})", values.join(", "));
    if nulls.is_empty() { listed } else { format!("{listed} OR {key} IS NULL") }
}

/// The direct partitions of a table.
pub(in crate::dialect) fn children<'a>(source: &'a Schema, parent: &ObjectName) -> Vec<&'a Table> {
    let is_of = |of: &PartitionOf| same_name(&of.parent, parent, source.dialect);
    let tables = source.tables.values().map(|table| &**table);
    tables.filter(|table| table.partition_of.as_ref().is_some_and(is_of)).collect()
}

/// The condition that some partition takes a row; None where every row is taken or that cannot be told.
fn taken(source: &Schema, parent: &Table, row: &str) -> Result<Option<String>, ()> {
    let mut any = Vec::new();
    for child in children(source, &parent.name) {
        let of = child.partition_of.as_ref().ok_or(())?;
        let below = if child.partitioning.is_some() { taken(source, child, row)? } else { None };
        if matches!(bounds(&of.bounds), Some(Bounds::Default)) && below.is_none() {
            return Ok(None);
        }
        let own = own_condition(source, parent, of, row).ok_or(())?;
        any.push(match below {
            Some(below) => format!("(({own}) AND ({below}))"),
            None => format!("({own})"),
        });
    }
    Ok(Some(if any.is_empty() { "0".to_owned() } else { any.join(" OR ") }))
}

impl Emulation<'_> {
    /// Triggers that refuse rows without a partition.
    pub(super) fn partitions(&mut self) {
        let Some(partitioning) = self.from.partitioning.as_ref() else { return };
        let message = format!("the rows of all partitions of `{}` are in one table here", self.from.name);
        self.note("dialect/partition", Fidelity::Emulated, message);
        let taken = if self.is_mysql() {
            self.mysql_taken(partitioning)
        } else {
            taken(self.source, self.from, "NEW.")
        };
        let condition = match taken {
            Ok(Some(condition)) => condition,
            Ok(None) => return,
            Err(()) => {
                let message = format!("rows that no partition of `{}` takes are not refused", self.from.name);
                self.note("dialect/partition-bounds", Fidelity::Weakened, message);
                return;
            }
        };
        let table = flat(&self.from.name);
        for event in ["INSERT", "UPDATE"] {
            let name = ObjectName::bare(format!("_retort_{table}_partition_{}", event.to_lowercase()));
            let message = text_literal(&format!("no partition of \"{table}\" takes this row"));
            let definition = format!(
                "CREATE TRIGGER {} BEFORE {event} ON {} WHEN ({condition}) IS NOT TRUE BEGIN SELECT RAISE(ABORT, {message}); END",
                table_name(&name),
                table_name(&table),
            );
            self.trigger(name, table.clone(), &definition);
        }
    }

    /// The same for MySQL, whose partitions stand in the table itself.
    fn mysql_taken(&self, partitioning: &Partitioning) -> Result<Option<String>, ()> {
        let keys = keys(self.source, self.from, "NEW.").ok_or(())?;
        let method = partitioning.method.to_ascii_uppercase();
        if method.contains("HASH") || method.contains("KEY") {
            return Ok(None);
        }
        let text = partitioning.partitions.as_ref().ok_or(())?.text();
        let mut any = Vec::new();
        for item in lists(text).first().ok_or(())? {
            // `PARTITION p VALUES LESS THAN (…)`, `LESS THAN MAXVALUE`, `VALUES IN (…)`
            let values = lists(item).into_iter().next();
            let upper = item.to_ascii_uppercase();
            let condition = if upper.contains("LESS THAN MAXVALUE") {
                return Ok(None);
            } else if upper.contains("LESS THAN") {
                // MySQL puts NULL below every number.
                let below = below(&keys, &said(self.source, &values.ok_or(())?).ok_or(())?);
                format!("{below} OR {} IS NULL", keys.first().ok_or(())?)
            } else if upper.contains("VALUES IN") {
                listed(keys.first().ok_or(())?, &said(self.source, &values.ok_or(())?).ok_or(())?)
            } else {
                return Err(());
            };
            any.push(format!("({condition})"));
        }
        Ok(Some(any.join(" OR ")))
    }
}

/// The view that stands for a partition.
pub(in crate::dialect) fn emulate_partition(source: &Schema, partition: &Table, engine: &Schema) -> Shown {
    let name = flat(&partition.name);
    let mut done = Shown::default();
    let (Some(root), Some(shown)) = (root(source, partition), condition(source, partition, "")) else {
        let message =
            format!("which rows are in `{name}` is not known here: its rows are read from its parent");
        done.notes.push(Note::new("dialect/partition", Fidelity::Dropped, message));
        return done;
    };
    let columns: Vec<String> = root.columns.iter().map(|column| quote(&column.name)).collect();
    let (columns, own) = (columns.join(", "), table_name(&flat(&root.name)));
    let query = Expression::verbatim(&format!("SELECT {columns} FROM {own} WHERE {shown}"), SQLITE);
    done.view = Some(View::new(name.clone(), Vec::new(), query));
    if let Some(held) = engine.table(&flat(&root.name)) {
        done.triggers = write_through(held, &name, condition(source, partition, "NEW.").as_deref());
    }
    let message = format!("`{name}` is a view of its rows in `{}` that can be written through", root.name);
    done.notes.push(Note::new("dialect/partition", Fidelity::Emulated, message));
    let own = |list: usize, of_parent: usize| list > of_parent;
    if own(partition.indexes.len(), root.indexes.len()) || own(partition.uniques.len(), root.uniques.len()) {
        let message = format!("keys and indexes that only `{name}` has are not made");
        done.notes.push(Note::new("dialect/partition-index", Fidelity::Weakened, message));
    }
    done
}

/// Triggers that carry INSERT, UPDATE and DELETE from a view to the table below.
fn write_through(held: &Table, view: &ObjectName, condition: Option<&str>) -> Vec<Trigger> {
    let columns: Vec<&Column> = held.columns.iter().filter(|column| column.generated.is_none()).collect();
    let stored: Vec<String> = columns.iter().map(|column| quote(&column.name)).collect();
    let (own, table) = (table_name(view), table_name(&held.name));
    // A trigger cannot tell a column that was left out from one that was given NULL.
    let given = |column: &Column| match &column.default {
        Some(default) => format!("coalesce(NEW.{}, {})", quote(&column.name), default.text()),
        None => format!("NEW.{}", quote(&column.name)),
    };
    let new: Vec<String> = columns.iter().map(|column| given(column)).collect();
    let set: Vec<String> = stored.iter().map(|column| format!("{column} = NEW.{column}")).collect();
    let same: Vec<String> = stored.iter().map(|column| format!("{column} IS OLD.{column}")).collect();
    let row = format!("rowid = (SELECT rowid FROM {table} WHERE {} LIMIT 1)", same.join(" AND "));
    let refused = condition.map_or_else(String::new, |condition| {
        let message = text_literal(&format!("this row does not belong into the partition \"{view}\""));
        format!("SELECT RAISE(ABORT, {message}) WHERE ({condition}) IS NOT TRUE; ")
    });
    let trigger = |event: &str, body: String| {
        let name = ObjectName::bare(format!("_retort_{view}_{}", event.to_lowercase()));
        let text =
            format!("CREATE TRIGGER {} INSTEAD OF {event} ON {own} BEGIN {body} END", table_name(&name));
        Trigger { name, table: view.clone(), definition: Expression::verbatim(&text, SQLITE) }
    };
    let (columns, values) = (stored.join(", "), new.join(", "));
    vec![
        trigger("INSERT", format!("{refused}INSERT INTO {table} ({columns}) VALUES ({values});")),
        trigger("UPDATE", format!("{refused}UPDATE {table} SET {} WHERE {row};", set.join(", "))),
        trigger("DELETE", format!("DELETE FROM {table} WHERE {row};")),
    ]
}
