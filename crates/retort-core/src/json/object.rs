//! What stands beside tables in a schema, in JSON.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::table::{check, index, put};
use crate::schema::{
    Composite, Domain, Extension, Policy, Routine, RoutineKind, Schema, Sequence, SqlType, Table,
};

pub(super) fn enums(schema: &Schema) -> Map<String, Value> {
    let enums = schema.enums.values();
    enums.map(|held| (held.name.to_string(), json!({ "labels": held.labels }))).collect()
}

pub(super) fn views(schema: &Schema) -> Map<String, Value> {
    let form = |held: &crate::schema::View| {
        let mut value = json!({
            "columns": held.columns, "query": held.query.text(), "materialized": held.materialized,
        });
        put(&mut value, "comment", held.comment.as_ref().map(|comment| json!(comment)));
        put(
            &mut value,
            "indexes",
            (!held.indexes.is_empty()).then(|| held.indexes.iter().map(index).collect()),
        );
        put(&mut value, "options", (!held.options.is_empty()).then(|| json!(held.options)));
        value
    };
    schema.views.values().map(|held| (held.name.to_string(), form(held))).collect()
}

pub(super) fn triggers(schema: &Schema) -> Map<String, Value> {
    let form = |held: &crate::schema::Trigger| json!({ "table": held.table.to_string(), "definition": held.definition.text() });
    schema.triggers.values().map(|held| (held.name.to_string(), form(held))).collect()
}

pub(super) fn extensions(schema: &Schema) -> Map<String, Value> {
    let form = |held: &Extension| {
        let mut value = json!({});
        put(&mut value, "schema", held.schema.as_ref().map(|schema| json!(schema)));
        put(&mut value, "version", held.version.as_ref().map(|version| json!(version)));
        value
    };
    schema.extensions.iter().map(|(name, held)| (name.to_string(), form(held))).collect()
}

pub(super) fn sequences(schema: &Schema) -> Map<String, Value> {
    let form = |held: &Sequence| {
        json!({
            "type": held.number_type.as_ref().map(ToString::to_string),
            "start": held.start,
            "increment": held.increment,
            "minimum": held.minimum,
            "maximum": held.maximum,
            "cache": held.cache,
            "cycle": held.cycle,
            "owned_by": held.owned_by.as_ref().map(|(table, column)| format!("{table}.{column}")),
        })
    };
    schema.sequences.values().map(|held| (held.name.to_string(), form(held))).collect()
}

pub(super) fn routines(schema: &Schema) -> Map<String, Value> {
    let kind = |kind: RoutineKind| match kind {
        RoutineKind::Function => "function",
        RoutineKind::Procedure => "procedure",
        RoutineKind::Aggregate => "aggregate",
        RoutineKind::Event => "event",
    };
    let form = |held: &Routine| {
        json!({
            "kind": kind(held.kind),
            "returns": held.returns,
            "language": held.language,
            "definition": held.definition.text(),
        })
    };
    schema.routines.values().map(|held| (held.name.to_string(), form(held))).collect()
}

/// Policies of all tables, as `table.policy`.
pub(super) fn policies(schema: &Schema) -> Map<String, Value> {
    let of_table = |table: &Arc<Table>| {
        let name = table.name.to_string();
        let form = move |policy: &Policy| {
            let value = json!({
                "table": name,
                "permissive": policy.permissive,
                "command": policy.command,
                "roles": policy.roles,
                "using": policy.using.as_ref().map(|held| held.text().to_owned()),
                "check": policy.check.as_ref().map(|held| held.text().to_owned()),
            });
            (format!("{name}.{}", policy.name), value)
        };
        table.policies.iter().map(form).collect::<Vec<_>>()
    };
    schema.tables.values().flat_map(of_table).collect()
}

pub(super) fn domains(schema: &Schema) -> Map<String, Value> {
    let form = |held: &Domain| {
        json!({
            "type": held.base.to_string(),
            "nullable": held.nullable,
            "default": held.default.as_ref().map(|default| default.text().to_owned()),
            "collation": held.collation,
            "checks": held.checks.iter().map(check).collect::<Vec<_>>(),
        })
    };
    schema.domains.values().map(|held| (held.name.to_string(), form(held))).collect()
}

pub(super) fn composites(schema: &Schema) -> Map<String, Value> {
    let form = |held: &Composite| {
        let attribute = |(name, held): &(String, SqlType)| json!({ "name": name, "type": held.to_string() });
        json!({ "attributes": held.attributes.iter().map(attribute).collect::<Vec<_>>() })
    };
    schema.composites.values().map(|held| (held.name.to_string(), form(held))).collect()
}
