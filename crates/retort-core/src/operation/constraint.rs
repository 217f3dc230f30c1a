//! Constraints of columns and tables, keys and their columns, parts of indexes.

use super::cursor::{Cursor, Read};
use super::{index, objects};
use crate::schema::{
    Check, Column, Constraint, Deferral, Exclusion, ForeignKey, PrimaryKey, ReferentialAction, Unique,
};
use crate::source::DialectKind;
use crate::token::TokenKind;

/// `[CONSTRAINT name] PRIMARY KEY | UNIQUE | CHECK | FOREIGN KEY | EXCLUDE …`; None when none begins here.
pub(super) fn table_constraint(
    cursor: &mut Cursor<'_>,
    skipped: &mut Vec<String>,
) -> Read<Option<Constraint>> {
    let start = *cursor;
    let mut name = None;
    if cursor.eat("CONSTRAINT") && !cursor.is_any(&["PRIMARY KEY", "UNIQUE", "CHECK (", "FOREIGN KEY"]) {
        let _ = cursor.eat("IF NOT EXISTS");
        name = Some(cursor.name()?);
    }
    let mut constraint = if cursor.is_any(&["PRIMARY KEY USING INDEX", "UNIQUE USING INDEX"]) {
        return Err(cursor.fault("an index is taken for a constraint by ALTER TABLE only"));
    } else if cursor.eat("PRIMARY KEY") {
        Constraint::Primary(primary_key(cursor, name, skipped)?)
    } else if cursor.eat("UNIQUE") {
        Constraint::Unique(unique(cursor, name, skipped)?)
    } else if cursor.is("CHECK (") {
        cursor.skip();
        Constraint::Check(Check::new(name, cursor.parenthesized_expression()?))
    } else if cursor.eat("FOREIGN KEY") {
        let _ = cursor.eat("IF NOT EXISTS");
        if cursor.dialect == DialectKind::Mysql && !cursor.is("(") {
            // MySQL: the index's name, which InnoDB ignores when the constraint has one.
            let index = cursor.name()?;
            name = name.or(Some(index));
        }
        let columns = period_columns(cursor, skipped)?;
        cursor.expect("REFERENCES")?;
        Constraint::Foreign(references(cursor, name, columns)?)
    } else if cursor.is("EXCLUDE USING") || cursor.is("EXCLUDE (") {
        cursor.skip();
        Constraint::Exclusion(exclusion(cursor, name, skipped)?)
    } else {
        if name.is_some() {
            return Err(cursor.fault("expected a constraint"));
        }
        *cursor = start;
        return Ok(None);
    };
    read_tail(cursor, true, skipped)?.put_on(&mut constraint);
    Ok(Some(constraint))
}

/// A NOT NULL as a constraint of the table.
pub(super) struct NotNull {
    pub(super) name: Option<String>,
    pub(super) column: String,
}

/// `[CONSTRAINT name] NOT NULL column [NO INHERIT]` (PostgreSQL 18); None when none begins here.
pub(super) fn table_not_null(cursor: &mut Cursor<'_>) -> Read<Option<NotNull>> {
    let mut walk = *cursor;
    let name = if walk.eat("CONSTRAINT") { walk.name().ok() } else { None };
    if cursor.dialect != DialectKind::Postgres || !walk.eat("NOT NULL") {
        return Ok(None);
    }
    let column = walk.name()?;
    tail(&mut walk, &mut Vec::new())?;
    *cursor = walk;
    Ok(Some(NotNull { name, column }))
}

/// The name of a NOT NULL is kept with the column's options: by it PostgreSQL 18 drops the constraint.
pub(super) fn not_null_name(column: &mut Column, name: Option<String>) {
    if let Some(name) = name {
        column.options.insert("NOT NULL".to_owned(), name);
    }
}

fn primary_key(cursor: &mut Cursor<'_>, name: Option<String>, skipped: &mut Vec<String>) -> Read<PrimaryKey> {
    index_type(cursor, skipped);
    if cursor.dialect == DialectKind::Mysql && !cursor.is("(") {
        // MySQL takes a name here and ignores it (MySQL 8.4, 15.1.20).
        cursor.name()?;
    }
    index_type(cursor, skipped);
    let mut key = PrimaryKey::new(name, key_columns(cursor, skipped)?);
    if cursor.eat("INCLUDE") {
        key.include = cursor.names()?;
    }
    Ok(key)
}

fn unique(cursor: &mut Cursor<'_>, name: Option<String>, skipped: &mut Vec<String>) -> Read<Unique> {
    let _ = cursor.dialect == DialectKind::Mysql && cursor.eat_any(&["KEY", "INDEX"]).is_some();
    let nulls_not_distinct = cursor.eat("NULLS NOT DISTINCT");
    let _ = cursor.eat("NULLS DISTINCT");
    let _ = cursor.eat("IF NOT EXISTS");
    index_type(cursor, skipped);
    let _ = cursor.dialect == DialectKind::Mysql && cursor.eat("IF NOT EXISTS");
    let is_named = cursor.dialect == DialectKind::Mysql && !cursor.is("(");
    let own_name = if is_named { Some(cursor.name()?) } else { None };
    index_type(cursor, skipped);
    let columns = key_columns(cursor, skipped)?;
    let mut unique = Unique { nulls_not_distinct, ..Unique::new(name.or(own_name), columns) };
    if cursor.eat("INCLUDE") {
        unique.include = cursor.names()?;
    }
    Ok(unique)
}

/// After `EXCLUDE`.
fn exclusion(cursor: &mut Cursor<'_>, name: Option<String>, skipped: &mut Vec<String>) -> Read<Exclusion> {
    let method = if cursor.eat("USING") { Some(cursor.name()?.to_lowercase()) } else { None };
    let mut parts = Vec::new();
    for mut item in cursor.parenthesized()?.items() {
        let mut part = item.split_off_last("WITH")?;
        if item.eat("OPERATOR") {
            let operator = item.parenthesized()?.rest().to_owned();
            item.finish()?;
            parts.push((index::part(&mut part)?, operator));
            continue;
        }
        let operator = item.rest().to_owned();
        if operator.is_empty() || operator.contains(char::is_alphanumeric) {
            return Err(item.fault("expected an operator"));
        }
        parts.push((index::part(&mut part)?, operator));
    }
    let mut exclusion = Exclusion { name, method, parts, predicate: None, deferral: Deferral::NotDeferrable };
    if cursor.eat("INCLUDE") {
        let mark = cursor.mark();
        cursor.names()?;
        skipped.push(format!("INCLUDE {}", cursor.since(mark)));
    }
    let mark = cursor.mark();
    while cursor.is_any(&["WITH (", "USING INDEX TABLESPACE"]) {
        storage(cursor)?;
        skipped.push(cursor.since(mark).to_owned());
    }
    if cursor.eat("WHERE") {
        exclusion.predicate = Some(cursor.parenthesized_expression()?);
    }
    Ok(exclusion)
}

fn index_type(cursor: &mut Cursor<'_>, skipped: &mut Vec<String>) {
    if cursor.is("USING BTREE") || cursor.is("USING HASH") {
        skipped.push(format!("USING {}", cursor.ahead(1)));
        cursor.skip();
        cursor.skip();
    }
}

/// The columns of a key; orders and prefixes of its parts are read past and said.
fn key_columns(cursor: &mut Cursor<'_>, skipped: &mut Vec<String>) -> Read<Vec<String>> {
    let mut columns = Vec::new();
    for mut item in cursor.parenthesized()?.items() {
        columns.push(item.name()?);
        let _ = item.eat("ASC");
        let mark = item.mark();
        match item.dialect {
            DialectKind::Postgres => drop(item.eat("WITHOUT OVERLAPS")),
            DialectKind::Mysql if item.is("(") => {
                item.parenthesized()?.number()?;
            }
            DialectKind::Sqlite => {
                if item.eat("COLLATE") {
                    item.name()?;
                }
            }
            DialectKind::Mysql => {}
        }
        let _ = item.eat_any(&["ASC", "DESC"]);
        item.finish()?;
        let read_past = item.since(mark);
        if !read_past.is_empty() && !read_past.eq_ignore_ascii_case("asc") {
            skipped.push(read_past.to_owned());
        }
    }
    if columns.is_empty() {
        return Err(cursor.fault("expected a column"));
    }
    Ok(columns)
}

/// What may stand after any constraint.
#[derive(Default)]
pub(super) struct Tail {
    deferral: Deferral,
    not_valid: bool,
    not_enforced: bool,
    no_inherit: bool,
}

impl Tail {
    pub(super) fn put_on(&self, constraint: &mut Constraint) {
        match constraint {
            Constraint::Primary(key) => key.deferral = self.deferral,
            Constraint::Unique(unique) => unique.deferral = self.deferral,
            Constraint::Exclusion(exclusion) => exclusion.deferral = self.deferral,
            Constraint::Foreign(key) => {
                key.deferral = self.deferral;
                key.validated = !self.not_valid && !self.not_enforced;
                key.enforced = !self.not_enforced;
            }
            Constraint::Check(check) => {
                check.no_inherit = self.no_inherit;
                check.validated = !self.not_valid && !self.not_enforced;
                check.enforced = !self.not_enforced;
            }
        }
    }
}

/// Options of a key of MySQL.
const KEY_OPTIONS: [&str; 6] =
    ["COMMENT", "KEY_BLOCK_SIZE", "USING BTREE", "USING HASH", "USING RTREE", "WITH PARSER"];

/// Words after a constraint of a column, or one that has no index.
pub(super) fn tail(cursor: &mut Cursor<'_>, skipped: &mut Vec<String>) -> Read<Tail> {
    read_tail(cursor, false, skipped)
}

fn read_tail(cursor: &mut Cursor<'_>, is_key: bool, skipped: &mut Vec<String>) -> Read<Tail> {
    let mut tail = Tail::default();
    loop {
        let mark = cursor.mark();
        if cursor.eat_any(&["NOT DEFERRABLE", "INITIALLY IMMEDIATE", "ENFORCED"]).is_some() {
        } else if cursor.eat("DEFERRABLE") {
            if tail.deferral == Deferral::NotDeferrable {
                tail.deferral = Deferral::Deferrable;
            }
        } else if cursor.eat("INITIALLY DEFERRED") {
            // INITIALLY DEFERRED alone makes it deferrable (PostgreSQL 18, CREATE TABLE).
            tail.deferral = Deferral::InitiallyDeferred;
        } else if cursor.eat("NOT VALID") {
            tail.not_valid = true;
        } else if cursor.eat("NOT ENFORCED") {
            tail.not_enforced = true;
        } else if cursor.eat("NO INHERIT") {
            tail.no_inherit = true;
        } else if cursor.dialect == DialectKind::Sqlite && cursor.eat("ON CONFLICT") {
            let ways = ["ROLLBACK", "ABORT", "FAIL", "IGNORE", "REPLACE"];
            if cursor.eat_any(&ways).is_none() {
                return Err(cursor.fault("expected what is done on a conflict"));
            }
            skipped.push(cursor.since(mark).to_owned());
        } else if cursor.is_any(&["WITH (", "USING INDEX TABLESPACE"]) {
            storage(cursor)?;
            skipped.push(cursor.since(mark).to_owned());
        } else if cursor.dialect == DialectKind::Mysql && is_key && cursor.is_any(&KEY_OPTIONS) {
            key_option(cursor)?;
            skipped.push(cursor.since(mark).to_owned());
        } else if cursor.dialect == DialectKind::Mysql
            && is_key
            && cursor.eat_any(&["VISIBLE", "INVISIBLE", "IGNORED", "NOT IGNORED"]).is_some()
        {
            skipped.push(cursor.since(mark).to_owned());
        } else {
            return Ok(tail);
        }
    }
}

/// `WITH (…)`, `USING INDEX TABLESPACE t`
fn storage(cursor: &mut Cursor<'_>) -> Read<()> {
    if cursor.eat("WITH") {
        return objects::option_list(cursor).map(drop);
    }
    cursor.expect("USING INDEX TABLESPACE")?;
    cursor.name().map(drop)
}

/// `COMMENT 'x'`, `KEY_BLOCK_SIZE = 8`, `USING BTREE`, `WITH PARSER ngram`: the name and the value.
pub(super) fn key_option(cursor: &mut Cursor<'_>) -> Read<(String, String)> {
    let name = if cursor.eat("WITH PARSER") {
        "WITH PARSER".to_owned()
    } else {
        let name = cursor.peek().to_uppercase();
        cursor.skip();
        name
    };
    let _ = cursor.eat("=");
    let value = if cursor.kind() == Some(TokenKind::Text) { cursor.string()? } else { cursor.word()? };
    Ok((name, value))
}

/// After `REFERENCES`.
pub(super) fn references(
    cursor: &mut Cursor<'_>,
    name: Option<String>,
    columns: Vec<String>,
) -> Read<ForeignKey> {
    let ref_table = cursor.object_name()?;
    let ref_columns = if cursor.is("(") { period_columns(cursor, &mut Vec::new())? } else { Vec::new() };
    let mut key = ForeignKey::new(name, columns, ref_table, ref_columns);
    loop {
        if cursor.eat("ON DELETE") {
            key.on_delete = referential_action(cursor)?;
            if cursor.is("(") {
                key.set_columns = cursor.names()?;
            }
        } else if cursor.eat("ON UPDATE") {
            key.on_update = referential_action(cursor)?;
        } else if cursor.eat("MATCH FULL") {
            key.match_full = true;
        } else if !(cursor.eat("MATCH SIMPLE") || cursor.eat("MATCH PARTIAL")) {
            return Ok(key);
        }
    }
}

/// `(a, PERIOD b)`: that the last is a span of time (PostgreSQL 18) is read past and said.
fn period_columns(cursor: &mut Cursor<'_>, skipped: &mut Vec<String>) -> Read<Vec<String>> {
    let mut columns = Vec::new();
    for mut item in cursor.parenthesized()?.items() {
        let mark = item.mark();
        let is_period = !item.ahead(1).is_empty() && item.eat("PERIOD");
        columns.push(item.name()?);
        item.finish()?;
        if is_period {
            skipped.push(item.since(mark).to_owned());
        }
    }
    Ok(columns)
}

fn referential_action(cursor: &mut Cursor<'_>) -> Read<ReferentialAction> {
    let actions = [
        ("NO ACTION", ReferentialAction::NoAction),
        ("RESTRICT", ReferentialAction::Restrict),
        ("CASCADE", ReferentialAction::Cascade),
        ("SET NULL", ReferentialAction::SetNull),
        ("SET DEFAULT", ReferentialAction::SetDefault),
    ];
    match actions.into_iter().find(|(words, _)| cursor.eat(words)) {
        Some((_, action)) => Ok(action),
        None => Err(cursor.fault("expected an action")),
    }
}
