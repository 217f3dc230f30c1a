//! A column's definition: type, then constraints and attributes in any order.

use super::constraint::{not_null_name, references, tail};
use super::cursor::{Cursor, Read};
use super::expression::{Extent, expression};
use super::{Position, SequenceChange, sequence, type_name};
use crate::schema::{
    Check, Column, Constraint, Expression, Generated, Identity, IdentityKind, PrimaryKey, SqlType, Unique,
};
use crate::source::DialectKind;

/// Words at which a type of SQLite ends, which may have any others.
const TYPE_ENDS: [&str; 12] = [
    "USING",
    "CONSTRAINT",
    "NOT",
    "NULL",
    "DEFAULT",
    "PRIMARY",
    "UNIQUE",
    "CHECK",
    "REFERENCES",
    "COLLATE",
    "GENERATED",
    "AS",
];

/// A column with the constraints that stood on it.
pub(super) struct ColumnDefinition {
    pub(super) column: Column,
    pub(super) constraints: Vec<Constraint>,
    pub(super) position: Position,
}

/// A column definition, to the end of the cursor.
pub(super) fn column(cursor: &mut Cursor<'_>, skipped: &mut Vec<String>) -> Read<ColumnDefinition> {
    let name = cursor.name()?;
    let column_type = column_type(cursor)?;
    definition(cursor, name, column_type, skipped)
}

/// A column of a typed table or a partition, which has its type from elsewhere.
pub(super) fn typeless_column(cursor: &mut Cursor<'_>, skipped: &mut Vec<String>) -> Read<ColumnDefinition> {
    let name = cursor.name()?;
    let _ = cursor.eat("WITH OPTIONS");
    definition(cursor, name, SqlType::new(""), skipped)
}

fn definition(
    cursor: &mut Cursor<'_>,
    name: String,
    column_type: SqlType,
    skipped: &mut Vec<String>,
) -> Read<ColumnDefinition> {
    let serial = ["serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"]
        .iter()
        .any(|word| column_type.text().eq_ignore_ascii_case(word));
    let mut definition = ColumnDefinition {
        column: Column::new(name, column_type),
        constraints: Vec::new(),
        position: Position::Last,
    };
    if serial && cursor.dialect != DialectKind::Sqlite {
        definition.column.nullable = false;
        definition.column.identity = Some(Identity::new(IdentityKind::Serial));
    }
    while !cursor.is_done() {
        part(cursor, &mut definition, skipped)?;
    }
    Ok(definition)
}

/// A type, up to the first word that belongs to the column. SQLite takes any words, and none; the others know
/// their types.
pub(super) fn column_type(cursor: &mut Cursor<'_>) -> Read<SqlType> {
    if cursor.dialect != DialectKind::Sqlite {
        let is_missing = cursor.is_done() || (cursor.is_any(&TYPE_ENDS) && !cursor.is("GENERATED"));
        return if is_missing { Err(cursor.fault("expected a type")) } else { type_name::read(cursor) };
    }
    if cursor.is_done() || cursor.is_any(&TYPE_ENDS) {
        return Ok(SqlType::new(""));
    }
    Ok(SqlType::new(cursor.text_until(&TYPE_ENDS)))
}

fn part(cursor: &mut Cursor<'_>, definition: &mut ColumnDefinition, skipped: &mut Vec<String>) -> Read<()> {
    let name = if cursor.eat("CONSTRAINT") { Some(cursor.name()?) } else { None };
    let column = &mut definition.column;
    let is_mysql = cursor.dialect == DialectKind::Mysql;
    if cursor.eat("NOT NULL") {
        column.nullable = false;
        not_null_name(column, name);
        tail(cursor, skipped)?;
    } else if cursor.eat("NULL") {
        on_conflict(cursor, skipped)?;
    } else if cursor.eat("DEFAULT") {
        let text = expression(cursor, Extent::Default)?;
        column.default = default(text, cursor.dialect);
    } else if cursor.eat("PRIMARY KEY") || (is_mysql && cursor.eat("KEY")) {
        primary_key(cursor, name, definition, skipped)?;
    } else if cursor.eat("UNIQUE") {
        let _ = is_mysql && cursor.eat("KEY");
        let nulls_not_distinct = cursor.eat("NULLS NOT DISTINCT");
        let _ = cursor.eat("NULLS DISTINCT");
        let columns = vec![column.name.clone()];
        let mut unique = Constraint::Unique(Unique { nulls_not_distinct, ..Unique::new(name, columns) });
        tail(cursor, skipped)?.put_on(&mut unique);
        definition.constraints.push(unique);
    } else if cursor.is("CHECK (") {
        cursor.skip();
        let mut check = Constraint::Check(Check::new(name, cursor.parenthesized_expression()?));
        tail(cursor, skipped)?.put_on(&mut check);
        definition.constraints.push(check);
    } else if cursor.is("REFERENCES") {
        foreign_key(cursor, name, definition, skipped)?;
    } else {
        return attribute(cursor, definition, skipped);
    }
    Ok(())
}

fn on_conflict(cursor: &mut Cursor<'_>, skipped: &mut Vec<String>) -> Read<()> {
    if cursor.dialect == DialectKind::Sqlite { tail(cursor, skipped).map(drop) } else { Ok(()) }
}

fn primary_key(
    cursor: &mut Cursor<'_>,
    name: Option<String>,
    definition: &mut ColumnDefinition,
    skipped: &mut Vec<String>,
) -> Read<()> {
    let is_sqlite = cursor.dialect == DialectKind::Sqlite;
    let _ = is_sqlite && cursor.eat("ASC");
    if is_sqlite && cursor.eat("DESC") {
        skipped.push("DESC".into());
    }
    let mut key = Constraint::Primary(PrimaryKey::new(name, vec![definition.column.name.clone()]));
    tail(cursor, skipped)?.put_on(&mut key);
    if is_sqlite && cursor.eat("AUTOINCREMENT") {
        definition.column.identity = Some(Identity::new(IdentityKind::Auto));
    }
    definition.constraints.push(key);
    Ok(())
}

fn foreign_key(
    cursor: &mut Cursor<'_>,
    name: Option<String>,
    definition: &mut ColumnDefinition,
    skipped: &mut Vec<String>,
) -> Read<()> {
    let mark = cursor.mark();
    cursor.skip();
    let mut key = Constraint::Foreign(references(cursor, name, vec![definition.column.name.clone()])?);
    tail(cursor, skipped)?.put_on(&mut key);
    if cursor.dialect == DialectKind::Mysql {
        // MySQL 8 reads a column's REFERENCES and ignores it (MySQL 8.4, 1.6.2.3); MariaDB 10.5 and later make a
        // foreign key of it (MariaDB, CREATE TABLE). The file does not say which of them it is for.
        skipped.push(cursor.since(mark).to_owned());
    } else {
        definition.constraints.push(key);
    }
    Ok(())
}

fn attribute(
    cursor: &mut Cursor<'_>,
    definition: &mut ColumnDefinition,
    skipped: &mut Vec<String>,
) -> Read<()> {
    let column = &mut definition.column;
    if cursor.eat("COLLATE") {
        column.collation = Some(cursor.object_name()?.to_string());
        return Ok(());
    }
    if cursor.eat("GENERATED ALWAYS AS IDENTITY") {
        return identity(cursor, column, IdentityKind::Always, skipped);
    }
    if cursor.eat("GENERATED BY DEFAULT AS IDENTITY") {
        return identity(cursor, column, IdentityKind::ByDefault, skipped);
    }
    if cursor.eat_any(&["GENERATED ALWAYS AS", "AS"]).is_some() {
        return generated(cursor, column);
    }
    let found = match cursor.dialect {
        DialectKind::Postgres => postgres_attribute(cursor, column)?,
        DialectKind::Mysql => mysql_attribute(cursor, definition, skipped)?,
        DialectKind::Sqlite => {
            let words = ["DEFERRABLE", "NOT DEFERRABLE", "INITIALLY DEFERRED", "INITIALLY IMMEDIATE"];
            cursor.eat_any(&words).map(|words| skipped.push(words.to_owned())).is_some()
        }
    };
    if found { Ok(()) } else { Err(cursor.fault("this part of a column is not understood")) }
}

fn generated(cursor: &mut Cursor<'_>, column: &mut Column) -> Read<()> {
    if cursor.dialect == DialectKind::Mysql
        && let Some(end) = cursor.eat_any(&["ROW START", "ROW END"])
    {
        column.options.insert("GENERATED".to_owned(), end.to_owned());
        return Ok(());
    }
    let expression = cursor.parenthesized_expression()?;
    let stored = cursor.eat_any(&["STORED", "PERSISTENT"]).is_some();
    let _ = !stored && cursor.eat("VIRTUAL");
    column.generated = Some(Generated { expression, stored });
    Ok(())
}

fn postgres_attribute(cursor: &mut Cursor<'_>, column: &mut Column) -> Read<bool> {
    let Some(name) = cursor.eat_any(&["STORAGE", "COMPRESSION"]) else { return Ok(false) };
    let value = if cursor.eat("DEFAULT") { "default".to_owned() } else { cursor.name()? };
    column.options.insert(name.to_owned(), value.to_uppercase());
    Ok(true)
}

fn mysql_attribute(
    cursor: &mut Cursor<'_>,
    definition: &mut ColumnDefinition,
    skipped: &mut Vec<String>,
) -> Read<bool> {
    let column = &mut definition.column;
    let mark = cursor.mark();
    if cursor.eat("AUTO_INCREMENT") {
        column.identity = Some(Identity::new(IdentityKind::Auto));
        column.nullable = false;
    } else if cursor.eat("COMMENT") {
        let _ = cursor.eat("=");
        column.comment = Some(cursor.string()?).filter(|comment| !comment.is_empty());
    } else if cursor.eat("ON UPDATE") {
        let text = expression(cursor, Extent::Default)?;
        column.on_update = Some(Expression::new(text, cursor.dialect));
    } else if cursor.eat("FIRST") {
        definition.position = Position::First;
    } else if cursor.eat("AFTER") {
        definition.position = Position::After(cursor.name()?);
    } else if cursor.eat_any(&["CHARACTER SET", "CHARSET"]).is_some() {
        let _ = cursor.eat("=");
        column.options.insert("CHARSET".to_owned(), cursor.word()?);
    } else if let Some(name) =
        cursor.eat_any(&["INVISIBLE", "WITHOUT SYSTEM VERSIONING", "WITH SYSTEM VERSIONING", "COMPRESSED"])
    {
        let value = if cursor.eat("=") { cursor.word()? } else { String::new() };
        column.options.insert(name.to_owned(), value);
    } else if let Some(name) = cursor.eat_any(&[
        "STORAGE",
        "COLUMN_FORMAT",
        "SRID",
        "REF_SYSTEM_ID",
        "ENGINE_ATTRIBUTE",
        "SECONDARY_ENGINE_ATTRIBUTE",
    ]) {
        let _ = cursor.eat("=");
        let value = if cursor.eat("DEFAULT") { "DEFAULT".to_owned() } else { cursor.word()? };
        column.options.insert(name.to_owned(), value);
    } else if cursor.eat_any(&["VISIBLE", "SERIAL DEFAULT VALUE"]).is_some() {
        skipped.push(cursor.since(mark).to_owned());
    } else {
        return Ok(false);
    }
    Ok(true)
}

/// `DEFAULT NULL` is no default.
pub(super) fn default(text: &str, dialect: DialectKind) -> Option<Expression> {
    // SQLite tells of a default without the parentheses that its syntax asks for.
    let inner = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    let text = inner.filter(|_| dialect == DialectKind::Sqlite).unwrap_or(text);
    (!text.eq_ignore_ascii_case("null")).then(|| Expression::new(text, dialect))
}

fn identity(
    cursor: &mut Cursor<'_>,
    column: &mut Column,
    kind: IdentityKind,
    skipped: &mut Vec<String>,
) -> Read<()> {
    column.nullable = false;
    column.identity = Some(identity_options(cursor, kind, skipped)?);
    Ok(())
}

/// `(START WITH 1 INCREMENT BY 1 …)` after AS IDENTITY, where it stands.
pub(super) fn identity_options(
    cursor: &mut Cursor<'_>,
    kind: IdentityKind,
    skipped: &mut Vec<String>,
) -> Read<Identity> {
    let mut identity = Identity::new(kind);
    if cursor.is("(") {
        let mut inside = cursor.parenthesized()?;
        let whole = inside;
        let change = sequence::changes(&mut inside, skipped)?;
        identity.start = change.start;
        identity.increment = change.increment;
        let known = SequenceChange { start: change.start, increment: change.increment, ..Default::default() };
        if change != known {
            // Bounds, cache and cycle have no place in the model.
            let mut whole = whole;
            skipped.push(whole.rest().to_owned());
        }
    }
    Ok(identity)
}
