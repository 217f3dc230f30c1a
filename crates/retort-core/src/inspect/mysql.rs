//! The information schema of MySQL and MariaDB, for the database in use: some queries, none per table.
//!
//! What is the server's default (engine, character set, collation) is not listed: nobody wrote it. The two
//! products tell defaults of columns differently: MariaDB as an expression, MySQL 8 as the bare value.

mod keys;
mod objects;

use std::collections::BTreeMap;

use crate::database::{Database, DatabaseError};
use crate::dialect::ServerDefaults;
use crate::inspect::cells::Cells;
use crate::schema::{
    Column, Expression, Generated, Identity, IdentityKind, ObjectName, Options, Routine, RoutineKind, Schema,
    SqlType, Table, Trigger, TypeKind, View,
};
use crate::source::DialectKind;
use crate::token;

const MYSQL: DialectKind = DialectKind::Mysql;

/// Tables on their way into the schema, by name.
type Tables = BTreeMap<String, Table>;

/// Reads the database in use.
pub(super) fn inspect(db: &mut dyn Database) -> Result<Schema, DatabaseError> {
    let mut schema = Schema::empty(MYSQL);
    let is_mariadb = db.version().starts_with("MariaDB");
    let defaults = defaults(db)?;
    let mut tables = tables(db, &defaults)?;
    columns(db, &mut tables, is_mariadb)?;
    keys::read(db, &mut tables, is_mariadb)?;
    objects::partitions(db, &mut tables)?;
    tables.into_values().for_each(|table| schema.put_table(table));
    if is_mariadb {
        objects::sequences(db, &mut schema)?;
    }
    views(db, &mut schema)?;
    triggers(db, &mut schema)?;
    routines(db, &mut schema)?;
    Ok(schema)
}

/// What the server takes where nothing is said.
pub(super) fn defaults(db: &mut dyn Database) -> Result<ServerDefaults, DatabaseError> {
    let rows = db.query("SELECT @@default_storage_engine, @@character_set_database, @@collation_database")?;
    let collations =
        db.query("SELECT character_set_name, default_collate_name FROM information_schema.character_sets")?;
    let pairs =
        collations.iter().map(Cells).map(|cells| (cells.text(0).to_owned(), cells.text(1).to_owned()));
    let collations = pairs.collect();
    let said = rows.first().map(Cells);
    let text = |at: usize| said.map_or_else(String::new, |cells| cells.text(at).to_owned());
    Ok(ServerDefaults { engine: text(0), charset: text(1), collation: text(2), collations })
}

fn tables(db: &mut dyn Database, defaults: &ServerDefaults) -> Result<Tables, DatabaseError> {
    let rows = db.query(
        "SELECT table_name, engine, table_collation, table_comment, create_options \
         FROM information_schema.tables WHERE table_schema = database() \
         AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED') ORDER BY table_name",
    )?;
    let mut found = Tables::new();
    for cells in rows.iter().map(Cells) {
        let mut table = Table::new(ObjectName::bare(cells.text(0)));
        table.comment = cells.owned(3);
        table.options = options(cells.text(4));
        table.options.insert("ENGINE".to_owned(), cells.text(1).to_owned());
        let collation = cells.text(2);
        let charset = collation.split('_').next().unwrap_or(collation);
        table.options.insert("CHARSET".to_owned(), charset.to_owned());
        table.options.insert("COLLATE".to_owned(), collation.to_owned());
        defaults.forget_usual(&mut table.options);
        found.insert(cells.text(0).to_owned(), table);
    }
    Ok(found)
}

/// `row_format=COMPRESSED key_block_size=8 partitioned`
fn options(text: &str) -> Options {
    let pairs = text.split_whitespace().filter_map(|word| word.split_once('='));
    pairs.map(|(name, value)| (name.to_uppercase(), value.to_owned())).collect()
}

fn columns(db: &mut dyn Database, tables: &mut Tables, is_mariadb: bool) -> Result<(), DatabaseError> {
    let rows = db.query(
        "SELECT c.table_name, c.column_name, c.column_type, c.is_nullable, c.column_default, c.extra, \
         c.column_comment, c.generation_expression, \
         CASE WHEN c.collation_name <> t.table_collation THEN c.collation_name END \
         FROM information_schema.columns c JOIN information_schema.tables t \
         ON t.table_schema = c.table_schema AND t.table_name = c.table_name \
         WHERE c.table_schema = database() ORDER BY c.table_name, c.ordinal_position",
    )?;
    for cells in rows.iter().map(Cells) {
        if let Some(table) = tables.get_mut(cells.text(0)) {
            table.columns.push(column(cells, is_mariadb));
        }
    }
    Ok(())
}

fn column(cells: Cells<'_>, is_mariadb: bool) -> Column {
    let mut column = Column::new(cells.text(1), SqlType::new(cells.text(2)));
    let extra = cells.text(5).to_ascii_lowercase();
    column.nullable = cells.flag(3);
    column.comment = cells.owned(6);
    column.collation = cells.owned(8);
    if extra.contains("auto_increment") {
        column.identity = Some(Identity::new(IdentityKind::Auto));
    }
    if let Some((_, on_update)) = extra.split_once("on update ") {
        column.on_update = Some(Expression::new(on_update, MYSQL));
    }
    if extra.contains("invisible") {
        column.options.insert("INVISIBLE".to_owned(), String::new());
    }
    column.generated = cells.expression(7, MYSQL).map(|expression| {
        let stored = extra.contains("stored") || extra.contains("persistent");
        Generated { expression, stored }
    });
    if column.generated.is_none() {
        let is_expression = is_mariadb || extra.contains("default_generated");
        column.default = cells.some(4).and_then(|text| default(text, &column.column_type, is_expression));
    }
    column
}

fn default(text: &str, column_type: &SqlType, is_expression: bool) -> Option<Expression> {
    if is_expression {
        return (!text.eq_ignore_ascii_case("null")).then(|| Expression::new(text, MYSQL));
    }
    let is_bare = matches!(
        column_type.kind(MYSQL),
        TypeKind::Integer { .. } | TypeKind::Decimal { .. } | TypeKind::Real | TypeKind::Boolean
    ) || text.to_ascii_lowercase().starts_with("current_timestamp")
        || text.starts_with("b'");
    let text = if is_bare { text.to_owned() } else { format!("'{}'", text.replace('\'', "''")) };
    Some(Expression::new(&text, MYSQL))
}

fn views(db: &mut dyn Database, schema: &mut Schema) -> Result<(), DatabaseError> {
    let rows = db.query(
        "SELECT table_name, view_definition, check_option, database() FROM information_schema.views \
         WHERE table_schema = database() ORDER BY table_name",
    )?;
    for cells in rows.iter().map(Cells) {
        // The server writes the database before each name.
        let own = format!("{}.", token::quote(cells.text(3), MYSQL));
        let query = Expression::new(&cells.text(1).replace(&own, ""), MYSQL);
        let mut view = View::new(ObjectName::bare(cells.text(0)), Vec::new(), query);
        if cells.text(2) != "NONE" {
            view.options.insert("CHECK OPTION".to_owned(), cells.text(2).to_owned());
        }
        schema.put_view(view);
    }
    Ok(())
}

fn triggers(db: &mut dyn Database, schema: &mut Schema) -> Result<(), DatabaseError> {
    let rows = db.query(
        "SELECT trigger_name, event_object_table, action_timing, event_manipulation, action_statement \
         FROM information_schema.triggers WHERE trigger_schema = database() ORDER BY trigger_name",
    )?;
    for cells in rows.iter().map(Cells) {
        let (name, table) = (token::quote(cells.text(0), MYSQL), token::quote(cells.text(1), MYSQL));
        let definition = format!(
            "CREATE TRIGGER {name} {} {} ON {table} FOR EACH ROW {}",
            cells.text(2),
            cells.text(3),
            cells.text(4)
        );
        schema.put_trigger(Trigger {
            name: ObjectName::bare(cells.text(0)),
            table: ObjectName::bare(cells.text(1)),
            definition: Expression::verbatim(&definition, MYSQL),
        });
    }
    Ok(())
}

fn routines(db: &mut dyn Database, schema: &mut Schema) -> Result<(), DatabaseError> {
    let rows = db.query(
        "SELECT r.routine_name, r.routine_type, r.dtd_identifier, r.routine_definition, \
         (SELECT group_concat(p.dtd_identifier ORDER BY p.ordinal_position SEPARATOR ', ') \
           FROM information_schema.parameters p WHERE p.specific_schema = r.routine_schema \
           AND p.specific_name = r.specific_name AND p.ordinal_position > 0) \
         FROM information_schema.routines r WHERE r.routine_schema = database() \
         AND r.routine_type IN ('FUNCTION', 'PROCEDURE') ORDER BY r.routine_name",
    )?;
    for cells in rows.iter().map(Cells) {
        let is_function = cells.text(1) == "FUNCTION";
        let name = format!("{}({})", cells.text(0), cells.text(4));
        let definition = format!("CREATE {} {name} {}", cells.text(1), cells.text(3));
        schema.put_routine(Routine {
            kind: if is_function { RoutineKind::Function } else { RoutineKind::Procedure },
            returns: cells.owned(2),
            language: Some("sql".to_owned()),
            body: cells.owned(3),
            definition: Expression::verbatim(&definition, MYSQL),
            name: ObjectName::bare(name),
        });
    }
    Ok(())
}
