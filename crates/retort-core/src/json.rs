//! What leaves the program as JSON: diagnostics, schemas and translations in their documented forms.
//!
//! In: values of the core. Out: [`Value`]s whose keys and order are promises to scripts. Whole documents, with
//! the command they answer, are made by the callers.

mod object;
mod table;

use serde_json::{Map, Value, json};

use crate::diagnostic::Diagnostic;
use crate::dialect::Translated;
use crate::graph::Heads;
use crate::schema::Schema;
use crate::source::{SourceFile, Span};

/// The version of the forms.
pub const VERSION: u32 = 1;

/// Heads as a list of ids; empty is base.
pub fn heads(heads: &Heads) -> Value {
    heads.iter().map(|id| id.as_str()).collect()
}

/// Diagnostics with their places, as a list; `files` are the project's.
pub fn diagnostics(diagnostics: &[Diagnostic], files: &[SourceFile]) -> Value {
    diagnostics.iter().map(|said| diagnostic(said, files)).collect()
}

fn diagnostic(diagnostic: &Diagnostic, files: &[SourceFile]) -> Value {
    let labels: Vec<Value> =
        diagnostic.labels.iter().filter_map(|found| label(found.span, &found.text, files)).collect();
    json!({
        "code": diagnostic.code,
        "severity": diagnostic.severity.name(),
        "message": diagnostic.message,
        "labels": labels,
        "help": diagnostic.help,
    })
}

/// None where the place is in no file of the project.
fn label(span: Span, text: &str, files: &[SourceFile]) -> Option<Value> {
    let file = files.get(span.source.0 as usize)?;
    let (start, end) = (file.place(span.start), file.place(span.end));
    Some(json!({
        "file": file.name,
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
        "text": text,
    }))
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
        schema.tables.values().map(|held| (held.name.to_string(), table::table(held))).collect();
    json!({
        "dialect": schema.dialect.name(),
        "server": server,
        "tables": tables,
        "enums": object::enums(schema),
        "views": object::views(schema),
        "sequences": object::sequences(schema),
        "triggers": object::triggers(schema),
        "functions": object::routines(schema),
        "policies": object::policies(schema),
        "extensions": object::extensions(schema),
        "domains": object::domains(schema),
        "composites": object::composites(schema),
        "schemas": schema.namespaces.iter().map(|name| &**name).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::{apply, from_sql};
    use crate::source::{DialectKind, SourceId};

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
            "dialect server tables enums views sequences triggers functions policies extensions domains composites schemas"
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
