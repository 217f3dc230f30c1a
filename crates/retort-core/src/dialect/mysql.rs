//! MySQL's and MariaDB's own words for each operation (MySQL 8.4, chapter 15; MariaDB's knowledge base).

mod table;

use super::Capabilities;
use super::words;
use crate::operation::{
    ColumnChange, Commented, Object, ObjectKind, Operation, Position, SequenceChange, apply,
};
use crate::schema::{
    Column, Constraint, ConstraintKind, Index, ObjectName, RoutineKind, Schema, Table, View, same_word,
};
use crate::source::DialectKind;

pub(super) use table::is_inline;

const MYSQL: DialectKind = DialectKind::Mysql;

fn quote(name: &str) -> String {
    words::quote(name, MYSQL)
}

fn name(name: &ObjectName) -> String {
    words::object(name, MYSQL)
}

fn list(names: &[String]) -> String {
    words::list(names, MYSQL)
}

fn text(value: &str) -> String {
    words::text(value, MYSQL)
}

/// The statements for one operation; `before` is the schema that it meets. Empty where there is nothing to run:
/// what MySQL has no words for never gets into a schema of it.
pub(super) fn say(operation: &Operation, before: &Schema, able: &Capabilities) -> Vec<String> {
    let one = |sql: String| vec![sql];
    match operation {
        Operation::CreateTable { table, likes, if_not_exists } => match likes.first() {
            Some(like) => one(format!("CREATE TABLE {} LIKE {}", name(&table.name), name(&like.table))),
            None => one(table::create(table, *if_not_exists, able)),
        },
        Operation::DropTable { name: table, if_exists, .. } => one(drop("TABLE", table, *if_exists)),
        Operation::RenameTable { from, to } => one(format!("RENAME TABLE {} TO {}", name(from), name(to))),
        Operation::CreateIndex { table, index, .. } => one(table::create_index(table, index)),
        Operation::DropIndex { table, name: index, .. } => match before.table_of_index(table.as_ref(), index)
        {
            Some(table) => one(format!("ALTER TABLE {} DROP INDEX {}", name(&table.name), quote(index))),
            None => Vec::new(),
        },
        Operation::RenameIndex { table, from, to } => match before.table_of_index(table.as_ref(), from) {
            Some(table) => rename_index(table, from, to, able),
            None => Vec::new(),
        },
        Operation::CreateView { view, or_replace, .. } => one(create_view(view, *or_replace)),
        Operation::DropView { name: view, if_exists, .. } => one(drop("VIEW", view, *if_exists)),
        Operation::CreateTrigger { trigger, .. } => one(trigger.definition.text().to_owned()),
        Operation::DropTrigger { name: trigger, if_exists, .. } => one(drop("TRIGGER", trigger, *if_exists)),
        Operation::Comment { on, text } => comment(on, text.as_deref(), before, able).into_iter().collect(),
        Operation::CreateObject { object, or_replace, if_not_exists } => {
            create(object, *or_replace, *if_not_exists).into_iter().collect()
        }
        Operation::DropObject { kind, name: held, if_exists, .. } => {
            kind_word(*kind).map(|kind| drop(kind, &bare(held), *if_exists)).into_iter().collect()
        }
        Operation::RenameObject { kind, from, to } => match kind {
            ObjectKind::View | ObjectKind::Sequence => {
                one(format!("RENAME TABLE {} TO {}", name(from), name(to)))
            }
            _ => Vec::new(),
        },
        Operation::AlterSequence { name: held, change } => {
            let options = sequence_options(change);
            if options.is_empty() {
                Vec::new()
            } else {
                one(format!("ALTER SEQUENCE {}{options}", name(held)))
            }
        }
        Operation::ConvertCharset { table, charset, collation } => {
            let charset = charset.as_deref().unwrap_or("DEFAULT");
            let collation = collation.as_ref().map_or_else(String::new, |held| format!(" COLLATE {held}"));
            one(format!("ALTER TABLE {} CONVERT TO CHARACTER SET {charset}{collation}", name(table)))
        }
        Operation::Truncate { tables, .. } => {
            tables.iter().map(|table| format!("TRUNCATE TABLE {}", name(table))).collect()
        }
        Operation::SetPartitioning { table, partitioning } => one(format!(
            "ALTER TABLE {}{}",
            name(table),
            partitioning
                .as_ref()
                .map_or_else(|| " REMOVE PARTITIONING".to_owned(), |by| table::partition_by(by))
        )),
        Operation::ExecuteSql { sql, .. } => one(sql.text().to_owned()),
        Operation::AddColumn { table, .. }
        | Operation::DropColumn { table, .. }
        | Operation::RenameColumn { table, .. }
        | Operation::AlterColumn { table, .. }
        | Operation::AddConstraint { table, .. }
        | Operation::AlterConstraint { table, .. }
        | Operation::DropConstraint { table, .. }
        | Operation::RenameConstraint { table, .. }
        | Operation::SetOption { table, .. } => {
            let actions = actions(operation, before, able);
            actions.into_iter().map(|action| format!("ALTER TABLE {} {action}", name(table))).collect()
        }
        // Nothing of these exists in MySQL.
        Operation::RenameTrigger { .. }
        | Operation::AlterComposite { .. }
        | Operation::CreateEnum(_)
        | Operation::AddEnumLabel { .. }
        | Operation::RenameEnumLabel { .. }
        | Operation::DropType { .. }
        | Operation::AlterDomain { .. }
        | Operation::RefreshView { .. }
        | Operation::AttachPartition { .. }
        | Operation::DetachPartition { .. }
        | Operation::SetInheritance { .. }
        | Operation::SetRowSecurity { .. }
        | Operation::CreatePolicy { .. }
        | Operation::AlterPolicy { .. }
        | Operation::DropPolicy { .. }
        | Operation::AdoptIndex { .. }
        | Operation::ValidateConstraint { .. } => Vec::new(),
    }
}

fn actions(operation: &Operation, before: &Schema, able: &Capabilities) -> Vec<String> {
    let one = |sql: String| vec![sql];
    let held = operation.table().and_then(|table| before.table(table)).map(|table| &**table);
    match operation {
        Operation::AddColumn { column, position, if_not_exists, .. } => {
            let unless = if *if_not_exists && able.if_not_exists_in_alter { "IF NOT EXISTS " } else { "" };
            let place = table::position(position);
            one(format!("ADD COLUMN {unless}{}{place}", table::column(column, able)))
        }
        Operation::DropColumn { column, .. } => one(format!("DROP COLUMN {}", quote(column))),
        Operation::RenameColumn { from, to, .. } => {
            let column = held.and_then(|table| table.column(from, MYSQL));
            match column.filter(|_| !able.rename_column) {
                Some(column) => {
                    let new = Column { name: to.clone(), ..column.clone() };
                    one(format!("CHANGE COLUMN {} {}", quote(from), table::column(&new, able)))
                }
                None => one(format!("RENAME COLUMN {} TO {}", quote(from), quote(to))),
            }
        }
        Operation::AlterColumn { column, change, .. } => {
            alter_column(operation, column, change, before, able).into_iter().collect()
        }
        // No schema of MySQL has one.
        Operation::AddConstraint { constraint: Constraint::Exclusion(_), .. } => Vec::new(),
        Operation::AddConstraint { constraint, .. } => {
            one(format!("ADD {}", table::constraint(constraint, able)))
        }
        Operation::AlterConstraint { name, enforced: Some(enforced), .. } => {
            one(format!("ALTER CHECK {} {}ENFORCED", quote(name), if *enforced { "" } else { "NOT " }))
        }
        Operation::DropConstraint { name, kind, .. } => {
            let kind = kind.or_else(|| kind_of(held?, name.as_deref()?));
            drop_constraint(name.as_deref(), kind, able).into_iter().collect()
        }
        Operation::RenameConstraint { from, to, .. } => rename_constraint(held, from, to, able),
        Operation::SetOption { name, value, .. } => {
            one(table::option(name, value.as_deref().unwrap_or("DEFAULT")))
        }
        _ => Vec::new(),
    }
}

/// MODIFY says the whole column again, so the change is made on the model first.
fn alter_column(
    operation: &Operation,
    column: &str,
    change: &ColumnChange,
    before: &Schema,
    able: &Capabilities,
) -> Option<String> {
    if let ColumnChange::Whole { column, position } = change {
        let place = position.as_ref().map_or_else(String::new, table::position);
        return Some(format!("MODIFY COLUMN {}{place}", table::column(column, able)));
    }
    let mut after = before.clone();
    apply(&mut after, operation).ok()?;
    let column = after.table(operation.table()?)?.column(column, MYSQL)?;
    Some(format!("MODIFY COLUMN {}", table::column(column, able)))
}

fn kind_of(table: &Table, constraint: &str) -> Option<ConstraintKind> {
    let is =
        |other: &Option<String>| other.as_deref().is_some_and(|other| same_word(other, constraint, MYSQL));
    if table.foreign_keys.iter().any(|key| is(&key.name)) {
        Some(ConstraintKind::Foreign)
    } else if table.checks.iter().any(|check| is(&check.name)) {
        Some(ConstraintKind::Check)
    } else if table.uniques.iter().any(|unique| is(&unique.name)) {
        Some(ConstraintKind::Unique)
    } else {
        None
    }
}

fn drop_constraint(
    constraint: Option<&str>,
    kind: Option<ConstraintKind>,
    able: &Capabilities,
) -> Option<String> {
    Some(match (kind, constraint) {
        (Some(ConstraintKind::Primary), _) => "DROP PRIMARY KEY".to_owned(),
        (Some(ConstraintKind::Foreign), Some(name)) => format!("DROP FOREIGN KEY {}", quote(name)),
        (Some(ConstraintKind::Unique), Some(name)) => format!("DROP INDEX {}", quote(name)),
        // MariaDB knows DROP CONSTRAINT only, MySQL before 8.0.19 DROP CHECK only.
        (Some(ConstraintKind::Check), Some(name)) if !able.mariadb => format!("DROP CHECK {}", quote(name)),
        (_, Some(name)) => format!("DROP CONSTRAINT {}", quote(name)),
        (_, None) => return None,
    })
}

/// A key is renamed by its index; a check or foreign key is dropped and made again.
fn rename_constraint(table: Option<&Table>, from: &str, to: &str, able: &Capabilities) -> Vec<String> {
    let Some(table) = table else { return Vec::new() };
    let is = |other: &Option<String>| other.as_deref().is_some_and(|other| same_word(other, from, MYSQL));
    if table.uniques.iter().any(|unique| is(&unique.name)) {
        return vec![format!("RENAME INDEX {} TO {}", quote(from), quote(to))];
    }
    let key = table.foreign_keys.iter().find(|key| is(&key.name)).cloned().map(Constraint::Foreign);
    let check = table.checks.iter().find(|check| is(&check.name)).cloned().map(Constraint::Check);
    let Some(mut constraint) = key.or(check) else { return Vec::new() };
    let kind = match &mut constraint {
        Constraint::Foreign(key) => {
            key.name = Some(to.to_owned());
            ConstraintKind::Foreign
        }
        Constraint::Check(check) => {
            check.name = Some(to.to_owned());
            ConstraintKind::Check
        }
        Constraint::Primary(_) | Constraint::Unique(_) | Constraint::Exclusion(_) => return Vec::new(),
    };
    let dropped = drop_constraint(Some(from), Some(kind), able);
    dropped.into_iter().chain([format!("ADD {}", table::constraint(&constraint, able))]).collect()
}

fn rename_index(table: &Table, from: &str, to: &str, able: &Capabilities) -> Vec<String> {
    let start = format!("ALTER TABLE {}", name(&table.name));
    if able.rename_index {
        return vec![format!("{start} RENAME INDEX {} TO {}", quote(from), quote(to))];
    }
    let Some(index) = table.index(from, MYSQL) else { return Vec::new() };
    let new = Index { name: to.to_owned(), ..index.clone() };
    vec![format!("{start} DROP INDEX {}", quote(from)), table::create_index(&table.name, &new)]
}

fn drop(kind: &str, object: &ObjectName, if_exists: bool) -> String {
    format!("DROP {kind} {}{}", if if_exists { "IF EXISTS " } else { "" }, name(object))
}

/// A routine's name without the types of its arguments: MySQL has one of each name.
fn bare(held: &ObjectName) -> ObjectName {
    let own = held.name.split('(').next().unwrap_or_default();
    ObjectName { schema: held.schema.clone(), name: own.into() }
}

fn kind_word(kind: ObjectKind) -> Option<&'static str> {
    Some(match kind {
        ObjectKind::Namespace => "SCHEMA",
        ObjectKind::Sequence => "SEQUENCE",
        ObjectKind::View | ObjectKind::MaterializedView => "VIEW",
        ObjectKind::Routine(RoutineKind::Function | RoutineKind::Aggregate) => "FUNCTION",
        ObjectKind::Routine(RoutineKind::Procedure) => "PROCEDURE",
        ObjectKind::Routine(RoutineKind::Event) => "EVENT",
        ObjectKind::Domain | ObjectKind::Type | ObjectKind::Extension => return None,
    })
}

fn create_view(view: &View, or_replace: bool) -> String {
    let or_replace = if or_replace { "OR REPLACE " } else { "" };
    let columns = if view.columns.is_empty() { String::new() } else { format!(" ({})", list(&view.columns)) };
    let option = |name: &str, glue: &str| {
        view.options.get(name).map_or_else(String::new, |value| format!("{name}{glue}{value} "))
    };
    let (algorithm, definer, security) =
        (option("ALGORITHM", " = "), option("DEFINER", " = "), option("SQL SECURITY", " "));
    let mut sql = format!(
        "CREATE {or_replace}{algorithm}{definer}{security}VIEW {}{columns} AS {}",
        name(&view.name),
        view.query.text()
    );
    if let Some(option) = view.options.get("CHECK OPTION") {
        sql.push_str(&format!(" WITH {option} CHECK OPTION"));
    }
    sql
}

fn create(object: &Object, or_replace: bool, if_not_exists: bool) -> Option<String> {
    let unless = if if_not_exists { "IF NOT EXISTS " } else { "" };
    match object {
        Object::Namespace(schema) => Some(format!("CREATE SCHEMA {unless}{}", quote(schema))),
        Object::Sequence(sequence) => {
            let change = SequenceChange {
                start: sequence.start,
                increment: sequence.increment,
                minimum: sequence.minimum.map(Some),
                maximum: sequence.maximum.map(Some),
                cache: sequence.cache,
                cycle: sequence.cycle.then_some(true),
                ..SequenceChange::default()
            };
            Some(format!("CREATE SEQUENCE {unless}{}{}", name(&sequence.name), sequence_options(&change)))
        }
        Object::Routine(routine) => Some(routine.definition.text().to_owned())
            .filter(|_| !or_replace || routine.kind != RoutineKind::Event),
        Object::Domain(_) | Object::Composite(_) | Object::Extension { .. } => None,
    }
}

/// MariaDB's order of options is free; it has no types before 11.5 and no owner.
fn sequence_options(change: &SequenceChange) -> String {
    let mut options = Vec::new();
    let bound = |word: &str, bound: Option<Option<i64>>| {
        bound.map(|bound| bound.map_or_else(|| format!("NO {word}"), |bound| format!("{word} {bound}")))
    };
    options.extend(change.start.map(|start| format!("START WITH {start}")));
    options.extend(change.increment.map(|step| format!("INCREMENT BY {step}")));
    options.extend(bound("MINVALUE", change.minimum));
    options.extend(bound("MAXVALUE", change.maximum));
    options.extend(change.cache.map(|cache| format!("CACHE {cache}")));
    options.extend(change.cycle.map(|cycle| if cycle { "CYCLE".to_owned() } else { "NOCYCLE".to_owned() }));
    options.extend(
        change.restart.map(|at| at.map_or_else(|| "RESTART".to_owned(), |at| format!("RESTART WITH {at}"))),
    );
    options.iter().map(|option| format!(" {option}")).collect()
}

fn comment(on: &Commented, said: Option<&str>, before: &Schema, able: &Capabilities) -> Option<String> {
    match on {
        Commented::Table(table) => {
            Some(format!("ALTER TABLE {} COMMENT = {}", name(table), text(said.unwrap_or(""))))
        }
        Commented::Column(table, column) => {
            let held = before.table(table)?.column(column, MYSQL)?;
            let new = Column { comment: said.map(str::to_owned), ..held.clone() };
            Some(format!("ALTER TABLE {} MODIFY COLUMN {}", name(table), table::column(&new, able)))
        }
        Commented::View(_) | Commented::Other => None,
    }
}

/// Where a column goes in a table whose columns are these already.
pub(super) fn place_after(table: &Table, at: usize) -> Position {
    match at.checked_sub(1).and_then(|before| table.columns.get(before)) {
        Some(column) => Position::After(column.name.clone()),
        None => Position::First,
    }
}
