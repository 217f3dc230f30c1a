//! What `inspect(connection)` answers.

use std::collections::BTreeSet;
use std::sync::Arc;

use retort_core::schema::{
    self as core, Deferral, IdentityKind, ObjectName, ReferentialAction, Schema, Table,
};

use super::types::reflected_type;
use super::{identity_of, plain_column, verbatim};
use crate::sql::dialect::Dialect;
use crate::sql::literal::Literal;
use crate::sql::table::{IdentityOptions, OptionValue, Options};
use crate::sql::types::{Affinity, DataType};

/// `get_columns`
#[derive(Clone, Debug)]
pub struct ReflectedColumn {
    /// `name`
    pub name: String,
    /// `type`
    pub data_type: DataType,
    /// `nullable`
    pub nullable: bool,
    /// `default`
    pub default: Option<String>,
    /// `autoincrement`; None is absent.
    pub autoincrement: Option<bool>,
    /// `comment`
    pub comment: Option<String>,
    /// `computed`: text and `persisted`.
    pub computed: Option<(String, Option<bool>)>,
    /// `identity`
    pub identity: Option<IdentityOptions>,
    /// `primary_key` (SQLite): the place in the key from 1, or 0.
    pub primary_key: usize,
}

/// `get_foreign_keys`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReflectedForeignKey {
    /// `name`
    pub name: Option<String>,
    /// `constrained_columns`
    pub columns: Vec<String>,
    /// `referred_schema`
    pub referred_schema: Option<String>,
    /// `referred_table`
    pub referred_table: String,
    /// `referred_columns`
    pub referred_columns: Vec<String>,
    /// `options`: `ondelete`
    pub ondelete: Option<String>,
    /// `options`: `onupdate`
    pub onupdate: Option<String>,
    /// `options`: `deferrable`
    pub deferrable: Option<bool>,
    /// `options`: `initially`
    pub initially: Option<String>,
    /// `options`: `match`
    pub match_: Option<String>,
}

/// `get_indexes`
#[derive(Clone, Debug)]
pub struct ReflectedIndex {
    /// `name`
    pub name: String,
    /// `column_names`; None for an expression.
    pub columns: Vec<Option<String>>,
    /// `expressions`: all parts as text, when one of them is an expression.
    pub expressions: Vec<String>,
    /// `unique`
    pub unique: bool,
    /// `duplicates_constraint`: it belongs to the UNIQUE constraint of its name.
    pub duplicates_constraint: bool,
    /// `include_columns` (PostgreSQL)
    pub include: Vec<String>,
    /// `dialect_options`
    pub options: Options,
    /// A part of it is an expression.
    pub is_expression: bool,
}

/// `get_unique_constraints`
#[derive(Clone, Debug)]
pub struct ReflectedUnique {
    /// `name`
    pub name: Option<String>,
    /// `column_names`
    pub columns: Vec<String>,
    /// `duplicates_index` (MySQL): a UNIQUE is an index there.
    pub duplicates_index: Option<String>,
    /// `dialect_options`
    pub options: Options,
}

/// `get_check_constraints`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReflectedCheck {
    /// `name`
    pub name: Option<String>,
    /// `sqltext`
    pub sqltext: String,
}

fn in_schema(name: &ObjectName, schema: Option<&str>) -> bool {
    match schema {
        None | Some("public" | "main") => name.schema.is_none(),
        Some(schema) => name.schema.as_deref() == Some(schema),
    }
}

/// The table of that name.
pub fn find_table<'a>(schema: &'a Schema, namespace: Option<&str>, name: &str) -> Option<&'a Arc<Table>> {
    schema.table(&object(namespace, name))
}

fn object(namespace: Option<&str>, name: &str) -> ObjectName {
    match namespace {
        Some(namespace) => ObjectName::qualified(namespace, name),
        None => ObjectName::bare(name),
    }
}

/// `get_table_names`, in the order of names.
pub fn table_names(schema: &Schema, namespace: Option<&str>) -> Vec<String> {
    let tables = schema.tables.values().map(|table| &table.name).filter(|name| in_schema(name, namespace));
    tables.map(|name| name.name.to_string()).collect()
}

/// `get_view_names`: materialized views are asked for by another method.
pub fn view_names(schema: &Schema, namespace: Option<&str>, materialized: bool) -> Vec<String> {
    let views = schema
        .views
        .values()
        .filter(|view| view.materialized == materialized && in_schema(&view.name, namespace));
    views.map(|view| view.name.name.to_string()).collect()
}

/// `get_schema_names`
pub fn schema_names(schema: &Schema, dialect: Dialect) -> Vec<String> {
    let mut names: Vec<String> = schema.namespaces.iter().map(ToString::to_string).collect();
    match dialect.kind {
        retort_core::source::DialectKind::Sqlite => names.insert(0, "main".to_owned()),
        retort_core::source::DialectKind::Postgres => {
            names.extend(["information_schema".to_owned(), "public".to_owned()]);
        }
        retort_core::source::DialectKind::Mysql => {}
    }
    names.sort();
    names
}

/// `get_sequence_names`
pub fn sequence_names(schema: &Schema, namespace: Option<&str>) -> Vec<String> {
    let sequences = schema.sequences.values().filter(|sequence| in_schema(&sequence.name, namespace));
    sequences.map(|sequence| sequence.name.name.to_string()).collect()
}

/// `has_table`: tables and views.
pub fn has_table(schema: &Schema, namespace: Option<&str>, name: &str) -> bool {
    let name = object(namespace, name);
    schema.table(&name).is_some() || schema.view(&name).is_some()
}

/// `has_index`
pub fn has_index(
    schema: &Schema,
    namespace: Option<&str>,
    table: &str,
    name: &str,
    dialect: Dialect,
) -> bool {
    find_table(schema, namespace, table)
        .is_some_and(|table| indexes(table, dialect).iter().any(|index| index.name == name))
}

/// `has_sequence`
pub fn has_sequence(schema: &Schema, namespace: Option<&str>, name: &str) -> bool {
    schema.sequence(&object(namespace, name)).is_some()
        || serial_sequences(schema).iter().any(|own| own == name)
}

/// The sequences that serial columns bring along.
fn serial_sequences(schema: &Schema) -> Vec<String> {
    let mut names = Vec::new();
    for table in schema.tables.values() {
        let serial = |column: &&core::Column| {
            column.identity.as_ref().is_some_and(|identity| identity.kind != IdentityKind::Auto)
        };
        names.extend(
            table
                .columns
                .iter()
                .filter(serial)
                .map(|column| format!("{}_{}_seq", table.name.name, column.name)),
        );
    }
    names
}

/// `get_enums` (PostgreSQL): schema, name, labels.
pub fn enums(schema: &Schema, namespace: Option<&str>) -> Vec<(Option<String>, String, Vec<String>)> {
    let all = schema.enums.values().filter(|own| namespace == Some("*") || in_schema(&own.name, namespace));
    all.map(|own| {
        (own.name.schema.as_deref().map(str::to_owned), own.name.name.to_string(), own.labels.clone())
    })
    .collect()
}

/// `get_table_comment`
pub fn table_comment(table: &Table) -> Option<String> {
    table.comment.clone()
}

/// `get_columns`
pub fn columns(schema: &Schema, table: &Table, dialect: Dialect) -> Vec<ReflectedColumn> {
    table.columns.iter().map(|column| reflect_column(schema, table, column, dialect)).collect()
}

fn reflect_column(
    schema: &Schema,
    table: &Table,
    column: &core::Column,
    dialect: Dialect,
) -> ReflectedColumn {
    let data_type = reflected_type(column.column_type.text(), column.collation.as_deref(), schema, dialect);
    let kind = column.identity.as_ref().map(|identity| identity.kind);
    let serial = dialect.is_postgres() && kind == Some(IdentityKind::Serial);
    let mut default = column.default.as_ref().map(|default| match dialect.is_sqlite() {
        true => default.enclosed().to_owned(),
        false => default.text().to_owned(),
    });
    if serial {
        default = Some(format!("nextval('{}_{}_seq'::regclass)", table.name.name, column.name));
    }
    if let (Some(on_update), true) = (&column.on_update, dialect.is_mysql()) {
        default = default.map(|default| format!("{default} ON UPDATE {}", on_update.text()));
    }
    let is_auto = serial || kind == Some(IdentityKind::Auto);
    let autoincrement = match dialect.kind {
        retort_core::source::DialectKind::Sqlite => None,
        retort_core::source::DialectKind::Postgres => Some(is_auto || column.identity.is_some()),
        retort_core::source::DialectKind::Mysql if is_auto => Some(true),
        retort_core::source::DialectKind::Mysql => {
            (data_type.affinity() == Affinity::Integer).then_some(false)
        }
    };
    let place =
        table.primary_key.as_ref().and_then(|key| key.columns.iter().position(|own| *own == column.name));
    ReflectedColumn {
        name: column.name.clone(),
        data_type,
        nullable: column.nullable,
        default,
        autoincrement,
        comment: column.comment.clone().filter(|_| !dialect.is_sqlite()),
        computed: column.generated.as_ref().map(|own| (own.expression.text().to_owned(), Some(own.stored))),
        identity: column.identity.as_ref().filter(|_| dialect.is_postgres()).and_then(identity_of),
        primary_key: place.map_or(0, |place| place + 1),
    }
}

/// `get_pk_constraint`: name and columns; None when there is no key.
pub fn pk_constraint(table: &Table, dialect: Dialect) -> Option<(Option<String>, Vec<String>)> {
    let key = table.primary_key.as_ref()?;
    let name =
        key.name.clone().or_else(|| dialect.is_postgres().then(|| format!("{}_pkey", table.name.name)));
    Some((name.filter(|_| !dialect.is_mysql()), key.columns.clone()))
}

/// `get_foreign_keys`
pub fn foreign_keys(schema: &Schema, table: &Table, dialect: Dialect) -> Vec<ReflectedForeignKey> {
    let reflect = |key: &core::ForeignKey| {
        let mut referred = key.ref_columns.clone();
        if referred.is_empty() {
            let parent = schema.table(&key.ref_table).and_then(|table| table.primary_key.as_ref());
            referred = parent.map(|key| key.columns.clone()).unwrap_or_default();
        }
        let action = |action: ReferentialAction| {
            let hidden = action == ReferentialAction::NoAction
                || (dialect.is_mysql() && !dialect.mariadb && action == ReferentialAction::Restrict);
            (!hidden).then(|| action.sql().to_owned())
        };
        let (deferrable, initially) = match key.deferral {
            Deferral::NotDeferrable => (None, None),
            Deferral::Deferrable => (Some(true), None),
            Deferral::InitiallyDeferred => (Some(true), Some("DEFERRED".to_owned())),
        };
        ReflectedForeignKey {
            name: key.name.clone(),
            columns: key.columns.clone(),
            referred_schema: key.ref_table.schema.as_deref().map(str::to_owned),
            referred_table: key.ref_table.name.to_string(),
            referred_columns: referred,
            ondelete: action(key.on_delete),
            onupdate: action(key.on_update),
            deferrable,
            initially,
            match_: (key.match_full && dialect.is_postgres()).then(|| "FULL".to_owned()),
        }
    };
    let mut keys: Vec<ReflectedForeignKey> = table.foreign_keys.iter().map(reflect).collect();
    match dialect.is_sqlite() {
        true => {
            retain_first(&mut keys, |key| {
                (key.columns.clone(), key.referred_table.clone(), key.referred_columns.clone())
            });
            // Named keys are found in the text of the table, the others come behind.
            keys.sort_by_key(|key| key.name.is_none());
        }
        false => keys.sort_by(|a, b| a.name.cmp(&b.name)),
    }
    keys
}

/// SQLAlchemy finds a key of SQLite by its columns: of two over the same ones it sees the first alone.
fn retain_first<T, K: Ord>(all: &mut Vec<T>, signature: impl Fn(&T) -> K) {
    let mut seen = BTreeSet::new();
    all.retain(|one| seen.insert(signature(one)));
}

/// `get_indexes`. PostgreSQL and MySQL show the indexes of UNIQUE constraints too.
pub fn indexes(table: &Table, dialect: Dialect) -> Vec<ReflectedIndex> {
    let mut all: Vec<ReflectedIndex> =
        table.indexes.iter().map(|index| reflect_index(index, dialect)).collect();
    if !dialect.is_sqlite() {
        for unique in &table.uniques {
            all.push(ReflectedIndex {
                name: unique.name.clone().unwrap_or_default(),
                columns: unique.columns.iter().cloned().map(Some).collect(),
                expressions: Vec::new(),
                unique: true,
                duplicates_constraint: dialect.is_postgres(),
                include: unique.include.clone(),
                options: Options::default(),
                is_expression: false,
            });
        }
    } else {
        // SQLite's dialect leaves out what it cannot name by columns.
        all.retain(|index| !index.is_expression);
    }
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

fn reflect_index(index: &core::Index, dialect: Dialect) -> ReflectedIndex {
    let columns: Vec<Option<String>> = index.parts.iter().map(plain_column).collect();
    let is_expression = columns.iter().any(Option::is_none);
    let text = |part: &core::IndexPart| match &part.key {
        core::IndexKey::Column(name) => name.clone(),
        core::IndexKey::Expression(expression) => expression.text().to_owned(),
    };
    let mut options = Vec::new();
    if let Some(predicate) = &index.predicate {
        let name = format!("{}_where", dialect.name());
        options.push((
            name,
            OptionValue::Expression(verbatim(if dialect.is_sqlite() {
                predicate.enclosed()
            } else {
                predicate.text()
            })),
        ));
    }
    if let (Some(method), true) = (&index.method, dialect.is_postgres())
        && method != "btree"
    {
        options.push(("postgresql_using".to_owned(), OptionValue::Literal(Literal::text(method))));
    }
    if dialect.is_postgres() {
        let classes = index
            .parts
            .iter()
            .filter_map(|part| Some((plain_column(part)?, Literal::text(part.operator_class.as_deref()?))));
        let classes: Vec<(String, Literal)> = classes.collect();
        if !classes.is_empty() {
            options.push(("postgresql_ops".to_owned(), OptionValue::Map(classes)));
        }
        if !index.include.is_empty() {
            options.push(("postgresql_include".to_owned(), OptionValue::Names(index.include.clone())));
        }
    }
    ReflectedIndex {
        name: index.name.clone(),
        expressions: if is_expression { index.parts.iter().map(text).collect() } else { Vec::new() },
        columns,
        unique: index.unique,
        duplicates_constraint: false,
        include: index.include.clone(),
        options: Options(options),
        is_expression,
    }
}

/// `get_unique_constraints`. MySQL shows unique indexes as constraints.
pub fn unique_constraints(table: &Table, dialect: Dialect) -> Vec<ReflectedUnique> {
    let mut all: Vec<ReflectedUnique> = table
        .uniques
        .iter()
        .map(|unique| ReflectedUnique {
            name: unique.name.clone(),
            columns: unique.columns.clone(),
            duplicates_index: unique.name.clone().filter(|_| dialect.is_mysql()),
            options: match unique.nulls_not_distinct && dialect.is_postgres() {
                true => Options(vec![(
                    "postgresql_nulls_not_distinct".to_owned(),
                    OptionValue::Literal(Literal::Bool(true)),
                )]),
                false => Options::default(),
            },
        })
        .collect();
    if dialect.is_sqlite() {
        retain_first(&mut all, |unique| unique.columns.clone());
    }
    if dialect.is_mysql() {
        let unique = table.indexes.iter().filter(|index| index.unique);
        all.extend(unique.map(|index| ReflectedUnique {
            name: Some(index.name.clone()),
            columns: index.parts.iter().filter_map(plain_column).collect(),
            duplicates_index: Some(index.name.clone()),
            options: Options::default(),
        }));
    }
    all
}

/// `get_check_constraints`, nameless ones last.
pub fn check_constraints(table: &Table, dialect: Dialect) -> Vec<ReflectedCheck> {
    let reflect = |check: &core::Check| ReflectedCheck {
        name: check.name.clone(),
        sqltext: check.expression.text().to_owned(),
    };
    let mut checks: Vec<ReflectedCheck> = table.checks.iter().map(reflect).collect();
    if !dialect.is_mysql() {
        checks.sort_by_key(|check| check.name.clone().unwrap_or_else(|| "~".to_owned()));
    }
    checks
}
