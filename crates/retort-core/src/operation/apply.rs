//! What an operation does to a [`Schema`].

mod column;
mod constraint;
mod index;
mod inherit;
mod mysql;
mod object;
mod policy;
mod query;
mod table;
mod types;
mod view;

use super::{ColumnChange, Commented, Operation};
use crate::diagnostic::Code;
use crate::schema::{Column, ObjectName, Schema, Table, View};
use crate::source::DialectKind;
use column::{add_column, alter_column, drop_column, rename_column, rename_referenced, rename_references};
use constraint::{add_constraint, drop_constraint, rename_constraint};
use index::{create_index, drop_index, rename_index};
pub(crate) use object::numbered_by;
use table::{create_table, drop_table, rename_table};
pub use types::has_type;
use types::{add_label, drop_type, edit_enum, rename_label};
pub use view::{columns_of_view, views_on};
use view::{create_trigger, create_view, drop_view};

/// Why an operation cannot be applied to a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// `replay/…`
    pub code: Code,
    /// What is the matter.
    pub message: String,
    /// What is there already, or is not there.
    pub subject: Option<Box<Subject>>,
}

/// What a refusal is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// `table`, `column`, `index`, …
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// The table that it is of.
    pub table: Option<String>,
}

impl Subject {
    fn boxed(kind: &'static str, name: &ObjectName) -> Option<Box<Subject>> {
        Some(Box::new(Subject { kind, name: name.to_string(), table: None }))
    }

    fn part(kind: &'static str, table: &Table, name: &str) -> Option<Box<Subject>> {
        Some(Box::new(Subject { kind, name: name.to_owned(), table: Some(table.name.to_string()) }))
    }
}

fn refuse<T>(code: Code, message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal { code, message: message.into(), subject: None })
}

/// Applies an operation; the schema is unchanged when it is refused.
///
/// # Errors
/// [`Refusal`] when the operation names something that is not there, or makes something that is.
pub fn apply(schema: &mut Schema, operation: &Operation) -> Result<(), Refusal> {
    apply_before(schema, operation, &[])
}

/// Applies an operation after which others of the same statement follow: what a server asks of the whole
/// statement is asked of the schema after all of them.
///
/// # Errors
/// As [`apply`].
pub fn apply_before(schema: &mut Schema, operation: &Operation, later: &[Operation]) -> Result<(), Refusal> {
    let mut reached = schema.clone();
    change(&mut reached, operation)?;
    if schema.dialect == DialectKind::Mysql {
        mysql::refuse_unserved_keys(schema, &reached, operation, later)?;
    }
    *schema = reached;
    Ok(())
}

fn change(schema: &mut Schema, operation: &Operation) -> Result<(), Refusal> {
    match operation {
        Operation::CreateTable { table, likes, if_not_exists } => {
            create_table(schema, table, likes, *if_not_exists)
        }
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
            create_view(schema, view, *or_replace, *if_not_exists)
        }
        Operation::DropView { name, if_exists, cascade, .. } => drop_view(schema, name, *if_exists, *cascade),
        Operation::CreateTrigger { trigger, if_not_exists } => {
            create_trigger(schema, trigger, *if_not_exists)
        }
        Operation::DropTrigger { name, table, if_exists } => {
            if schema.take_trigger(name, table.as_ref().unwrap_or(name)).is_none() {
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
        Operation::RenameEnumLabel { name, from, to } => rename_label(schema, name, from, to),
        Operation::DropType { name, if_exists, cascade } => drop_type(schema, name, *if_exists, *cascade),
        Operation::CreateObject { object, or_replace, if_not_exists } => {
            object::create(schema, object, *or_replace, *if_not_exists)
        }
        Operation::DropObject { kind, name, if_exists, cascade } => {
            object::drop(schema, *kind, name, *if_exists, *cascade)
        }
        Operation::RenameObject { kind, from, to } => object::rename(schema, *kind, from, to),
        Operation::AlterSequence { name, change } => object::alter_sequence(schema, name, change),
        Operation::AlterDomain { name, change } => object::alter_domain(schema, name, change),
        Operation::AlterComposite { name, change } => object::alter_composite(schema, name, change),
        Operation::RenameTrigger { table, from, to } => view::rename_trigger(schema, table, from, to),
        Operation::AttachPartition { partition, of } => inherit::attach(schema, partition, of),
        Operation::DetachPartition { table, partition } => inherit::detach(schema, table, partition),
        Operation::Comment { on: Commented::View(name), text } => {
            let Some(view) = schema.view(name).cloned() else { return missing("view", name, false) };
            schema.put_view(View { comment: text.clone(), ..(*view).clone() });
            Ok(())
        }
        Operation::Comment { on: Commented::Column(name, _), .. } if schema.view(name).is_some() => Ok(()),
        Operation::RenameColumn { table, from, to } if schema.view(table).is_some() => {
            view::rename_view_column(schema, table, from, to)
        }
        Operation::SetOption { table, name, value } if schema.view(table).is_some() => {
            view::set_option(schema, table, name, value.as_deref());
            Ok(())
        }
        Operation::RefreshView { name, .. } => match schema.view(name) {
            Some(_) => Ok(()),
            None => missing("materialized view", name, false),
        },
        Operation::Truncate { tables, .. } => match tables.iter().find(|table| schema.table(table).is_none())
        {
            Some(table) => no_table(table),
            None => Ok(()),
        },
        Operation::Comment { on: Commented::Other, .. } | Operation::ExecuteSql { .. } => Ok(()),
        Operation::Comment { on: Commented::Table(_) | Commented::Column(..), .. }
        | Operation::AddColumn { .. }
        | Operation::DropColumn { .. }
        | Operation::RenameColumn { .. }
        | Operation::AlterColumn { .. }
        | Operation::AddConstraint { .. }
        | Operation::DropConstraint { .. }
        | Operation::RenameConstraint { .. }
        | Operation::AdoptIndex { .. }
        | Operation::ValidateConstraint { .. }
        | Operation::AlterConstraint { .. }
        | Operation::SetPartitioning { .. }
        | Operation::SetInheritance { .. }
        | Operation::SetRowSecurity { .. }
        | Operation::CreatePolicy { .. }
        | Operation::AlterPolicy { .. }
        | Operation::DropPolicy { .. }
        | Operation::ConvertCharset { .. }
        | Operation::SetOption { .. } => change_table(schema, operation),
    }
}

fn exists(kind: &'static str, name: &ObjectName, allowed: bool) -> Result<(), Refusal> {
    if allowed {
        return Ok(());
    }
    let message = format!("{kind} `{name}` exists already");
    Err(Refusal { code: "replay/already-exists", message, subject: Subject::boxed(kind, name) })
}

/// As [`exists`], of a part of a table.
fn part_exists(kind: &'static str, table: &Table, name: &str, allowed: bool) -> Result<(), Refusal> {
    if allowed {
        return Ok(());
    }
    let message = format!("{kind} `{}.{name}` exists already", table.name);
    Err(Refusal { code: "replay/already-exists", message, subject: Subject::part(kind, table, name) })
}

fn missing(kind: &'static str, name: &ObjectName, allowed: bool) -> Result<(), Refusal> {
    if allowed {
        return Ok(());
    }
    let message = format!("there is no {kind} `{name}`");
    Err(Refusal { code: "replay/no-such-object", message, subject: Subject::boxed(kind, name) })
}

/// As [`missing`], of a part of a table.
fn no_part<T>(code: Code, kind: &'static str, table: &Table, name: &str) -> Result<T, Refusal> {
    let message = format!("table `{}` has no {kind} `{name}`", table.name);
    Err(Refusal { code, message, subject: Subject::part(kind, table, name) })
}

fn no_table<T>(name: &ObjectName) -> Result<T, Refusal> {
    let message = format!("there is no table `{name}`");
    Err(Refusal { code: "replay/no-such-table", message, subject: Subject::boxed("table", name) })
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
        Operation::DropColumn { column, if_exists, cascade, .. } => {
            if table.column(column, dialect).is_none() && *if_exists {
                return Ok(());
            }
            view::drop_column_dependants(schema, name, column, *cascade)?;
            drop_column(&mut table, column, dialect)?;
        }
        Operation::RenameColumn { from, to, .. } => {
            rename_column(&mut table, from, to, dialect)?;
            view::follow_column(schema, name, from, to);
            rename_references(schema, &table.name, from, to);
            // A self reference was renamed in the copy kept here.
            rename_referenced(&mut table, name, from, to, dialect);
        }
        Operation::AlterColumn { column, change, .. } => {
            if matches!(change, ColumnChange::Type { .. }) {
                view::refuse_type_change(schema, name, column)?;
            }
            // MySQL's SERIAL is a type that numbers itself: it has no sequence.
            if dialect == DialectKind::Postgres && matches!(change, ColumnChange::Default(_)) {
                let sequence = object::part_from_sequence(&mut table, column, dialect);
                sequence.into_iter().for_each(|sequence| schema.put_sequence(sequence));
            }
            alter_column(&mut table, column, change, dialect)?;
        }
        Operation::AddConstraint { constraint, .. } => add_constraint(&mut table, constraint, dialect)?,
        Operation::DropConstraint { name, kind, if_exists, .. } => {
            drop_constraint(&mut table, name.as_deref(), *kind, *if_exists, dialect)?;
        }
        Operation::RenameConstraint { from, to, .. } => rename_constraint(&mut table, from, to, dialect)?,
        Operation::AdoptIndex { index, constraint, .. } => {
            constraint::adopt_index(&mut table, index, constraint, dialect)?;
        }
        Operation::ValidateConstraint { name, .. } => {
            constraint::validate_constraint(&mut table, name, dialect)?;
        }
        Operation::AlterConstraint { name, deferral, enforced, .. } => {
            constraint::alter_constraint(&mut table, name, *deferral, *enforced, dialect)?;
        }
        Operation::SetPartitioning { partitioning, .. } => {
            table.partitioning = partitioning.as_deref().cloned();
        }
        Operation::SetInheritance { parent, inherits, .. } => {
            inherit::set_inheritance(schema, &mut table, parent, *inherits)?;
        }
        Operation::SetRowSecurity { security, .. } => policy::set_row_security(&mut table, *security),
        Operation::CreatePolicy { policy, .. } => policy::create(&mut table, policy)?,
        Operation::AlterPolicy { name, change, .. } => policy::alter(&mut table, name, change)?,
        Operation::DropPolicy { name, if_exists, .. } => policy::drop(&mut table, name, *if_exists)?,
        Operation::SetOption { name, value: Some(value), .. } => {
            table.options.insert(name.clone(), value.clone());
        }
        Operation::SetOption { name, value: None, .. } => {
            table.options.remove(name);
        }
        Operation::ConvertCharset { charset, collation, .. } => {
            mysql::convert_charset(&mut table, charset.as_deref(), collation.as_deref());
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
    if dialect == DialectKind::Postgres {
        inherit::pass_down(schema, operation, name)?;
    }
    Ok(())
}

fn find_column<'a>(table: &'a Table, name: &str, dialect: DialectKind) -> Result<&'a Column, Refusal> {
    match table.column(name, dialect) {
        Some(column) => Ok(column),
        None => no_part("replay/no-such-column", "column", table, name),
    }
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
    fn the_sequence_of_a_serial_goes_with_its_default() {
        use DialectKind::Postgres;
        let table = "CREATE TABLE a (b bigserial, c int GENERATED ALWAYS AS IDENTITY);";
        let schema = run(Postgres, &format!("{table} DROP SEQUENCE a_b_seq CASCADE")).unwrap();
        let column = &schema.table(&ObjectName::bare("a")).unwrap().columns[0];
        assert_eq!((column.column_type.text(), &column.identity, column.nullable), ("bigint", &None, false));
        let kept =
            run(DialectKind::Mysql, "CREATE TABLE a (b SERIAL); ALTER TABLE a ALTER b DROP DEFAULT").unwrap();
        assert!(kept.sequences.is_empty());
        assert!(kept.table(&ObjectName::bare("a")).unwrap().columns[0].identity.is_some());
        let parted = format!("{table} ALTER TABLE a ALTER b DROP DEFAULT;");
        let schema = run(Postgres, &parted).unwrap();
        let column = &schema.table(&ObjectName::bare("a")).unwrap().columns[0];
        assert_eq!((column.column_type.text(), &column.identity), ("bigint", &None));
        let sequence = schema.sequence(&ObjectName::bare("a_b_seq")).unwrap();
        assert_eq!(sequence.owned_by, Some((ObjectName::bare("a"), "b".to_owned())));
        assert_eq!(code(Postgres, &format!("{parted} DROP SEQUENCE a_b_seq")), "ok");
        for drop in ["a_b_seq", "a_c_seq CASCADE"] {
            assert_eq!(code(Postgres, &format!("{table} DROP SEQUENCE {drop}")), "replay/still-referenced");
        }
        assert_eq!(
            code(Postgres, &format!("{table} DROP SEQUENCE x.a_b_seq CASCADE")),
            "replay/no-such-object"
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
