//! What leaves the program as JSON: diagnostics, schemas and translations in their documented forms.
//!
//! In: values of the core. Out: [`Value`]s whose keys and order are promises to scripts. Whole documents, with
//! the command they answer, are made by the callers.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::diagnostic::Diagnostic;
use crate::dialect::Translated;
use crate::graph::Heads;
use crate::schema::{
    Check, Column, Expression, ForeignKey, IdentityKind, Index, IndexKey, PrimaryKey, ReferentialAction,
    Schema, Table, Unique,
};
use crate::source::{LineColumn, LineIndex, SourceFile, SourceId, Span};

/// The version of the forms.
pub const VERSION: u32 = 1;

/// Heads as a list of ids; empty is base.
pub fn heads(heads: &Heads) -> Value {
    heads.iter().map(|id| id.as_str()).collect()
}

/// Diagnostics with their places, as a list; `files` are the project's.
pub fn diagnostics(diagnostics: &[Diagnostic], files: &[SourceFile]) -> Value {
    let mut places = Places { files, indexes: BTreeMap::new() };
    diagnostics.iter().map(|diagnostic| places.diagnostic(diagnostic)).collect()
}

/// Finds lines and columns; each file is gone through once.
struct Places<'a> {
    files: &'a [SourceFile],
    indexes: BTreeMap<SourceId, LineIndex>,
}

impl Places<'_> {
    fn diagnostic(&mut self, diagnostic: &Diagnostic) -> Value {
        let labels: Vec<Value> =
            diagnostic.labels.iter().filter_map(|label| self.label(label.span, &label.text)).collect();
        json!({
            "code": diagnostic.code,
            "severity": diagnostic.severity.name(),
            "message": diagnostic.message,
            "labels": labels,
            "help": diagnostic.help,
        })
    }

    /// None where the place is in no file of the project.
    fn label(&mut self, span: Span, text: &str) -> Option<Value> {
        let file = self.files.get(span.source.0 as usize)?;
        let index = self.indexes.entry(span.source).or_insert_with(|| LineIndex::new(&file.text));
        let place = |at: u32| -> LineColumn { index.line_column(&file.text, at) };
        let (start, end) = (place(span.start), place(span.end));
        Some(json!({
            "file": file.name,
            "line": start.line,
            "column": start.column,
            "end_line": end.line,
            "end_column": end.column,
            "text": text,
        }))
    }
}

/// A statement of a translation; `source` is its text as written.
pub fn translated(source: &str, translated: &Translated) -> Value {
    let notes: Vec<Value> =
        translated.notes.iter().map(|note| json!({ "code": note.code, "message": note.message })).collect();
    json!({
        "source": source,
        "sql": translated.sql,
        "fidelity": translated.fidelity.name(),
        "notes": notes,
    })
}

/// A schema; `server` is the version of the server that holds it, None for a replayed one.
pub fn schema(schema: &Schema, server: Option<&str>) -> Value {
    let tables: Map<String, Value> =
        schema.tables.values().map(|held| (held.name.to_string(), table(held))).collect();
    json!({
        "dialect": schema.dialect.name(),
        "server": server,
        "tables": tables,
        "enums": enums(schema),
        "views": views(schema),
        "sequences": {},
        "triggers": triggers(schema),
        "functions": {},
        "policies": {},
        "extensions": extensions(schema),
    })
}

fn table(table: &Table) -> Value {
    json!({
        "columns": table.columns.iter().map(column).collect::<Vec<_>>(),
        "primary_key": table.primary_key.as_ref().map(primary_key),
        "foreign_keys": table.foreign_keys.iter().map(foreign_key).collect::<Vec<_>>(),
        "uniques": table.uniques.iter().map(unique).collect::<Vec<_>>(),
        "checks": table.checks.iter().map(check).collect::<Vec<_>>(),
        "indexes": table.indexes.iter().map(index).collect::<Vec<_>>(),
        "comment": table.comment,
        "options": table.options.iter().map(|(name, value)| (name.clone(), json!(value))).collect::<Map<_, _>>(),
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
    // Only MySQL has it, so it stands only where it is.
    if let (Some(on_update), Some(map)) = (text(&column.on_update), value.as_object_mut()) {
        map.insert("on_update".to_owned(), json!(on_update));
    }
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
    json!({ "name": key.name, "columns": key.columns })
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
    json!({
        "name": key.name,
        "columns": key.columns,
        "ref_schema": key.ref_table.schema.as_deref(),
        "ref_table": &*key.ref_table.name,
        "ref_columns": key.ref_columns,
        "on_delete": action(key.on_delete),
        "on_update": action(key.on_update),
        "deferrable": key.deferrable,
        "initially": key.initially_deferred.then_some("DEFERRED"),
    })
}

fn unique(unique: &Unique) -> Value {
    json!({ "name": unique.name, "columns": unique.columns })
}

fn check(check: &Check) -> Value {
    json!({ "name": check.name, "expression": check.expression.text() })
}

fn index(index: &Index) -> Value {
    let (mut columns, mut expressions) = (Vec::new(), Vec::new());
    for part in &index.parts {
        match &part.key {
            IndexKey::Column(name) => columns.push(name.as_str()),
            IndexKey::Expression(expression) => expressions.push(expression.text()),
        }
    }
    json!({
        "name": index.name,
        "columns": columns,
        "expressions": expressions,
        "unique": index.unique,
        "where": index.predicate.as_ref().map(|predicate| predicate.text().to_owned()),
        "method": index.method,
        "include": index.include,
    })
}

fn enums(schema: &Schema) -> Map<String, Value> {
    let enums = schema.enums.values();
    enums.map(|held| (held.name.to_string(), json!({ "labels": held.labels }))).collect()
}

fn views(schema: &Schema) -> Map<String, Value> {
    let form = |held: &crate::schema::View| {
        json!({
            "columns": held.columns, "query": held.query.text(), "materialized": held.materialized,
        })
    };
    schema.views.values().map(|held| (held.name.to_string(), form(held))).collect()
}

fn triggers(schema: &Schema) -> Map<String, Value> {
    let form = |held: &crate::schema::Trigger| json!({ "table": held.table.to_string(), "definition": held.definition.text() });
    schema.triggers.values().map(|held| (held.name.to_string(), form(held))).collect()
}

fn extensions(schema: &Schema) -> Map<String, Value> {
    schema.extensions.keys().map(|name| (name.to_string(), json!({}))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::{apply, from_sql};
    use crate::source::DialectKind;

    fn made(sql: &str) -> Schema {
        let file = SourceFile::new(SourceId(0), "a.sql", sql);
        let mut schema = Schema::empty(DialectKind::Sqlite);
        for directive in from_sql(&file, 0..sql.len(), DialectKind::Sqlite).value {
            for operation in &directive.operations {
                apply(&mut schema, operation).unwrap();
            }
        }
        schema
    }

    #[test]
    fn a_schema_has_the_keys_of_the_contract_in_their_order() {
        let made = made(
            "CREATE TABLE users (id INTEGER CONSTRAINT pk PRIMARY KEY, n TEXT NOT NULL DEFAULT 'x', CHECK (n > ''));\
             CREATE TABLE t (u INTEGER REFERENCES users (id) ON DELETE CASCADE, UNIQUE (u));\
             CREATE UNIQUE INDEX ix ON t (u) WHERE u > 0",
        );
        let text = schema(&made, Some("3.51.1"))["tables"].to_string();
        let expected = concat!(
            r#"{"t":{"columns":[{"name":"u","type":"INTEGER","nullable":true,"default":null,"comment":null,"#,
            r#""generated":null,"identity":null,"collation":null}],"primary_key":null,"#,
            r#""foreign_keys":[{"name":null,"columns":["u"],"ref_schema":null,"ref_table":"users","ref_columns":["id"],"#,
            r#""on_delete":"CASCADE","on_update":null,"deferrable":false,"initially":null}],"#,
            r#""uniques":[{"name":null,"columns":["u"]}],"checks":[],"#,
            r#""indexes":[{"name":"ix","columns":["u"],"expressions":[],"unique":true,"where":"u > 0","method":null,"include":[]}],"#,
            r#""comment":null,"options":{}},"#,
            r#""users":{"columns":[{"name":"id","type":"INTEGER","nullable":true,"default":null,"comment":null,"#,
            r#""generated":null,"identity":null,"collation":null},"#,
            r#"{"name":"n","type":"TEXT","nullable":false,"default":"'x'","comment":null,"#,
            r#""generated":null,"identity":null,"collation":null}],"primary_key":{"name":"pk","columns":["id"]},"#,
            r#""foreign_keys":[],"uniques":[],"checks":[{"name":null,"expression":"n > ''"}],"indexes":[],"#,
            r#""comment":null,"options":{}}}"#,
        );
        assert_eq!(text, expected);
        let keys: Vec<String> = schema(&made, None).as_object().unwrap().keys().cloned().collect();
        assert_eq!(
            keys.join(" "),
            "dialect server tables enums views sequences triggers functions policies extensions"
        );
    }

    #[test]
    fn places_are_lines_and_columns_of_characters() {
        let files = [SourceFile::new(SourceId(0), "a.sql", "ä b\nc d")];
        let said = Diagnostic::error("a/b", "no").at(Span::new(SourceId(0), 3, 6), "here").help("Do");
        assert_eq!(
            diagnostics(&[said], &files).to_string(),
            concat!(
                r#"[{"code":"a/b","severity":"error","message":"no","labels":[{"file":"a.sql","line":1,"#,
                r#""column":3,"end_line":2,"end_column":2,"text":"here"}],"help":["Do"]}]"#
            )
        );
    }
}
