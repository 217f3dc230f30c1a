//! `CREATE TABLE`: columns, constraints, options.

use super::constraint::{finish, mysql_index, references, table_constraint, tail};
use super::cursor::{Cursor, Read};
use super::{Operation, Position, type_name};
use crate::schema::{
    Check, Column, Constraint, Expression, Generated, Identity, IdentityKind, PrimaryKey, SqlType, Table,
    Unique,
};
use crate::source::DialectKind;
use crate::token::TokenKind;

/// Words at which a type or a default ends.
const COLUMN_STOPS: [&str; 29] = [
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
    "COMMENT",
    "AUTO_INCREMENT",
    "AUTOINCREMENT",
    "ON",
    "KEY",
    "FIRST",
    "AFTER",
    "VISIBLE",
    "INVISIBLE",
    "STORAGE",
    "COMPRESSION",
    "DEFERRABLE",
    "INITIALLY",
    "USING",
    "CHARACTER SET",
    "CHARSET",
    "VIRTUAL",
    "STORED",
];

/// What was read past: written, but without a place in the model.
pub(super) type Skipped = Vec<String>;

/// A column with the constraints that stood on it.
pub(super) struct ColumnDefinition {
    pub(super) column: Column,
    pub(super) constraints: Vec<Constraint>,
    pub(super) position: Position,
}

/// After `CREATE … TABLE`.
pub(super) fn create_table(cursor: &mut Cursor<'_>, skipped: &mut Skipped) -> Read<Operation> {
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    let mut table = Table::new(cursor.object_name()?);
    if !cursor.is("(") {
        return Err(cursor.fault("a table without a list of columns is not read yet"));
    }
    for mut item in cursor.parenthesized()?.items() {
        if item.is("LIKE") {
            return Err(item.fault("LIKE is not read yet"));
        }
        if !table_element(&mut item, &mut table, skipped)? {
            let definition = column(&mut item, skipped)?;
            table.columns.push(definition.column);
            for constraint in definition.constraints {
                add(&mut table, constraint);
            }
        }
    }
    options(cursor, &mut table, skipped)?;
    Ok(Operation::CreateTable { table: Box::new(table), likes: Vec::new(), if_not_exists })
}

fn add(table: &mut Table, constraint: Constraint) {
    match constraint {
        Constraint::Primary(key) => table.primary_key = Some(key),
        Constraint::Unique(unique) => table.uniques.push(unique),
        Constraint::Check(check) => table.checks.push(check),
        Constraint::Foreign(key) => table.foreign_keys.push(key),
        Constraint::Exclusion(exclusion) => table.exclusions.push(exclusion),
    }
}

/// A constraint or index of the table; false when the item is a column.
fn table_element(item: &mut Cursor<'_>, table: &mut Table, skipped: &mut Skipped) -> Read<bool> {
    if let Some(constraint) = table_constraint(item, skipped)? {
        add(table, constraint);
    } else if item.dialect == DialectKind::Mysql && item.is_any(&["INDEX", "KEY", "FULLTEXT", "SPATIAL"]) {
        table.indexes.push(mysql_index(item, skipped)?);
    } else {
        return Ok(false);
    }
    finish(item)?;
    Ok(true)
}

/// A column definition, to the end of the cursor.
pub(super) fn column(cursor: &mut Cursor<'_>, skipped: &mut Skipped) -> Read<ColumnDefinition> {
    let name = cursor.name()?;
    let column_type = column_type(cursor)?;
    let serial = ["serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"]
        .iter()
        .any(|word| column_type.text().eq_ignore_ascii_case(word));
    let mut definition = ColumnDefinition {
        column: Column::new(name, column_type),
        constraints: Vec::new(),
        position: Position::Last,
    };
    if serial {
        definition.column.nullable = false;
        definition.column.identity = Some(Identity::new(IdentityKind::Serial));
    }
    while !cursor.is_done() {
        column_part(cursor, &mut definition, skipped)?;
    }
    Ok(definition)
}

/// A type, up to the first word that belongs to the column. SQLite takes any words, and none; the others know
/// their types.
pub(super) fn column_type(cursor: &mut Cursor<'_>) -> Read<SqlType> {
    let is_missing = cursor.is_done() || (cursor.is_any(&COLUMN_STOPS) && !cursor.is("CHARACTER SET"));
    if cursor.dialect != DialectKind::Sqlite {
        return if is_missing { Err(cursor.fault("expected a type")) } else { type_name::read(cursor) };
    }
    if is_missing {
        return Ok(SqlType::new(""));
    }
    Ok(SqlType::new(cursor.text_until(&COLUMN_STOPS)))
}

fn column_part(
    cursor: &mut Cursor<'_>,
    definition: &mut ColumnDefinition,
    skipped: &mut Skipped,
) -> Read<()> {
    let name = if cursor.eat("CONSTRAINT") { Some(cursor.name()?) } else { None };
    let column = &mut definition.column;
    let columns = || vec![column.name.clone()];
    if cursor.eat("NOT NULL") {
        column.nullable = false;
        tail(cursor, skipped)?;
    } else if cursor.eat("NULL") {
        tail(cursor, skipped)?;
    } else if cursor.eat("DEFAULT") {
        let text = cursor.text_until(&COLUMN_STOPS);
        column.default = default(text, cursor.dialect);
    } else if cursor.eat("PRIMARY KEY") || (cursor.dialect == DialectKind::Mysql && cursor.eat("KEY")) {
        let columns = columns();
        let _ = cursor.eat("ASC");
        if cursor.eat("DESC") {
            skipped.push("DESC".into());
        }
        let mut key = Constraint::Primary(PrimaryKey::new(name, columns));
        tail(cursor, skipped)?.put_on(&mut key);
        if cursor.eat("AUTOINCREMENT") {
            column.identity = Some(Identity::new(IdentityKind::Auto));
        }
        definition.constraints.push(key);
    } else if cursor.eat("UNIQUE") {
        let _ = cursor.eat("KEY");
        let nulls_not_distinct = cursor.eat("NULLS NOT DISTINCT");
        let _ = cursor.eat("NULLS DISTINCT");
        let mut unique = Constraint::Unique(Unique { nulls_not_distinct, ..Unique::new(name, columns()) });
        tail(cursor, skipped)?.put_on(&mut unique);
        definition.constraints.push(unique);
    } else if cursor.is("CHECK (") {
        cursor.skip();
        let mut check = Constraint::Check(Check::new(name, cursor.parenthesized_expression()?));
        tail(cursor, skipped)?.put_on(&mut check);
        definition.constraints.push(check);
    } else if cursor.eat("REFERENCES") {
        let mut key = Constraint::Foreign(references(cursor, name, columns())?);
        tail(cursor, skipped)?.put_on(&mut key);
        if cursor.dialect == DialectKind::Mysql {
            // MySQL 8 reads a column's REFERENCES and ignores it (MySQL 8.4, 1.6.2.3).
            skipped.push("REFERENCES".into());
        } else {
            definition.constraints.push(key);
        }
    } else {
        return column_attribute(cursor, definition, skipped);
    }
    Ok(())
}

fn column_attribute(
    cursor: &mut Cursor<'_>,
    definition: &mut ColumnDefinition,
    skipped: &mut Skipped,
) -> Read<()> {
    let column = &mut definition.column;
    let mark = cursor.mark();
    if cursor.eat("COLLATE") {
        column.collation = Some(cursor.object_name()?.to_string());
    } else if cursor.eat("GENERATED ALWAYS AS IDENTITY") {
        identity(cursor, column, IdentityKind::Always, skipped)?;
    } else if cursor.eat("GENERATED BY DEFAULT AS IDENTITY") {
        identity(cursor, column, IdentityKind::ByDefault, skipped)?;
    } else if cursor.eat("GENERATED ALWAYS AS") || cursor.eat("AS") {
        let expression = cursor.parenthesized_expression()?;
        let stored = cursor.eat("STORED") || cursor.eat("PERSISTENT");
        let _ = cursor.eat("VIRTUAL");
        column.generated = Some(Generated { expression, stored });
    } else if cursor.eat("AUTO_INCREMENT") {
        column.identity = Some(Identity::new(IdentityKind::Auto));
        column.nullable = false;
    } else if cursor.eat("COMMENT") {
        column.comment = Some(cursor.string()?);
    } else if cursor.eat("ON UPDATE") {
        let text = cursor.text_until(&COLUMN_STOPS);
        column.on_update = Some(Expression::new(text, cursor.dialect));
    } else if cursor.eat("FIRST") {
        definition.position = Position::First;
    } else if cursor.eat("AFTER") {
        definition.position = Position::After(cursor.name()?);
    } else if cursor.eat("CHARACTER SET")
        || cursor.eat("CHARSET")
        || cursor.eat("STORAGE")
        || cursor.eat("COMPRESSION")
        || cursor.eat("COLUMN_FORMAT")
        || cursor.eat("SRID")
    {
        cursor.skip();
        skipped.push(cursor.since(mark).to_owned());
    } else if ["INVISIBLE", "VISIBLE", "DEFERRABLE", "INITIALLY DEFERRED", "NOT DEFERRABLE"]
        .iter()
        .any(|words| cursor.eat(words))
    {
        skipped.push(cursor.since(mark).to_owned());
    } else {
        return Err(cursor.fault("this part of a column is not understood"));
    }
    Ok(())
}

/// `DEFAULT NULL` is no default.
pub(super) fn default(text: &str, dialect: DialectKind) -> Option<Expression> {
    (!text.eq_ignore_ascii_case("null")).then(|| Expression::new(text, dialect))
}

fn identity(
    cursor: &mut Cursor<'_>,
    column: &mut Column,
    kind: IdentityKind,
    skipped: &mut Skipped,
) -> Read<()> {
    let mut identity = Identity::new(kind);
    column.nullable = false;
    if cursor.is("(") {
        let mut inner = cursor.parenthesized()?;
        while !inner.is_done() {
            let mark = inner.mark();
            if inner.eat("START") {
                let _ = inner.eat("WITH");
                identity.start = Some(inner.number()?);
            } else if inner.eat("INCREMENT") {
                let _ = inner.eat("BY");
                identity.increment = Some(inner.number()?);
            } else {
                inner.text_until(&["START", "INCREMENT"]);
                skipped.push(inner.since(mark).to_owned());
            }
        }
    }
    column.identity = Some(identity);
    Ok(())
}

/// What stands after the list of columns.
fn options(cursor: &mut Cursor<'_>, table: &mut Table, skipped: &mut Skipped) -> Read<()> {
    while !cursor.is_done() {
        let mark = cursor.mark();
        if cursor.eat(",") {
        } else if cursor.eat("WITHOUT ROWID") || cursor.eat("STRICT") {
            table.options.insert(cursor.since(mark).to_uppercase(), String::new());
        } else if cursor.is_any(&["INHERITS", "AS", "SELECT", "PARTITION OF"]) {
            return Err(cursor.fault("this form of CREATE TABLE is not read yet"));
        } else if cursor.is("PARTITION BY") {
            skipped.push(cursor.rest().to_owned());
        } else if cursor.is("WITH (")
            || cursor.is("USING")
            || cursor.is("TABLESPACE")
            || cursor.is("ON COMMIT")
        {
            cursor.skip();
            cursor.text_until(&["WITH", "USING", "TABLESPACE", "ON", "PARTITION"]);
            skipped.push(cursor.since(mark).to_owned());
        } else if cursor.dialect == DialectKind::Mysql {
            let (name, value) = mysql_option(cursor)?;
            match name.as_str() {
                "COMMENT" => table.comment = Some(value),
                _ => drop(table.options.insert(name, value)),
            }
        } else {
            return Err(cursor.fault("this option is not understood"));
        }
    }
    Ok(())
}

/// `ENGINE=InnoDB`, `DEFAULT CHARSET utf8mb4`, `COMMENT='x'`.
pub(super) fn mysql_option(cursor: &mut Cursor<'_>) -> Read<(String, String)> {
    let _ = cursor.eat("DEFAULT");
    let name = if cursor.eat("CHARACTER SET") || cursor.eat("CHARSET") {
        "CHARSET".to_owned()
    } else {
        cursor.name()?.to_uppercase()
    };
    let _ = cursor.eat("=");
    let value = if cursor.kind() == Some(TokenKind::Text) {
        cursor.string()?
    } else if cursor.is("(") {
        cursor.parenthesized()?.rest().to_owned()
    } else {
        let value = cursor.peek().to_owned();
        cursor.skip();
        value
    };
    if value.is_empty() && name != "COMMENT" {
        return Err(cursor.fault(format!("`{name}` needs a value")));
    }
    Ok((name, value))
}
