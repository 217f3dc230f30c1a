//! Statements about single rows: by key, with literal values.

use super::{quote, table_name};
use crate::database::Value;
use crate::schema::{ObjectName, Table};
use crate::token::text_literal;

/// A value as a literal.
pub fn literal(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Integer(number) => number.to_string(),
        // 9e999 is how SQLite writes an infinity.
        Value::Real(number) if number.is_infinite() => {
            if *number > 0.0 { "9e999" } else { "-9e999" }.to_owned()
        }
        Value::Real(number) => format!("{number:?}"),
        Value::Text(text) => text_literal(text),
        Value::Blob(bytes) => {
            format!("X'{}'", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
        }
    }
}

fn condition(key: &[(String, Value)]) -> String {
    let parts = key.iter().map(|(column, value)| format!("{} IS {}", quote(column), literal(value)));
    parts.collect::<Vec<_>>().join(" AND ")
}

/// `DELETE` of the row with that key.
pub fn delete_row(table: &ObjectName, key: &[(String, Value)]) -> String {
    format!("DELETE FROM {} WHERE {}", table_name(table), condition(key))
}

/// All columns of the rows with those values.
pub fn select_rows(table: &Table, key: &[(String, Value)]) -> String {
    let columns: Vec<String> = table.columns.iter().map(|column| quote(&column.name)).collect();
    format!("SELECT {} FROM {} WHERE {}", columns.join(", "), table_name(&table.name), condition(key))
}
