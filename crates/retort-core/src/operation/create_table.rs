//! `CREATE TABLE`: columns, constraints, options.

use super::cursor::{Cursor, Read};
use super::{Operation, Position, type_name};
use crate::schema::{
    Check, Column, Constraint, Expression, ForeignKey, Generated, Identity, IdentityKind, Index, IndexKey,
    IndexPart, PrimaryKey, ReferentialAction, SqlType, Table, Unique,
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
    Ok(Operation::CreateTable { table: Box::new(table), if_not_exists })
}

fn add(table: &mut Table, constraint: Constraint) {
    match constraint {
        Constraint::Primary(key) => table.primary_key = Some(key),
        Constraint::Unique(unique) => table.uniques.push(unique),
        Constraint::Check(check) => table.checks.push(check),
        Constraint::Foreign(key) => table.foreign_keys.push(key),
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

/// Nothing may be left over: what is not read is not guessed.
pub(super) fn finish(cursor: &Cursor<'_>) -> Read<()> {
    if cursor.is_done() { Ok(()) } else { Err(cursor.fault("this part is not understood")) }
}

/// `[CONSTRAINT name] PRIMARY KEY | UNIQUE | CHECK | FOREIGN KEY …`; None when none begins here.
pub(super) fn table_constraint(cursor: &mut Cursor<'_>, skipped: &mut Skipped) -> Read<Option<Constraint>> {
    let start = *cursor;
    let mut name = None;
    if cursor.eat("CONSTRAINT") && !cursor.is_any(&["PRIMARY KEY", "UNIQUE", "CHECK", "FOREIGN KEY"]) {
        name = Some(cursor.name()?);
    }
    let constraint = if cursor.eat("PRIMARY KEY") {
        index_type(cursor, skipped);
        let columns = key_columns(cursor, skipped)?;
        Constraint::Primary(PrimaryKey { name, columns })
    } else if cursor.eat("UNIQUE") {
        let unique = unique(cursor, name, skipped)?;
        Constraint::Unique(unique)
    } else if cursor.is("CHECK (") {
        cursor.skip();
        Constraint::Check(Check { name, expression: cursor.parenthesized_expression()? })
    } else if cursor.eat("FOREIGN KEY") {
        if !cursor.is("(") {
            // MySQL: the index's name, which InnoDB ignores when the constraint has one.
            let index = cursor.name()?;
            name = name.or(Some(index));
        }
        let columns = cursor.names()?;
        cursor.expect("REFERENCES")?;
        Constraint::Foreign(references(cursor, name, columns, skipped)?)
    } else {
        if name.is_some() {
            return Err(cursor.fault("expected a constraint"));
        }
        *cursor = start;
        return Ok(None);
    };
    trailing(cursor, skipped);
    Ok(Some(constraint))
}

fn unique(cursor: &mut Cursor<'_>, name: Option<String>, skipped: &mut Skipped) -> Read<Unique> {
    let _ = cursor.eat("KEY") || cursor.eat("INDEX");
    let nulls_not_distinct = cursor.eat("NULLS NOT DISTINCT");
    let _ = cursor.eat("NULLS DISTINCT");
    index_type(cursor, skipped);
    let own_name = if cursor.is("(") { None } else { Some(cursor.name()?) };
    index_type(cursor, skipped);
    let columns = key_columns(cursor, skipped)?;
    let deferrable = cursor.is("DEFERRABLE");
    Ok(Unique { name: name.or(own_name), columns, nulls_not_distinct, deferrable })
}

fn index_type(cursor: &mut Cursor<'_>, skipped: &mut Skipped) {
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

/// Words after a constraint or key.
fn trailing(cursor: &mut Cursor<'_>, skipped: &mut Skipped) {
    loop {
        let mark = cursor.mark();
        let known = cursor.eat("NOT DEFERRABLE")
            || cursor.eat("DEFERRABLE")
            || cursor.eat("INITIALLY DEFERRED")
            || cursor.eat("INITIALLY IMMEDIATE")
            || cursor.eat("ENFORCED");
        if known {
            continue;
        }
        let detail = cursor.eat("NOT ENFORCED") || cursor.eat("NO INHERIT") || conflict_clause(cursor);
        let described = !detail && cursor.is_any(&["COMMENT", "KEY_BLOCK_SIZE", "USING"]) && {
            cursor.skip();
            cursor.eat("=");
            cursor.skip();
            true
        };
        if !detail && !described {
            return;
        }
        skipped.push(cursor.since(mark).to_owned());
    }
}

fn conflict_clause(cursor: &mut Cursor<'_>) -> bool {
    let found = cursor.eat("ON CONFLICT");
    if found {
        cursor.skip();
    }
    found
}

/// After `REFERENCES`.
fn references(
    cursor: &mut Cursor<'_>,
    name: Option<String>,
    columns: Vec<String>,
    skipped: &mut Skipped,
) -> Read<ForeignKey> {
    let ref_table = cursor.object_name()?;
    let ref_columns = if cursor.is("(") { cursor.names()? } else { Vec::new() };
    let mut key = ForeignKey {
        name,
        columns,
        ref_table,
        ref_columns,
        on_delete: ReferentialAction::NoAction,
        on_update: ReferentialAction::NoAction,
        deferrable: false,
        initially_deferred: false,
    };
    loop {
        if cursor.eat("ON DELETE") {
            key.on_delete = referential_action(cursor, skipped)?;
        } else if cursor.eat("ON UPDATE") {
            key.on_update = referential_action(cursor, skipped)?;
        } else if cursor.eat("MATCH") {
            skipped.push(format!("MATCH {}", cursor.peek()));
            cursor.skip();
        } else if cursor.eat("NOT DEFERRABLE") || cursor.eat("INITIALLY IMMEDIATE") {
        } else if cursor.eat("DEFERRABLE") {
            key.deferrable = true;
        } else if cursor.eat("INITIALLY DEFERRED") {
            // INITIALLY DEFERRED alone makes it deferrable (PostgreSQL 18, CREATE TABLE).
            key.deferrable = true;
            key.initially_deferred = true;
        } else {
            return Ok(key);
        }
    }
}

fn referential_action(cursor: &mut Cursor<'_>, skipped: &mut Skipped) -> Read<ReferentialAction> {
    let actions = [
        ("NO ACTION", ReferentialAction::NoAction),
        ("RESTRICT", ReferentialAction::Restrict),
        ("CASCADE", ReferentialAction::Cascade),
        ("SET NULL", ReferentialAction::SetNull),
        ("SET DEFAULT", ReferentialAction::SetDefault),
    ];
    let Some((_, action)) = actions.into_iter().find(|(words, _)| cursor.eat(words)) else {
        return Err(cursor.fault("expected an action"));
    };
    if cursor.is("(") {
        skipped.push(format!("{} ({})", action.sql(), cursor.parenthesized()?.rest()));
    }
    Ok(action)
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
        definition.column.identity =
            Some(Identity { kind: IdentityKind::Serial, start: None, increment: None });
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
        trailing(cursor, skipped);
    } else if cursor.eat("NULL") {
        trailing(cursor, skipped);
    } else if cursor.eat("DEFAULT") {
        let text = cursor.text_until(&COLUMN_STOPS);
        column.default = default(text, cursor.dialect);
    } else if cursor.eat("PRIMARY KEY") || (cursor.dialect == DialectKind::Mysql && cursor.eat("KEY")) {
        let columns = columns();
        let _ = cursor.eat("ASC");
        if cursor.eat("DESC") {
            skipped.push("DESC".into());
        }
        trailing(cursor, skipped);
        if cursor.eat("AUTOINCREMENT") {
            column.identity = Some(Identity { kind: IdentityKind::Auto, start: None, increment: None });
        }
        definition.constraints.push(Constraint::Primary(PrimaryKey { name, columns }));
    } else if cursor.eat("UNIQUE") {
        let _ = cursor.eat("KEY");
        let nulls_not_distinct = cursor.eat("NULLS NOT DISTINCT");
        let columns = columns();
        let deferrable = cursor.is("DEFERRABLE");
        trailing(cursor, skipped);
        definition.constraints.push(Constraint::Unique(Unique {
            name,
            columns,
            nulls_not_distinct,
            deferrable,
        }));
    } else if cursor.is("CHECK (") {
        cursor.skip();
        let expression = cursor.parenthesized_expression()?;
        trailing(cursor, skipped);
        definition.constraints.push(Constraint::Check(Check { name, expression }));
    } else if cursor.eat("REFERENCES") {
        let columns = columns();
        let key = references(cursor, name, columns, skipped)?;
        if cursor.dialect == DialectKind::Mysql {
            // MySQL 8 reads a column's REFERENCES and ignores it (MySQL 8.4, 1.6.2.3).
            skipped.push("REFERENCES".into());
        } else {
            definition.constraints.push(Constraint::Foreign(key));
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
        column.identity = Some(Identity { kind: IdentityKind::Auto, start: None, increment: None });
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
    let mut identity = Identity { kind, start: None, increment: None };
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

/// `KEY name (a, b(10))` inside a MySQL table.
pub(super) fn mysql_index(cursor: &mut Cursor<'_>, skipped: &mut Skipped) -> Read<Index> {
    let method = ["FULLTEXT", "SPATIAL"].into_iter().find(|word| cursor.eat(word)).map(str::to_lowercase);
    let _ = cursor.eat("INDEX") || cursor.eat("KEY");
    index_type(cursor, skipped);
    let name = if cursor.is("(") { String::new() } else { cursor.name()? };
    index_type(cursor, skipped);
    let parts = index_parts(cursor)?;
    trailing(cursor, skipped);
    if cursor.is_any(&["VISIBLE", "INVISIBLE"]) {
        skipped.push(cursor.peek().to_owned());
        cursor.skip();
    }
    Ok(Index { name, parts, unique: false, predicate: None, method, include: Vec::new(), implied: false })
}

/// `(a DESC, lower(b), c(10))`.
pub(super) fn index_parts(cursor: &mut Cursor<'_>) -> Read<Vec<IndexPart>> {
    cursor.parenthesized()?.items().into_iter().map(index_part).collect()
}

fn index_part(mut item: Cursor<'_>) -> Read<IndexPart> {
    let dialect = item.dialect;
    let plain = matches!(item.kind(), Some(TokenKind::Word | TokenKind::Quoted)) && {
        let next = item.ahead(1);
        let is_prefix = dialect == DialectKind::Mysql
            && next == "("
            && item.ahead(2).bytes().all(|b| b.is_ascii_digit())
            && item.ahead(3) == ")";
        let next_is_word = next.chars().next().is_some_and(|c| c.is_alphabetic() || c == '"' || c == '_');
        next.is_empty() || is_prefix || next_is_word
    };
    let stops = ["COLLATE", "ASC", "DESC", "NULLS"];
    let mut part = if plain {
        IndexPart::column(item.name()?)
    } else {
        let text = if item.is("(") {
            let mark = item.mark();
            item.parenthesized()?;
            // `(a) || b` goes on after the first parenthesis.
            if !item.is_done() && item.kind() == Some(TokenKind::Symbol) {
                item.text_until(&stops);
            }
            item.since(mark)
        } else {
            item.text_until(&stops)
        };
        IndexPart::new(IndexKey::Expression(Expression::new(text, dialect)))
    };
    if item.is("(") {
        part.prefix_length = item.parenthesized()?.number().ok().and_then(|n| u32::try_from(n).ok());
    }
    if item.eat("COLLATE") {
        part.collation = Some(item.object_name()?.to_string());
    }
    if !item.is_done() && !item.is_any(&stops) {
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
    finish(&item)?;
    Ok(part)
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
