//! PostgreSQL's own words for each operation (PostgreSQL 18, chapter VI, "SQL Commands").

mod object;
mod table;

use super::Capabilities;
use super::words;
use crate::operation::{
    ColumnChange, Commented, ObjectKind, Operation, PolicyChange, RowSecurityChange, TableLike,
};
use crate::schema::{
    Constraint, ConstraintKind, Deferral, Expression, Identity, IdentityKind, ObjectName, Policy,
    RoutineKind, Schema,
};
use crate::source::DialectKind;

pub(super) use table::create_index;

const POSTGRES: DialectKind = DialectKind::Postgres;

pub(super) fn quote(name: &str) -> String {
    words::quote(name, POSTGRES)
}

pub(super) fn name(name: &ObjectName) -> String {
    words::object(name, POSTGRES)
}

fn list(names: &[String]) -> String {
    words::list(names, POSTGRES)
}

fn text(value: &str) -> String {
    words::text(value, POSTGRES)
}

/// The statements for one operation; `before` is the schema that it meets. Empty where there is nothing to run.
pub(super) fn say(operation: &Operation, before: &Schema, able: &Capabilities) -> Vec<String> {
    let one = |sql: String| vec![sql];
    match operation {
        Operation::CreateTable { table, likes, if_not_exists } => {
            let likes: Vec<String> = likes.iter().map(like).collect();
            one(table::create(table, &likes, *if_not_exists))
        }
        Operation::DropTable { name: table, if_exists, cascade } => {
            one(drop("TABLE", table, *if_exists, *cascade))
        }
        Operation::RenameTable { from, to } => rename("TABLE", from, to),
        Operation::CreateIndex { table, index, if_not_exists, concurrently } => {
            one(create_index(table, index, *if_not_exists, *concurrently))
        }
        Operation::DropIndex { table, name: index, if_exists } => {
            let held = before.table_of_index(table.as_ref(), index);
            let index = in_schema_of(held.map(|table| &table.name).or(table.as_ref()), index);
            one(drop("INDEX", &index, *if_exists, false))
        }
        Operation::RenameIndex { table, from, to } => {
            let held = before.table_of_index(table.as_ref(), from);
            let from = in_schema_of(held.map(|table| &table.name).or(table.as_ref()), from);
            one(format!("ALTER INDEX {} RENAME TO {}", name(&from), quote(to)))
        }
        Operation::CreateView { view, or_replace, if_not_exists } => {
            object::create_view(view, *or_replace, *if_not_exists)
        }
        Operation::DropView { name: view, if_exists, cascade, materialized } => {
            one(drop(if *materialized { "MATERIALIZED VIEW" } else { "VIEW" }, view, *if_exists, *cascade))
        }
        Operation::RefreshView { name: view, with_data } => {
            let data = if *with_data { "" } else { " WITH NO DATA" };
            one(format!("REFRESH MATERIALIZED VIEW {}{data}", name(view)))
        }
        Operation::CreateTrigger { trigger, .. } => one(trigger.definition.text().to_owned()),
        Operation::DropTrigger { name: trigger, table, if_exists } => {
            let on = table.as_ref().map_or_else(String::new, |table| format!(" ON {}", name(table)));
            one(format!("DROP TRIGGER {}{}{on}", if_exists_words(*if_exists), quote(&trigger.name)))
        }
        Operation::CreateEnum(made) => one(object::create_enum(made)),
        Operation::AddEnumLabel { name: held, label, place, if_not_exists } => {
            let if_not_exists = if *if_not_exists { "IF NOT EXISTS " } else { "" };
            let place = place.as_ref().map_or_else(String::new, |(before, other)| {
                format!(" {} {}", if *before { "BEFORE" } else { "AFTER" }, text(other))
            });
            one(format!("ALTER TYPE {} ADD VALUE {if_not_exists}{}{place}", name(held), text(label)))
        }
        Operation::RenameEnumLabel { name: held, from, to } => {
            one(format!("ALTER TYPE {} RENAME VALUE {} TO {}", name(held), text(from), text(to)))
        }
        Operation::DropType { name: held, if_exists, cascade } => {
            let kind = if before.domain(held).is_some() { "DOMAIN" } else { "TYPE" };
            one(drop(kind, held, *if_exists, *cascade))
        }
        Operation::Comment { on, text } => comment(on, text.as_deref(), before).into_iter().collect(),
        Operation::CreateObject { object, or_replace, if_not_exists } => {
            one(object::create(object, *or_replace, *if_not_exists))
        }
        Operation::DropObject { kind, name: held, if_exists, cascade } => {
            one(drop_object(*kind, held, *if_exists, *cascade))
        }
        Operation::RenameObject { kind, from, to } => rename(kind_word(*kind), from, to),
        Operation::AlterSequence { name: held, change } => object::alter_sequence(held, change),
        Operation::AlterDomain { name: held, change } => one(object::alter_domain(held, change)),
        Operation::Truncate { tables, restart_identity, cascade } => {
            let tables: Vec<String> = tables.iter().map(name).collect();
            let restart = if *restart_identity { " RESTART IDENTITY" } else { "" };
            one(format!("TRUNCATE {}{restart}{}", tables.join(", "), cascade_word(*cascade)))
        }
        Operation::AttachPartition { partition, of } => one(format!(
            "ALTER TABLE {} ATTACH PARTITION {} {}",
            name(&of.parent),
            name(partition),
            table::bounds(of)
        )),
        Operation::DetachPartition { table, partition } => {
            one(format!("ALTER TABLE {} DETACH PARTITION {}", name(table), name(partition)))
        }
        Operation::CreatePolicy { table, policy } => one(create_policy(table, policy)),
        Operation::AlterPolicy { table, name: policy, change } => alter_policy(table, policy, change),
        Operation::DropPolicy { table, name: policy, if_exists } => {
            one(format!("DROP POLICY {}{} ON {}", if_exists_words(*if_exists), quote(policy), name(table)))
        }
        Operation::RenameTrigger { table, from, to } => {
            one(format!("ALTER TRIGGER {} ON {} RENAME TO {}", quote(from), name(table), quote(to)))
        }
        Operation::AlterComposite { name: held, change } => one(object::alter_composite(held, change)),
        // PostgreSQL fixes how a table is spread when it is made, and has one character set.
        Operation::SetPartitioning { .. } | Operation::ConvertCharset { .. } => Vec::new(),
        Operation::ExecuteSql { sql, .. } => one(sql.text().to_owned()),
        Operation::AddColumn { table, .. }
        | Operation::DropColumn { table, .. }
        | Operation::RenameColumn { table, .. }
        | Operation::AlterColumn { table, .. }
        | Operation::AddConstraint { table, .. }
        | Operation::AdoptIndex { table, .. }
        | Operation::ValidateConstraint { table, .. }
        | Operation::AlterConstraint { table, .. }
        | Operation::DropConstraint { table, .. }
        | Operation::RenameConstraint { table, .. }
        | Operation::SetOption { table, .. }
        | Operation::SetInheritance { table, .. }
        | Operation::SetRowSecurity { table, .. } => {
            let actions = actions(operation, before, able);
            actions.into_iter().map(|action| action.on(table)).collect()
        }
    }
}

/// What is done to a table, or to the sequence that goes with a column of it.
enum Action {
    Alter(String),
    Other(String),
}

impl Action {
    fn on(self, table: &ObjectName) -> String {
        match self {
            Action::Alter(action) => format!("ALTER TABLE {} {action}", name(table)),
            Action::Other(sql) => sql,
        }
    }
}

fn actions(operation: &Operation, before: &Schema, able: &Capabilities) -> Vec<Action> {
    let one = |sql: String| vec![Action::Alter(sql)];
    match operation {
        Operation::AddColumn { column, if_not_exists, .. } => {
            let if_not_exists = if *if_not_exists { "IF NOT EXISTS " } else { "" };
            one(format!("ADD COLUMN {if_not_exists}{}", table::column(column)))
        }
        Operation::DropColumn { column, if_exists, cascade, .. } => one(format!(
            "DROP COLUMN {}{}{}",
            if_exists_words(*if_exists),
            quote(column),
            cascade_word(*cascade)
        )),
        Operation::RenameColumn { from, to, .. } => {
            one(format!("RENAME COLUMN {} TO {}", quote(from), quote(to)))
        }
        Operation::AlterColumn { table, column, change } => alter_column(table, column, change, before),
        Operation::AddConstraint { constraint, .. } => {
            one(format!("ADD {}", table::constraint(constraint, able)))
        }
        Operation::AdoptIndex { index, constraint, .. } => {
            let kind = if matches!(constraint, Constraint::Primary(_)) { "PRIMARY KEY" } else { "UNIQUE" };
            let named = words::constraint_name(constraint.name(), POSTGRES);
            one(format!("ADD {named}{kind} USING INDEX {}", quote(index)))
        }
        Operation::ValidateConstraint { name, .. } => one(format!("VALIDATE CONSTRAINT {}", quote(name))),
        Operation::AlterConstraint { name, deferral, enforced, .. } => {
            let mut action = format!("ALTER CONSTRAINT {}", quote(name));
            if let Some(deferral) = deferral {
                let none = *deferral == Deferral::NotDeferrable;
                action.push_str(&format!(" {}", if none { "NOT DEFERRABLE" } else { deferral.sql() }));
            }
            action.push_str(match enforced {
                Some(true) => " ENFORCED",
                Some(false) => " NOT ENFORCED",
                None => "",
            });
            one(action)
        }
        Operation::DropConstraint { table, name, kind, if_exists } => {
            let key = || {
                let primary = before.table(table).and_then(|table| table.primary_key.as_ref());
                primary.filter(|_| *kind == Some(ConstraintKind::Primary)).and_then(|key| key.name.clone())
            };
            let Some(name) = name.clone().or_else(key) else { return Vec::new() };
            one(format!("DROP CONSTRAINT {}{}", if_exists_words(*if_exists), quote(&name)))
        }
        Operation::RenameConstraint { from, to, .. } => {
            one(format!("RENAME CONSTRAINT {} TO {}", quote(from), quote(to)))
        }
        Operation::SetOption { name, value, .. } => one(table::set_option(name, value.as_deref())),
        Operation::SetInheritance { parent, inherits, .. } => {
            one(format!("{}INHERIT {}", if *inherits { "" } else { "NO " }, self::name(parent)))
        }
        Operation::SetRowSecurity { security, .. } => one(format!(
            "{} ROW LEVEL SECURITY",
            match security {
                RowSecurityChange::Enabled(true) => "ENABLE",
                RowSecurityChange::Enabled(false) => "DISABLE",
                RowSecurityChange::Forced(true) => "FORCE",
                RowSecurityChange::Forced(false) => "NO FORCE",
            }
        )),
        _ => Vec::new(),
    }
}

fn alter_column(table: &ObjectName, column: &str, change: &ColumnChange, before: &Schema) -> Vec<Action> {
    let said = quote(column);
    let alter = |action: String| Action::Alter(format!("ALTER COLUMN {said} {action}"));
    let one = |action: String| vec![alter(action)];
    match change {
        ColumnChange::Type { column_type, using, collation } => {
            let mut action = format!("TYPE {column_type}");
            if let Some(collation) = collation {
                action.push_str(&format!(" COLLATE {}", table::collation(collation)));
            }
            if let Some(using) = using {
                action.push_str(&format!(" USING {}", using.text()));
            }
            one(action)
        }
        ColumnChange::Nullable(true) => one("DROP NOT NULL".into()),
        ColumnChange::Nullable(false) => one("SET NOT NULL".into()),
        ColumnChange::Default(Some(default)) => one(format!("SET DEFAULT {}", table::default(default))),
        ColumnChange::Default(None) => one("DROP DEFAULT".into()),
        ColumnChange::DropGenerated => one("DROP EXPRESSION".into()),
        ColumnChange::Expression(expression) => one(format!("SET EXPRESSION AS ({})", expression.text())),
        ColumnChange::Identity(Some(identity)) if identity.kind == IdentityKind::Serial => {
            serial(table, column, identity)
                .into_iter()
                .chain([alter(format!("SET DEFAULT nextval({})", text(&name(&table.sequence_of(column)))))])
                .collect()
        }
        ColumnChange::Identity(new) => {
            let held = before
                .table(table)
                .and_then(|table| table.column(column, POSTGRES))
                .and_then(|c| c.identity.as_ref());
            identity(table, column, held, new.as_ref())
                .into_iter()
                .map(|action| match action {
                    Action::Alter(action) => alter(action),
                    other @ Action::Other(_) => other,
                })
                .collect()
        }
        ColumnChange::Option { name, value } => one(table::column_option(name, value)),
        ColumnChange::Whole { column: whole, .. } => {
            vec![alter(format!("TYPE {}", whole.column_type))]
        }
    }
}

fn identity(table: &ObjectName, column: &str, old: Option<&Identity>, new: Option<&Identity>) -> Vec<Action> {
    let is_serial = |identity: &&Identity| identity.kind == IdentityKind::Serial;
    let mut actions = Vec::new();
    if old.filter(is_serial).is_some() {
        actions.push(Action::Alter("DROP DEFAULT".into()));
        actions.push(Action::Other(format!("DROP SEQUENCE IF EXISTS {}", name(&table.sequence_of(column)))));
    }
    match (old.filter(|old| !is_serial(old)), new) {
        (None, None) => {}
        (Some(_), None) => actions.push(Action::Alter("DROP IDENTITY".into())),
        (None, Some(new)) => {
            // A column that numbers itself is NOT NULL (PostgreSQL 18, 5.3).
            actions.push(Action::Alter("SET NOT NULL".into()));
            actions.push(Action::Alter(format!("ADD {}", table::identity(new))));
        }
        (Some(_), Some(new)) => actions.push(Action::Alter(table::set_identity(new))),
    }
    actions
}

fn serial(table: &ObjectName, column: &str, identity: &Identity) -> Vec<Action> {
    let start = identity.start.map_or_else(String::new, |start| format!(" START WITH {start}"));
    vec![Action::Other(format!(
        "CREATE SEQUENCE {}{start} OWNED BY {}.{}",
        name(&table.sequence_of(column)),
        name(table),
        quote(column)
    ))]
}

fn in_schema_of(table: Option<&ObjectName>, own: &str) -> ObjectName {
    ObjectName { schema: table.and_then(|table| table.schema.clone()), name: own.into() }
}

fn if_exists_words(if_exists: bool) -> &'static str {
    if if_exists { "IF EXISTS " } else { "" }
}

fn cascade_word(cascade: bool) -> &'static str {
    if cascade { " CASCADE" } else { "" }
}

fn drop(kind: &str, object: &ObjectName, if_exists: bool, cascade: bool) -> String {
    format!("DROP {kind} {}{}{}", if_exists_words(if_exists), name(object), cascade_word(cascade))
}

fn kind_word(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Namespace => "SCHEMA",
        ObjectKind::Sequence => "SEQUENCE",
        ObjectKind::Domain => "DOMAIN",
        ObjectKind::Type => "TYPE",
        ObjectKind::Routine(RoutineKind::Function | RoutineKind::Event) => "FUNCTION",
        ObjectKind::Routine(RoutineKind::Procedure) => "PROCEDURE",
        ObjectKind::Routine(RoutineKind::Aggregate) => "AGGREGATE",
        ObjectKind::Extension => "EXTENSION",
        ObjectKind::View => "VIEW",
        ObjectKind::MaterializedView => "MATERIALIZED VIEW",
    }
}

/// A routine's name carries the types of its arguments.
fn routine_name(held: &ObjectName) -> String {
    match held.name.split_once('(') {
        Some((own, arguments)) => {
            let own = ObjectName { schema: held.schema.clone(), name: own.into() };
            format!("{}({arguments}", name(&own))
        }
        None => name(held),
    }
}

fn drop_object(kind: ObjectKind, held: &ObjectName, if_exists: bool, cascade: bool) -> String {
    let said = if matches!(kind, ObjectKind::Routine(_)) { routine_name(held) } else { name(held) };
    format!("DROP {} {}{said}{}", kind_word(kind), if_exists_words(if_exists), cascade_word(cascade))
}

/// RENAME TO, SET SCHEMA, or both.
fn rename(kind: &str, from: &ObjectName, to: &ObjectName) -> Vec<String> {
    let mut sql = Vec::new();
    let mut at = from.clone();
    if from.schema != to.schema {
        let schema = to.schema.as_deref().unwrap_or("public");
        sql.push(format!("ALTER {kind} {} SET SCHEMA {}", routine_name(from), quote(schema)));
        at.schema.clone_from(&to.schema);
    }
    if from.name != to.name {
        let bare = to.name.split('(').next().unwrap_or_default();
        let bare = if kind == "FUNCTION" || kind == "PROCEDURE" { bare } else { &*to.name };
        sql.push(format!("ALTER {kind} {} RENAME TO {}", routine_name(&at), quote(bare)));
    }
    sql
}

fn comment(on: &Commented, said: Option<&str>, before: &Schema) -> Option<String> {
    let on = match on {
        Commented::Table(table) => format!("TABLE {}", name(table)),
        Commented::Column(table, column) => format!("COLUMN {}.{}", name(table), quote(column)),
        Commented::View(view) => {
            let materialized = before.view(view).is_some_and(|view| view.materialized);
            format!("{} {}", if materialized { "MATERIALIZED VIEW" } else { "VIEW" }, name(view))
        }
        Commented::Other => return None,
    };
    Some(format!("COMMENT ON {on} IS {}", words::text_or_null(said, POSTGRES)))
}

fn like(like: &TableLike) -> String {
    let options = like
        .options
        .iter()
        .map(|(including, what)| format!(" {} {what}", if *including { "INCLUDING" } else { "EXCLUDING" }));
    format!("LIKE {}{}", name(&like.table), options.collect::<String>())
}

/// Roles are names, save for the words that stand for whoever it is.
fn roles(roles: &[String]) -> String {
    let special = ["PUBLIC", "CURRENT_USER", "CURRENT_ROLE", "SESSION_USER"];
    let said = roles.iter().map(|role| match special.iter().find(|word| role.eq_ignore_ascii_case(word)) {
        Some(word) => (*word).to_owned(),
        None => quote(role),
    });
    said.collect::<Vec<_>>().join(", ")
}

fn conditions(using: Option<&Expression>, check: Option<&Expression>) -> String {
    let using = using.map_or_else(String::new, |using| format!(" USING ({})", using.text()));
    let check = check.map_or_else(String::new, |check| format!(" WITH CHECK ({})", check.text()));
    using + &check
}

fn create_policy(table: &ObjectName, policy: &Policy) -> String {
    let kind = if policy.permissive { "" } else { " AS RESTRICTIVE" };
    let command = if policy.command == "ALL" { String::new() } else { format!(" FOR {}", policy.command) };
    let to = if policy.roles.is_empty() { String::new() } else { format!(" TO {}", roles(&policy.roles)) };
    let conditions = conditions(policy.using.as_ref(), policy.check.as_ref());
    format!("CREATE POLICY {} ON {}{kind}{command}{to}{conditions}", quote(&policy.name), name(table))
}

fn alter_policy(table: &ObjectName, policy: &str, change: &PolicyChange) -> Vec<String> {
    let start = |policy: &str| format!("ALTER POLICY {} ON {}", quote(policy), name(table));
    let mut sql = Vec::new();
    let mut called = policy;
    if let Some(new) = &change.name {
        sql.push(format!("{} RENAME TO {}", start(policy), quote(new)));
        called = new;
    }
    let to = change.roles.as_ref().map_or_else(String::new, |list| {
        format!(" TO {}", if list.is_empty() { "PUBLIC".to_owned() } else { roles(list) })
    });
    let conditions = conditions(change.using.as_ref(), change.check.as_ref());
    if !to.is_empty() || !conditions.is_empty() {
        sql.push(format!("{}{to}{conditions}", start(called)));
    }
    sql
}
