//! Tables in JSON: the keys of the contract first, what only some servers have where it is there.

use serde_json::{Map, Value, json};

use crate::schema::{
    Check, Column, Deferral, Exclusion, Expression, ForeignKey, IdentityKind, Index, IndexKey, IndexPart,
    Options, Partitioning, PrimaryKey, ReferentialAction, Table, Unique, describe_index_part,
};

/// Adds a key where there is something to say.
pub(super) fn put(value: &mut Value, key: &str, held: Option<Value>) {
    if let (Some(map), Some(held)) = (value.as_object_mut(), held) {
        map.insert(key.to_owned(), held);
    }
}

fn deferral(deferral: Deferral) -> Option<Value> {
    (deferral != Deferral::NotDeferrable).then(|| json!(deferral.sql()))
}

pub(super) fn table(table: &Table) -> Value {
    let mut value = json!({
        "columns": table.columns.iter().map(column).collect::<Vec<_>>(),
        "primary_key": table.primary_key.as_ref().map(primary_key),
        "foreign_keys": table.foreign_keys.iter().map(foreign_key).collect::<Vec<_>>(),
        "uniques": table.uniques.iter().map(unique).collect::<Vec<_>>(),
        "checks": table.checks.iter().map(check).collect::<Vec<_>>(),
        "indexes": table.indexes.iter().map(index).collect::<Vec<_>>(),
        "comment": table.comment,
        "options": options(&table.options),
    });
    let some = |list: Vec<Value>| (!list.is_empty()).then(|| Value::Array(list));
    put(&mut value, "exclusions", some(table.exclusions.iter().map(exclusion).collect()));
    put(&mut value, "partition_by", table.partitioning.as_ref().map(partitioning));
    put(
        &mut value,
        "partition_of",
        table
            .partition_of
            .as_ref()
            .map(|of| json!({ "parent": of.parent.to_string(), "bounds": of.bounds.text() })),
    );
    put(
        &mut value,
        "inherits",
        some(table.inherits.iter().map(|parent| json!(parent.to_string())).collect()),
    );
    let security = table.row_security;
    let is_secured = security.enabled || security.forced;
    put(
        &mut value,
        "row_security",
        is_secured.then(|| json!({ "enabled": security.enabled, "forced": security.forced })),
    );
    value
}

fn options(options: &Options) -> Map<String, Value> {
    options.iter().map(|(name, value)| (name.clone(), json!(value))).collect()
}

fn exclusion(exclusion: &Exclusion) -> Value {
    let element = |(part, operator): &(IndexPart, String)| json!({ "part": describe_index_part(part), "operator": operator });
    let mut value = json!({
        "name": exclusion.name,
        "method": exclusion.method,
        "elements": exclusion.parts.iter().map(element).collect::<Vec<_>>(),
        "where": exclusion.predicate.as_ref().map(|predicate| predicate.text().to_owned()),
    });
    put(&mut value, "deferrable", deferral(exclusion.deferral));
    value
}

fn partitioning(held: &Partitioning) -> Value {
    json!({
        "method": held.method,
        "parts": held.parts.iter().map(describe_index_part).collect::<Vec<_>>(),
        "partitions": held.partitions.as_ref().map(|text| text.text().to_owned()),
    })
}

fn column(column: &Column) -> Value {
    let text = |expression: &Option<Expression>| expression.as_ref().map(|held| held.text().to_owned());
    let generated = column.generated.as_ref();
    let identity = column.identity.as_ref();
    let mut value = json!({
        "name": column.name,
        "type": column.column_type.to_string(),
        "nullable": column.nullable,
        "default": text(&column.default),
        "comment": column.comment,
        "generated": generated.map(|held| json!({ "expression": held.expression.text(), "stored": held.stored })),
        "identity": identity.map(|held| json!({
            "kind": identity_kind(held.kind), "start": held.start, "increment": held.increment,
        })),
        "collation": column.collation,
    });
    put(&mut value, "on_update", text(&column.on_update).map(Value::from));
    put(&mut value, "options", (!column.options.is_empty()).then(|| json!(options(&column.options))));
    value
}

fn identity_kind(kind: IdentityKind) -> &'static str {
    match kind {
        IdentityKind::Always => "always",
        IdentityKind::ByDefault => "by_default",
        IdentityKind::Serial => "serial",
        IdentityKind::Auto => "auto",
    }
}

fn primary_key(key: &PrimaryKey) -> Value {
    let mut value = json!({ "name": key.name, "columns": key.columns });
    put(&mut value, "include", (!key.include.is_empty()).then(|| json!(key.include)));
    put(&mut value, "deferrable", deferral(key.deferral));
    value
}

fn foreign_key(key: &ForeignKey) -> Value {
    // NO ACTION is what stands where nothing was said.
    let action = |action: ReferentialAction| match action {
        ReferentialAction::NoAction => None,
        ReferentialAction::Restrict
        | ReferentialAction::Cascade
        | ReferentialAction::SetNull
        | ReferentialAction::SetDefault => Some(action.sql()),
    };
    let mut value = json!({
        "name": key.name,
        "columns": key.columns,
        "ref_schema": key.ref_table.schema.as_deref(),
        "ref_table": &*key.ref_table.name,
        "ref_columns": key.ref_columns,
        "on_delete": action(key.on_delete),
        "on_update": action(key.on_update),
        "deferrable": key.deferral != Deferral::NotDeferrable,
        "initially": (key.deferral == Deferral::InitiallyDeferred).then_some("DEFERRED"),
    });
    put(&mut value, "match", key.match_full.then(|| json!("FULL")));
    put(&mut value, "set_columns", (!key.set_columns.is_empty()).then(|| json!(key.set_columns)));
    put(&mut value, "validated", (!key.validated).then(|| json!(false)));
    put(&mut value, "enforced", (!key.enforced).then(|| json!(false)));
    value
}

fn unique(unique: &Unique) -> Value {
    let mut value = json!({ "name": unique.name, "columns": unique.columns });
    put(&mut value, "nulls_not_distinct", unique.nulls_not_distinct.then(|| json!(true)));
    put(&mut value, "include", (!unique.include.is_empty()).then(|| json!(unique.include)));
    put(&mut value, "deferrable", deferral(unique.deferral));
    value
}

pub(super) fn check(check: &Check) -> Value {
    let mut value = json!({ "name": check.name, "expression": check.expression.text() });
    put(&mut value, "no_inherit", check.no_inherit.then(|| json!(true)));
    put(&mut value, "validated", (!check.validated).then(|| json!(false)));
    put(&mut value, "enforced", (!check.enforced).then(|| json!(false)));
    value
}

pub(super) fn index(index: &Index) -> Value {
    let (mut columns, mut expressions) = (Vec::new(), Vec::new());
    for part in &index.parts {
        match &part.key {
            IndexKey::Column(name) => columns.push(name.as_str()),
            IndexKey::Expression(expression) => expressions.push(expression.text()),
        }
    }
    let mut value = json!({
        "name": index.name,
        "columns": columns,
        "expressions": expressions,
        "unique": index.unique,
        "where": index.predicate.as_ref().map(|predicate| predicate.text().to_owned()),
        "method": index.method,
        "include": index.include,
    });
    // Order, NULLs, collation, operator class and prefix of the parts, where they are not the plain ones.
    let parts: Vec<String> = index.parts.iter().map(describe_index_part).collect();
    let plain = index.columns().is_some_and(|columns| columns == parts);
    put(&mut value, "parts", (!plain).then(|| json!(parts)));
    put(&mut value, "nulls_not_distinct", index.nulls_not_distinct.then(|| json!(true)));
    put(&mut value, "options", (!index.options.is_empty()).then(|| json!(options(&index.options))));
    value
}
