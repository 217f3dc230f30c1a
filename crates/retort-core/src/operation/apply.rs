//! What an operation does to a [`Schema`].

use std::sync::Arc;

use super::{ColumnChange, Commented, Operation, Position, naming};
use crate::diagnostic::Code;
use crate::schema::{
    Column, Constraint, ConstraintKind, EnumType, Index, IndexKey, ObjectName, PrimaryKey, Schema, Table,
    fold, same_name, same_word,
};
use crate::source::DialectKind;

/// Why an operation cannot be applied to a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// `replay/…`
    pub code: Code,
    /// What is the matter.
    pub message: String,
}

fn refuse<T>(code: Code, message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal { code, message: message.into() })
}

/// Applies an operation; the schema is unchanged when it is refused.
///
/// # Errors
/// [`Refusal`] when the operation names something that is not there, or makes something that is.
pub fn apply(schema: &mut Schema, operation: &Operation) -> Result<(), Refusal> {
    match operation {
        Operation::CreateTable { table, if_not_exists } => create_table(schema, table, *if_not_exists),
        Operation::DropTable { name, if_exists, cascade } => drop_table(schema, name, *if_exists, *cascade),
        Operation::RenameTable { from, to } => rename_table(schema, from, to),
        Operation::CreateIndex { table, index, if_not_exists, .. } => {
            create_index(schema, table, index, *if_not_exists)
        }
        Operation::DropIndex { table, name, if_exists } => {
            drop_index(schema, table.as_ref(), name, *if_exists)
        }
        Operation::RenameIndex { table, from, to } => rename_index(schema, table.as_ref(), from, to),
        Operation::CreateView { view, or_replace, if_not_exists } => {
            if schema.view(&view.name).is_some() && !or_replace {
                return exists("view", &view.name, *if_not_exists);
            }
            schema.put_view((**view).clone());
            Ok(())
        }
        Operation::DropView { name, if_exists, .. } => {
            if schema.take_view(name).is_none() {
                missing("view", name, *if_exists)
            } else {
                Ok(())
            }
        }
        Operation::CreateTrigger { trigger, if_not_exists } => {
            if schema.triggers.contains_key(&fold(&trigger.name, schema.dialect)) {
                return exists("trigger", &trigger.name, *if_not_exists);
            }
            schema.put_trigger((**trigger).clone());
            Ok(())
        }
        Operation::DropTrigger { name, if_exists } => {
            if schema.take_trigger(name).is_none() {
                missing("trigger", name, *if_exists)
            } else {
                Ok(())
            }
        }
        Operation::CreateEnum(enum_type) => {
            if schema.enum_type(&enum_type.name).is_some() {
                return exists("type", &enum_type.name, false);
            }
            schema.put_enum(enum_type.clone());
            Ok(())
        }
        Operation::AddEnumLabel { name, label, place, if_not_exists } => {
            edit_enum(schema, name, |enum_type| add_label(enum_type, label, place.as_ref(), *if_not_exists))
        }
        Operation::RenameEnumLabel { name, from, to } => edit_enum(schema, name, |enum_type| {
            let found = enum_type.labels.iter_mut().find(|label| *label == from);
            let Some(label) = found else {
                return refuse("replay/no-such-label", format!("type `{name}` has no label `{from}`"));
            };
            label.clone_from(to);
            Ok(())
        }),
        Operation::DropType { name, if_exists } => {
            if schema.take_enum(name).is_none() {
                missing("type", name, *if_exists)
            } else {
                Ok(())
            }
        }
        Operation::CreateExtension { name } => {
            schema.extensions.insert(Arc::from(name.as_str()), ());
            Ok(())
        }
        Operation::DropExtension { name } => {
            schema.extensions.remove(name.as_str());
            Ok(())
        }
        Operation::Comment { on: Commented::Other, .. } | Operation::ExecuteSql { .. } => Ok(()),
        Operation::Comment { on: Commented::Table(_) | Commented::Column(..), .. }
        | Operation::AddColumn { .. }
        | Operation::DropColumn { .. }
        | Operation::RenameColumn { .. }
        | Operation::AlterColumn { .. }
        | Operation::AddConstraint { .. }
        | Operation::DropConstraint { .. }
        | Operation::RenameConstraint { .. }
        | Operation::SetOption { .. } => change_table(schema, operation),
    }
}

fn exists(kind: &str, name: &ObjectName, allowed: bool) -> Result<(), Refusal> {
    if allowed { Ok(()) } else { refuse("replay/already-exists", format!("{kind} `{name}` exists already")) }
}

fn missing(kind: &str, name: &ObjectName, allowed: bool) -> Result<(), Refusal> {
    if allowed { Ok(()) } else { refuse("replay/no-such-object", format!("there is no {kind} `{name}`")) }
}

fn no_table<T>(name: &ObjectName) -> Result<T, Refusal> {
    refuse("replay/no-such-table", format!("there is no table `{name}`"))
}

fn create_table(schema: &mut Schema, table: &Table, if_not_exists: bool) -> Result<(), Refusal> {
    if schema.table(&table.name).is_some() || schema.view(&table.name).is_some() {
        return exists("table", &table.name, if_not_exists);
    }
    let mut table = table.clone();
    settle(&mut table, schema.dialect);
    schema.put_table(table);
    Ok(())
}

/// What follows from a table's parts: names given by the server, key columns that cannot be NULL.
fn settle(table: &mut Table, dialect: DialectKind) {
    naming::name_all(table, dialect);
    if let Some(key) = table.primary_key.clone() {
        require_key_columns(table, &key, dialect);
    }
}

/// Primary keys allow no NULL, save in SQLite, where only NOT NULL says so (sqlite.org/lang_createtable.html).
fn require_key_columns(table: &mut Table, key: &PrimaryKey, dialect: DialectKind) {
    if dialect == DialectKind::Sqlite {
        return;
    }
    for column in &mut table.columns {
        if key.columns.iter().any(|name| same_word(name, &column.name, dialect)) {
            column.nullable = false;
        }
    }
}

fn drop_table(schema: &mut Schema, name: &ObjectName, if_exists: bool, cascade: bool) -> Result<(), Refusal> {
    if schema.table(name).is_none() {
        return if if_exists { Ok(()) } else { no_table(name) };
    }
    let children: Vec<Arc<Table>> = schema.children(name).into_iter().cloned().collect();
    let others: Vec<Arc<Table>> =
        children.into_iter().filter(|child| !same_name(&child.name, name, schema.dialect)).collect();
    let dialect = schema.dialect;
    // SQLite drops a parent and leaves the children's keys dangling; PostgreSQL and MySQL refuse.
    if dialect != DialectKind::Sqlite
        && !cascade
        && let Some(child) = others.first()
    {
        return refuse(
            "replay/still-referenced",
            format!("table `{name}` is still referenced by a foreign key of `{}`", child.name),
        );
    }
    if dialect == DialectKind::Postgres {
        for child in others {
            let mut child = (*child).clone();
            child.foreign_keys.retain(|key| !same_name(&key.ref_table, name, dialect));
            schema.put_table(child);
        }
    }
    schema.take_table(name);
    Ok(())
}

fn rename_table(schema: &mut Schema, from: &ObjectName, to: &ObjectName) -> Result<(), Refusal> {
    let dialect = schema.dialect;
    if schema.table(from).is_none() {
        return no_table(from);
    }
    if schema.table(to).is_some() && !same_name(from, to, dialect) {
        return exists("table", to, false);
    }
    let children: Vec<Arc<Table>> = schema.children(from).into_iter().cloned().collect();
    for child in children {
        let mut child = (*child).clone();
        for key in &mut child.foreign_keys {
            if same_name(&key.ref_table, from, dialect) {
                key.ref_table = to.clone();
            }
        }
        schema.put_table(child);
    }
    let triggers = schema.triggers_of(from);
    let Some(table) = schema.take_table(from) else { return no_table(from) };
    let mut table = (*table).clone();
    table.name = to.clone();
    schema.put_table(table);
    for trigger in triggers {
        let mut trigger = (*trigger).clone();
        trigger.table = to.clone();
        trigger.definition = trigger.definition.rename_word(&from.name, &to.name, dialect);
        schema.put_trigger(trigger);
    }
    Ok(())
}

fn create_index(
    schema: &mut Schema,
    name: &ObjectName,
    index: &Index,
    if_not_exists: bool,
) -> Result<(), Refusal> {
    let dialect = schema.dialect;
    let Some(table) = schema.table(name).cloned() else { return no_table(name) };
    let mysql = dialect == DialectKind::Mysql;
    let taken = if mysql {
        table.index(&index.name, dialect).map(|_| &table)
    } else {
        schema.table_of_index(None, &index.name)
    };
    if taken.is_some() && !index.name.is_empty() {
        return exists("index", &ObjectName::bare(&index.name), if_not_exists);
    }
    for part in &index.parts {
        if let IndexKey::Column(column) = &part.key {
            find_column(&table, column, dialect)?;
        }
    }
    let mut table = (*table).clone();
    if mysql {
        naming::drop_served_indexes(&mut table, index);
    }
    table.indexes.push(index.clone());
    naming::name_all(&mut table, dialect);
    schema.put_table(table);
    Ok(())
}

fn drop_index(
    schema: &mut Schema,
    table: Option<&ObjectName>,
    name: &str,
    if_exists: bool,
) -> Result<(), Refusal> {
    let dialect = schema.dialect;
    let found = schema.table_of_index(table, name).cloned();
    let Some(mut table) = found.map(|table| (*table).clone()) else {
        return missing("index", &ObjectName::bare(name), if_exists);
    };
    let before = (table.indexes.len(), table.uniques.len());
    table.indexes.retain(|index| !same_word(&index.name, name, dialect));
    if dialect == DialectKind::Mysql {
        // In MySQL a UNIQUE constraint is an index and goes the same way.
        table.uniques.retain(|unique| !unique.name.as_deref().is_some_and(|n| same_word(n, name, dialect)));
        naming::add_foreign_key_indexes(&mut table);
    }
    if before == (table.indexes.len(), table.uniques.len()) {
        return missing("index", &ObjectName::bare(name), if_exists);
    }
    schema.put_table(table);
    Ok(())
}

fn rename_index(
    schema: &mut Schema,
    table: Option<&ObjectName>,
    from: &str,
    to: &str,
) -> Result<(), Refusal> {
    let dialect = schema.dialect;
    let Some(mut table) = schema.table_of_index(table, from).map(|table| (**table).clone()) else {
        return missing("index", &ObjectName::bare(from), false);
    };
    let mut found = false;
    for index in &mut table.indexes {
        if same_word(&index.name, from, dialect) {
            to.clone_into(&mut index.name);
            found = true;
        }
    }
    for unique in &mut table.uniques {
        if unique.name.as_deref().is_some_and(|name| same_word(name, from, dialect)) {
            unique.name = Some(to.to_owned());
            found = true;
        }
    }
    if !found {
        return missing("index", &ObjectName::bare(from), false);
    }
    schema.put_table(table);
    Ok(())
}

fn edit_enum(
    schema: &mut Schema,
    name: &ObjectName,
    edit: impl FnOnce(&mut EnumType) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let Some(mut enum_type) = schema.enum_type(name).map(|enum_type| (**enum_type).clone()) else {
        return missing("type", name, false);
    };
    edit(&mut enum_type)?;
    schema.put_enum(enum_type);
    Ok(())
}

fn add_label(
    enum_type: &mut EnumType,
    label: &str,
    place: Option<&(bool, String)>,
    if_not_exists: bool,
) -> Result<(), Refusal> {
    if enum_type.labels.iter().any(|other| other == label) {
        return exists("label", &ObjectName::bare(label), if_not_exists);
    }
    let at = match place {
        None => enum_type.labels.len(),
        Some((before, neighbour)) => {
            let Some(at) = enum_type.labels.iter().position(|other| other == neighbour) else {
                return refuse(
                    "replay/no-such-label",
                    format!("type `{}` has no label `{neighbour}`", enum_type.name),
                );
            };
            at + usize::from(!before)
        }
    };
    enum_type.labels.insert(at, label.to_owned());
    Ok(())
}

/// Operations on one table that is there.
fn change_table(schema: &mut Schema, operation: &Operation) -> Result<(), Refusal> {
    let Some(name) = operation.table() else { return Ok(()) };
    let dialect = schema.dialect;
    let Some(mut table) = schema.table(name).map(|table| (**table).clone()) else { return no_table(name) };
    match operation {
        Operation::AddColumn { column, position, if_not_exists, .. } => {
            add_column(&mut table, column, position, *if_not_exists, dialect)?;
        }
        Operation::DropColumn { column, if_exists, .. } => {
            if table.column(column, dialect).is_none() && *if_exists {
                return Ok(());
            }
            drop_column(&mut table, column, dialect)?;
        }
        Operation::RenameColumn { from, to, .. } => {
            rename_column(&mut table, from, to, dialect)?;
            rename_references(schema, &table.name, from, to);
            // A self reference was renamed in the copy kept here.
            rename_referenced(&mut table, name, from, to, dialect);
        }
        Operation::AlterColumn { column, change, .. } => alter_column(&mut table, column, change, dialect)?,
        Operation::AddConstraint { constraint, .. } => add_constraint(&mut table, constraint, dialect)?,
        Operation::DropConstraint { name, kind, if_exists, .. } => {
            drop_constraint(&mut table, name.as_deref(), *kind, *if_exists, dialect)?;
        }
        Operation::RenameConstraint { from, to, .. } => rename_constraint(&mut table, from, to, dialect)?,
        Operation::SetOption { name, value, .. } => {
            table.options.insert(name.clone(), value.clone());
        }
        Operation::Comment { on: Commented::Column(_, column), text } => {
            find_column(&table, column, dialect)?;
            if let Some(at) = table.column_index(column, dialect) {
                table.columns[at].comment.clone_from(text);
            }
        }
        Operation::Comment { text, .. } => table.comment.clone_from(text),
        _ => return Ok(()),
    }
    schema.put_table(table);
    Ok(())
}

fn find_column<'a>(table: &'a Table, name: &str, dialect: DialectKind) -> Result<&'a Column, Refusal> {
    match table.column(name, dialect) {
        Some(column) => Ok(column),
        None => refuse("replay/no-such-column", format!("table `{}` has no column `{name}`", table.name)),
    }
}

fn add_column(
    table: &mut Table,
    column: &Column,
    position: &Position,
    if_not_exists: bool,
    dialect: DialectKind,
) -> Result<(), Refusal> {
    if table.column(&column.name, dialect).is_some() {
        let name = ObjectName::qualified(&table.name.to_string(), &column.name);
        return exists("column", &name, if_not_exists);
    }
    let at = place_of(table, position, dialect)?.unwrap_or(table.columns.len());
    table.columns.insert(at, column.clone());
    Ok(())
}

fn place_of(table: &Table, position: &Position, dialect: DialectKind) -> Result<Option<usize>, Refusal> {
    match position {
        Position::Last => Ok(None),
        Position::First => Ok(Some(0)),
        Position::After(name) => {
            find_column(table, name, dialect)?;
            Ok(table.column_index(name, dialect).map(|at| at + 1))
        }
    }
}

/// PostgreSQL drops what names the column; MySQL takes the column out of its indexes; SQLite refuses
/// (sqlite.org/lang_altertable.html, 5).
fn drop_column(table: &mut Table, name: &str, dialect: DialectKind) -> Result<(), Refusal> {
    find_column(table, name, dialect)?;
    let is = |other: &String| same_word(other, name, dialect);
    if dialect == DialectKind::Sqlite {
        let in_key = table.primary_key.as_ref().is_some_and(|key| key.columns.iter().any(is));
        let in_unique = table.uniques.iter().any(|unique| unique.columns.iter().any(is));
        let in_index = table.indexes.iter().any(|index| index.mentions(name, dialect));
        if in_key || in_unique || in_index {
            return refuse(
                "replay/column-in-use",
                format!(
                    "column `{name}` of `{}` is part of a key or index, so SQLite cannot drop it",
                    table.name
                ),
            );
        }
    }
    if dialect == DialectKind::Mysql {
        for index in &mut table.indexes {
            index.parts.retain(|part| !matches!(&part.key, IndexKey::Column(column) if is(column)));
        }
        table.indexes.retain(|index| !index.parts.is_empty());
    }
    table.columns.retain(|column| !is(&column.name));
    table.indexes.retain(|index| !index.mentions(name, dialect));
    table.uniques.retain(|unique| !unique.columns.iter().any(is));
    table.foreign_keys.retain(|key| !key.columns.iter().any(is));
    table.checks.retain(|check| !check.expression.mentions(name, dialect));
    if table.primary_key.as_ref().is_some_and(|key| key.columns.iter().any(is)) {
        table.primary_key = None;
    }
    Ok(())
}

fn rename_column(table: &mut Table, from: &str, to: &str, dialect: DialectKind) -> Result<(), Refusal> {
    find_column(table, from, dialect)?;
    if table.column(to, dialect).is_some() && !same_word(from, to, dialect) {
        return exists("column", &ObjectName::qualified(&table.name.to_string(), to), false);
    }
    let rename = |names: &mut Vec<String>| {
        for name in names {
            if same_word(name, from, dialect) {
                to.clone_into(name);
            }
        }
    };
    for column in &mut table.columns {
        if same_word(&column.name, from, dialect) {
            to.clone_into(&mut column.name);
        }
        if let Some(generated) = &mut column.generated {
            generated.expression = generated.expression.rename_word(from, to, dialect);
        }
    }
    table.primary_key.iter_mut().for_each(|key| rename(&mut key.columns));
    table.uniques.iter_mut().for_each(|unique| rename(&mut unique.columns));
    table.foreign_keys.iter_mut().for_each(|key| rename(&mut key.columns));
    for check in &mut table.checks {
        check.expression = check.expression.rename_word(from, to, dialect);
    }
    for index in &mut table.indexes {
        index.rename_column(from, to, dialect);
    }
    Ok(())
}

fn rename_references(schema: &mut Schema, table: &ObjectName, from: &str, to: &str) {
    let dialect = schema.dialect;
    let children: Vec<Arc<Table>> = schema.children(table).into_iter().cloned().collect();
    for child in children {
        let mut child = (*child).clone();
        rename_referenced(&mut child, table, from, to, dialect);
        schema.put_table(child);
    }
}

fn rename_referenced(child: &mut Table, parent: &ObjectName, from: &str, to: &str, dialect: DialectKind) {
    for key in child.foreign_keys.iter_mut().filter(|key| same_name(&key.ref_table, parent, dialect)) {
        for name in &mut key.ref_columns {
            if same_word(name, from, dialect) {
                to.clone_into(name);
            }
        }
    }
}

fn alter_column(
    table: &mut Table,
    name: &str,
    change: &ColumnChange,
    dialect: DialectKind,
) -> Result<(), Refusal> {
    find_column(table, name, dialect)?;
    let Some(at) = table.column_index(name, dialect) else { return Ok(()) };
    let column = &mut table.columns[at];
    match change {
        ColumnChange::Type { column_type, collation, .. } => {
            column.column_type = column_type.clone();
            if collation.is_some() {
                column.collation.clone_from(collation);
            }
        }
        ColumnChange::Nullable(nullable) => column.nullable = *nullable,
        ColumnChange::Default(default) => column.default.clone_from(default),
        ColumnChange::DropGenerated => column.generated = None,
        ColumnChange::Identity(identity) => column.identity.clone_from(identity),
        ColumnChange::Whole { column: new, position } => {
            *column = (**new).clone();
            if let Some(position) = position {
                let column = table.columns.remove(at);
                let to = place_of(table, position, dialect)?.unwrap_or(table.columns.len());
                table.columns.insert(to, column);
            }
            if let Some(key) = table.primary_key.clone() {
                require_key_columns(table, &key, dialect);
            }
        }
    }
    Ok(())
}

fn add_constraint(table: &mut Table, constraint: &Constraint, dialect: DialectKind) -> Result<(), Refusal> {
    let mut constraint = constraint.clone();
    naming::name_constraint(table, &mut constraint, dialect);
    if let Some(name) = constraint.name()
        && table.constraint_names().any(|other| same_word(other, name, dialect))
    {
        return exists("constraint", &ObjectName::bare(name), false);
    }
    let columns: &[String] = match &constraint {
        Constraint::Primary(key) => &key.columns,
        Constraint::Unique(unique) => &unique.columns,
        Constraint::Foreign(key) => &key.columns,
        Constraint::Check(_) => &[],
    };
    for column in columns {
        find_column(table, column, dialect)?;
    }
    match constraint {
        Constraint::Primary(_) if table.primary_key.is_some() => {
            return refuse(
                "replay/already-exists",
                format!("table `{}` has a primary key already", table.name),
            );
        }
        Constraint::Primary(key) => {
            require_key_columns(table, &key, dialect);
            table.primary_key = Some(key);
        }
        Constraint::Unique(unique) => table.uniques.push(unique),
        Constraint::Check(check) => table.checks.push(check),
        Constraint::Foreign(key) => table.foreign_keys.push(key),
    }
    if dialect == DialectKind::Mysql {
        naming::add_foreign_key_indexes(table);
    }
    Ok(())
}

fn drop_constraint(
    table: &mut Table,
    name: Option<&str>,
    kind: Option<ConstraintKind>,
    if_exists: bool,
    dialect: DialectKind,
) -> Result<(), Refusal> {
    let is =
        |other: Option<&str>| name.is_some_and(|name| other.is_some_and(|o| same_word(o, name, dialect)));
    let may = |other: ConstraintKind| kind.is_none_or(|kind| kind == other);
    let before = table.constraint_count();
    if may(ConstraintKind::Primary)
        && table.primary_key.as_ref().is_some_and(|key| name.is_none() || is(key.name.as_deref()))
    {
        table.primary_key = None;
    }
    if may(ConstraintKind::Unique) {
        table.uniques.retain(|unique| !is(unique.name.as_deref()));
    }
    if may(ConstraintKind::Check) {
        table.checks.retain(|check| !is(check.name.as_deref()));
    }
    if may(ConstraintKind::Foreign) {
        table.foreign_keys.retain(|key| !is(key.name.as_deref()));
    }
    if table.constraint_count() == before && !if_exists {
        let title = kind.map_or("constraint", ConstraintKind::title);
        let name = name.map_or(String::new(), |name| format!(" `{name}`"));
        return refuse("replay/no-such-constraint", format!("table `{}` has no {title}{name}", table.name));
    }
    Ok(())
}

fn rename_constraint(table: &mut Table, from: &str, to: &str, dialect: DialectKind) -> Result<(), Refusal> {
    let mut found = false;
    for name in table.constraint_names_mut() {
        if name.as_deref().is_some_and(|name| same_word(name, from, dialect)) {
            *name = Some(to.to_owned());
            found = true;
        }
    }
    if found {
        return Ok(());
    }
    refuse("replay/no-such-constraint", format!("table `{}` has no constraint `{from}`", table.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::from_sql;
    use crate::source::{SourceFile, SourceId};

    fn run(dialect: DialectKind, sql: &str) -> Result<Schema, Refusal> {
        let file = SourceFile::new(SourceId(0), "a.sql", sql);
        let mut schema = Schema::empty(dialect);
        for directive in from_sql(&file, 0..sql.len(), dialect).value {
            for operation in &directive.operations {
                apply(&mut schema, operation)?;
            }
        }
        Ok(schema)
    }

    fn code(dialect: DialectKind, sql: &str) -> &'static str {
        run(dialect, sql).map_or_else(|refusal| refusal.code, |_| "ok")
    }

    #[test]
    fn what_is_not_there_is_refused() {
        use DialectKind::{Mysql, Postgres, Sqlite};
        assert_eq!(code(Sqlite, "DROP TABLE a"), "replay/no-such-table");
        assert_eq!(code(Sqlite, "DROP TABLE IF EXISTS a"), "ok");
        assert_eq!(code(Sqlite, "CREATE TABLE a (b); CREATE TABLE A (c)"), "replay/already-exists");
        assert_eq!(code(Postgres, "CREATE TABLE a (b int); CREATE TABLE \"A\" (c int)"), "ok");
        assert_eq!(code(Sqlite, "CREATE TABLE a (b); CREATE INDEX i ON a (c)"), "replay/no-such-column");
        assert_eq!(
            code(Mysql, "CREATE TABLE a (b int); ALTER TABLE a DROP INDEX x"),
            "replay/no-such-object"
        );
        assert_eq!(
            code(Postgres, "CREATE TABLE a (b int); ALTER TABLE a DROP CONSTRAINT x"),
            "replay/no-such-constraint"
        );
        assert_eq!(
            code(
                Postgres,
                "CREATE TABLE a (b int PRIMARY KEY); CREATE TABLE c (d int REFERENCES a); DROP TABLE a"
            ),
            "replay/still-referenced"
        );
    }

    #[test]
    fn servers_name_what_has_no_name() {
        let schema = run(
            DialectKind::Postgres,
            "CREATE TABLE a (b int PRIMARY KEY, c text UNIQUE, d int CHECK (d > 0), CHECK (b > d)); \
             CREATE INDEX ON a (c, lower(c))",
        )
        .unwrap();
        let table = schema.table(&ObjectName::bare("a")).unwrap();
        let names: Vec<&str> = table.constraint_names().collect();
        assert_eq!(names, ["a_pkey", "a_c_key", "a_d_check", "a_check"]);
        assert_eq!(table.indexes[0].name, "a_c_expr_idx");
    }

    #[test]
    fn mysql_makes_and_drops_indexes_for_foreign_keys() {
        let start = "CREATE TABLE u (id int PRIMARY KEY); \
                     CREATE TABLE r (id int, u int, t int, FOREIGN KEY (u) REFERENCES u (id)); ";
        let indexes = |sql: &str| {
            let schema = run(DialectKind::Mysql, &format!("{start}{sql}")).unwrap();
            let table = schema.table(&ObjectName::bare("r")).unwrap().clone();
            table.indexes.iter().map(|index| index.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(indexes(""), ["u"]);
        assert_eq!(indexes("CREATE INDEX i ON r (u, t)"), ["i"]);
    }

    #[test]
    fn renames_reach_everything_that_names_the_column() {
        let schema = run(
            DialectKind::Sqlite,
            "CREATE TABLE p (k INTEGER PRIMARY KEY, up REFERENCES p (k)); \
             CREATE TABLE c (x REFERENCES p (k), CHECK (x > 0)); CREATE INDEX i ON c (x); \
             ALTER TABLE p RENAME COLUMN k TO key; ALTER TABLE p RENAME TO parent; ALTER TABLE c RENAME x TO y",
        )
        .unwrap();
        let child = schema.table(&ObjectName::bare("c")).unwrap();
        assert_eq!(child.foreign_keys[0].ref_table, ObjectName::bare("parent"));
        assert_eq!(child.foreign_keys[0].ref_columns, ["key"]);
        assert_eq!(child.checks[0].expression.text(), "y > 0");
        assert_eq!(child.indexes[0].leading_columns(), ["y"]);
        let parent = schema.table(&ObjectName::bare("PARENT")).unwrap();
        assert_eq!(parent.foreign_keys[0].ref_columns, ["key"]);
    }
}
