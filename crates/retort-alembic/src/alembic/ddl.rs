//! Statements made as objects: `CreateTable(table)`, `DDL("…")`.

use super::module::NativeDdl;
use super::world;
use super::wrap::{self, Item, NativeConstraint, NativeIndex, NativeItem, NativeTable, flag};
use crate::python::{Interpreter, Outcome, Unwind, Value};
use crate::sql::compile::ddl;
use crate::sql::identifier::Identifier;

/// The statements of an object that is one of DDL; None for all others.
pub(crate) fn statements(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Option<Vec<String>>> {
    let Some(own) = value.as_native::<NativeDdl>() else { return Ok(None) };
    let dialect = world::dialect(interp);
    let element = own.arguments.positional.first().cloned().unwrap_or(Value::None);
    let exists = flag(interp, own.arguments.get("if_not_exists").cloned(), false)?
        || flag(interp, own.arguments.get("if_exists").cloned(), false)?;
    let table = element.as_native::<NativeTable>().map(|table| table.table.borrow().clone());
    let index = element.as_native::<NativeIndex>();
    let of_index = index.as_ref().and_then(|index| index.table.borrow().clone());
    let constraint = element.as_native::<NativeConstraint>();
    let of_constraint = constraint.as_ref().and_then(|constraint| constraint.table.borrow().clone());
    let made = match (own.class, table, (index, of_index), (constraint, of_constraint)) {
        ("CreateTable", Some(table), _, _) => {
            ddl::create_table_statement(&table, exists, dialect).map(|text| vec![text])
        }
        ("DropTable", Some(table), _, _) => Ok(vec![ddl::drop_table(&table, exists, dialect)]),
        ("CreateIndex", _, (Some(index), Some(table)), _) => {
            let table = table.table.borrow();
            ddl::create_index(&index.index.borrow(), &table, exists, dialect).map(|text| vec![text])
        }
        ("DropIndex", _, (Some(index), Some(table)), _) => {
            let table = table.table.borrow();
            ddl::drop_index(&index.index.borrow(), &table, exists, dialect).map(|text| vec![text])
        }
        ("AddConstraint", _, _, (Some(constraint), Some(table))) => {
            let table = table.table.borrow();
            ddl::add_constraint(&constraint.constraint.borrow(), &table, dialect)
                .map(|text| text.into_iter().collect())
        }
        ("DropConstraint", _, _, (Some(constraint), Some(table))) => {
            let table = table.table.borrow();
            ddl::drop_constraint(&constraint.constraint.borrow(), &table, exists, dialect)
                .map(|text| vec![text])
        }
        ("CreateSequence" | "DropSequence", ..) => {
            return sequence(interp, own.class, &element, exists).map(Some);
        }
        ("CreateSchema" | "DropSchema", ..) => {
            let name =
                Identifier::new(wrap::known_text(interp, &element, "the name of a schema")?).sql(dialect);
            let cascade = flag(interp, own.arguments.get("cascade").cloned(), false)?;
            let (verb, word) = match own.class {
                "CreateSchema" => ("CREATE", if exists { "IF NOT EXISTS " } else { "" }),
                _ => ("DROP", if exists { "IF EXISTS " } else { "" }),
            };
            let end = if cascade { " CASCADE" } else { "" };
            Ok(vec![format!("{verb} SCHEMA {word}{name}{end}")])
        }
        ("DDL", ..) => {
            let sql = wrap::known_text(interp, &element, "DDL()")?;
            if own.arguments.get("context").is_some() || own.arguments.positional.len() > 1 {
                return Err(Unwind::unsupported("DDL() with a context"));
            }
            // `%` is doubled, as in Python's own formatting.
            Ok(vec![sql.replace("%%", "%")])
        }
        (class, ..) => return Err(Unwind::unsupported(format!("`{class}` of this object"))),
    };
    wrap::checked(interp, made).map(Some)
}

fn sequence(
    interp: &mut Interpreter<'_>,
    class: &str,
    element: &Value,
    exists: bool,
) -> Outcome<Vec<String>> {
    let dialect = world::dialect(interp);
    let Some(item) = element.as_native::<NativeItem>() else {
        return Err(Unwind::type_error("a Sequence is expected"));
    };
    let Item::Sequence(sequence) = &item.item else {
        return Err(Unwind::type_error("a Sequence is expected"));
    };
    let made = match class {
        "CreateSequence" => ddl::create_sequence(sequence, exists, dialect),
        _ => Ok(ddl::drop_sequence(sequence, exists, dialect)),
    };
    Ok(wrap::checked(interp, made)?.into_iter().collect())
}
