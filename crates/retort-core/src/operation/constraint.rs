//! Constraints of columns and tables, keys and their columns, parts of indexes.

use super::create_table::Skipped;
use super::cursor::{Cursor, Read};
use crate::schema::{
    Check, Constraint, Deferral, Exclusion, ForeignKey, Index, IndexKey, IndexPart, Options, PrimaryKey,
    ReferentialAction, Unique,
};
use crate::source::DialectKind;
use crate::token::TokenKind;

/// Nothing may be left over: what is not read is not guessed.
pub(super) fn finish(cursor: &Cursor<'_>) -> Read<()> {
    if cursor.is_done() { Ok(()) } else { Err(cursor.fault("this part is not understood")) }
}

/// `[CONSTRAINT name] PRIMARY KEY | UNIQUE | CHECK | FOREIGN KEY | EXCLUDE …`; None when none begins here.
pub(super) fn table_constraint(cursor: &mut Cursor<'_>, skipped: &mut Skipped) -> Read<Option<Constraint>> {
    let start = *cursor;
    let mut name = None;
    if cursor.eat("CONSTRAINT") && !cursor.is_any(&["PRIMARY KEY", "UNIQUE", "CHECK", "FOREIGN KEY"]) {
        let _ = cursor.eat("IF NOT EXISTS");
        name = Some(cursor.name()?);
    }
    let mut constraint = if cursor.eat("PRIMARY KEY") {
        Constraint::Primary(primary_key(cursor, name, skipped)?)
    } else if cursor.eat("UNIQUE") {
        Constraint::Unique(unique(cursor, name, skipped)?)
    } else if cursor.is("CHECK (") {
        cursor.skip();
        Constraint::Check(Check::new(name, cursor.parenthesized_expression()?))
    } else if cursor.eat("FOREIGN KEY") {
        let _ = cursor.eat("IF NOT EXISTS");
        if !cursor.is("(") {
            // MySQL: the index's name, which InnoDB ignores when the constraint has one.
            let index = cursor.name()?;
            name = name.or(Some(index));
        }
        let columns = cursor.names()?;
        cursor.expect("REFERENCES")?;
        Constraint::Foreign(references(cursor, name, columns)?)
    } else if cursor.is("EXCLUDE USING") || cursor.is("EXCLUDE (") {
        cursor.skip();
        Constraint::Exclusion(exclusion(cursor, name)?)
    } else {
        if name.is_some() {
            return Err(cursor.fault("expected a constraint"));
        }
        *cursor = start;
        return Ok(None);
    };
    tail(cursor, skipped)?.put_on(&mut constraint);
    Ok(Some(constraint))
}

fn primary_key(cursor: &mut Cursor<'_>, name: Option<String>, skipped: &mut Skipped) -> Read<PrimaryKey> {
    index_type(cursor, skipped);
    if !cursor.is("(") {
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

fn unique(cursor: &mut Cursor<'_>, name: Option<String>, skipped: &mut Skipped) -> Read<Unique> {
    let _ = cursor.eat("KEY") || cursor.eat("INDEX");
    let nulls_not_distinct = cursor.eat("NULLS NOT DISTINCT");
    let _ = cursor.eat("NULLS DISTINCT");
    let _ = cursor.eat("IF NOT EXISTS");
    index_type(cursor, skipped);
    let own_name = if cursor.is("(") { None } else { Some(cursor.name()?) };
    index_type(cursor, skipped);
    let columns = key_columns(cursor, skipped)?;
    let mut unique = Unique { nulls_not_distinct, ..Unique::new(name.or(own_name), columns) };
    if cursor.eat("INCLUDE") {
        unique.include = cursor.names()?;
    }
    Ok(unique)
}

/// After `EXCLUDE`.
fn exclusion(cursor: &mut Cursor<'_>, name: Option<String>) -> Read<Exclusion> {
    let method = if cursor.eat("USING") { Some(cursor.name()?.to_lowercase()) } else { None };
    let mut parts = Vec::new();
    for mut item in cursor.parenthesized()?.items() {
        let mut part = item.split_off_last("WITH")?;
        let operator = item.rest().to_owned();
        parts.push((index_part(&mut part)?, operator));
    }
    let mut exclusion = Exclusion { name, method, parts, predicate: None, deferral: Deferral::NotDeferrable };
    if cursor.eat("WHERE") {
        exclusion.predicate = Some(cursor.parenthesized_expression()?);
    }
    Ok(exclusion)
}

pub(super) fn index_type(cursor: &mut Cursor<'_>, skipped: &mut Skipped) {
    if cursor.is("USING BTREE") || cursor.is("USING HASH") {
        skipped.push(format!("USING {}", cursor.ahead(1)));
        cursor.skip();
        cursor.skip();
    }
}

/// The columns of a key; orders and prefixes of its parts are read past and said.
fn key_columns(cursor: &mut Cursor<'_>, skipped: &mut Skipped) -> Read<Vec<String>> {
    let mut columns = Vec::new();
    for mut item in cursor.parenthesized()?.items() {
        columns.push(item.name()?);
        let rest = item.rest();
        if !rest.is_empty() && !rest.eq_ignore_ascii_case("asc") {
            skipped.push(rest.to_owned());
        }
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

/// Words after a constraint or key.
pub(super) fn tail(cursor: &mut Cursor<'_>, skipped: &mut Skipped) -> Read<Tail> {
    let mut tail = Tail::default();
    loop {
        let mark = cursor.mark();
        if cursor.eat("NOT DEFERRABLE") || cursor.eat("INITIALLY IMMEDIATE") || cursor.eat("ENFORCED") {
        } else if cursor.eat("DEFERRABLE") {
            tail.deferral = Deferral::Deferrable;
        } else if cursor.eat("INITIALLY DEFERRED") {
            // INITIALLY DEFERRED alone makes it deferrable (PostgreSQL 18, CREATE TABLE).
            tail.deferral = Deferral::InitiallyDeferred;
        } else if cursor.eat("NOT VALID") {
            tail.not_valid = true;
        } else if cursor.eat("NOT ENFORCED") {
            tail.not_enforced = true;
        } else if cursor.eat("NO INHERIT") {
            tail.no_inherit = true;
        } else if cursor.eat("ON CONFLICT") {
            cursor.skip();
            skipped.push(cursor.since(mark).to_owned());
        } else if cursor.eat("WITH (") || cursor.eat("USING INDEX TABLESPACE") {
            storage(cursor)?;
            skipped.push(cursor.since(mark).to_owned());
        } else if cursor.is_any(&["COMMENT", "KEY_BLOCK_SIZE", "USING BTREE", "USING HASH", "WITH PARSER"]) {
            key_option(cursor)?;
            skipped.push(cursor.since(mark).to_owned());
        } else {
            return Ok(tail);
        }
    }
}

/// The rest of `WITH (…)` and of `USING INDEX TABLESPACE t`, whose last word was taken.
fn storage(cursor: &mut Cursor<'_>) -> Read<()> {
    if cursor.previous() == "(" {
        cursor.step_back();
        cursor.parenthesized()?;
        return Ok(());
    }
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
    let ref_columns = if cursor.is("(") { cursor.names()? } else { Vec::new() };
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

/// `KEY name (a, b(10))` inside a MySQL table.
pub(super) fn mysql_index(cursor: &mut Cursor<'_>, skipped: &mut Skipped) -> Read<Index> {
    let method = ["FULLTEXT", "SPATIAL"].into_iter().find(|word| cursor.eat(word)).map(str::to_lowercase);
    let _ = cursor.eat("INDEX") || cursor.eat("KEY");
    let _ = cursor.eat("IF NOT EXISTS");
    index_type(cursor, skipped);
    let name = if cursor.is("(") { String::new() } else { cursor.name()? };
    index_type(cursor, skipped);
    let parts = index_parts(cursor)?;
    let options = mysql_index_options(cursor)?;
    Ok(Index { method, options, ..Index::new(name, parts) })
}

/// `COMMENT 'x' INVISIBLE KEY_BLOCK_SIZE=8 …` after an index.
pub(super) fn mysql_index_options(cursor: &mut Cursor<'_>) -> Read<Options> {
    let mut options = Options::new();
    loop {
        if cursor.is_any(&["VISIBLE", "INVISIBLE", "IGNORED"]) || cursor.is("NOT IGNORED") {
            let word = if cursor.eat("NOT IGNORED") { "NOT IGNORED".to_owned() } else { cursor.word()? };
            options.insert(word.to_uppercase(), String::new());
        } else if cursor.is_any(&["COMMENT", "KEY_BLOCK_SIZE", "USING", "WITH PARSER", "ALGORITHM", "LOCK"])
            || cursor.is_any(&["ENGINE_ATTRIBUTE", "SECONDARY_ENGINE_ATTRIBUTE", "CLUSTERING"])
        {
            let (name, value) = key_option(cursor)?;
            if !matches!(name.as_str(), "ALGORITHM" | "LOCK" | "USING") {
                options.insert(name, value);
            }
        } else {
            return Ok(options);
        }
    }
}

/// `(a DESC, lower(b), c(10))`.
pub(super) fn index_parts(cursor: &mut Cursor<'_>) -> Read<Vec<IndexPart>> {
    cursor.parenthesized()?.items().iter_mut().map(index_part).collect()
}

/// One part of an index, to the end of the cursor.
fn index_part(item: &mut Cursor<'_>) -> Read<IndexPart> {
    let mut part = IndexPart::new(index_key(item)?);
    if item.is("(") {
        part.prefix_length = item.parenthesized()?.number().ok().and_then(|n| u32::try_from(n).ok());
    }
    if item.eat("COLLATE") {
        part.collation = Some(item.object_name()?.to_string());
    }
    if !item.is_done() && !item.is_any(&PART_STOPS) {
        let mark = item.mark();
        item.object_name()?;
        if item.is("(") {
            item.parenthesized()?;
        }
        part.operator_class = Some(item.since(mark).to_owned());
    }
    part.descending = item.eat("DESC");
    let _ = item.eat("ASC");
    if item.eat("NULLS FIRST") {
        part.nulls_first = Some(true);
    } else if item.eat("NULLS LAST") {
        part.nulls_first = Some(false);
    }
    finish(item)?;
    Ok(part)
}

const PART_STOPS: [&str; 4] = ["COLLATE", "ASC", "DESC", "NULLS"];

fn index_key(item: &mut Cursor<'_>) -> Read<IndexKey> {
    if is_plain_column(item) {
        return Ok(IndexKey::Column(item.name()?));
    }
    let text = if item.is("(") {
        let mark = item.mark();
        item.parenthesized()?;
        // `(a) || b` goes on after the first parenthesis.
        if !item.is_done() && item.kind() == Some(TokenKind::Symbol) {
            item.text_until(&PART_STOPS);
        }
        item.since(mark)
    } else if item.ahead(1) == "(" && item.dialect == DialectKind::Postgres {
        // A bare call may be followed by an operator class.
        let mark = item.mark();
        item.object_name()?;
        item.parenthesized()?;
        item.since(mark)
    } else {
        item.text_until(&PART_STOPS)
    };
    Ok(IndexKey::Expression(crate::schema::Expression::new(text, item.dialect)))
}

fn is_plain_column(item: &Cursor<'_>) -> bool {
    if !matches!(item.kind(), Some(TokenKind::Word | TokenKind::Quoted)) {
        return false;
    }
    let next = item.ahead(1);
    let is_prefix = item.dialect == DialectKind::Mysql
        && next == "("
        && item.ahead(2).bytes().all(|byte| byte.is_ascii_digit())
        && item.ahead(3) == ")";
    let next_is_word = next.chars().next().is_some_and(|c| c.is_alphabetic() || c == '"' || c == '_');
    next.is_empty() || is_prefix || next_is_word
}
