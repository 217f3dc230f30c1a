//! CREATE INDEX and DROP INDEX.

use std::rc::Rc;

use super::constraint::phrase;
use super::table_name;
use crate::sql::compile::expression_sql;
use crate::sql::dialect::Dialect;
use crate::sql::error::{Result, SqlError};
use crate::sql::expression::{Expr, Expression, Node, Operator};
use crate::sql::identifier::{Identifier, quote};
use crate::sql::literal::Literal;
use crate::sql::table::{Index, IndexPart, OptionValue, Table};

/// `CREATE INDEX …`
pub fn create_index(index: &Index, table: &Table, if_not_exists: bool, dialect: Dialect) -> Result<String> {
    let missing = || SqlError::compile("CREATE INDEX requires that the index have a name");
    let name = index.name.sql(dialect)?.ok_or_else(missing)?;
    let mut text = if index.unique { "CREATE UNIQUE " } else { "CREATE " }.to_owned();
    if let (true, Some(prefix)) = (dialect.is_mysql(), index.options.text("mysql_prefix")) {
        text.push_str(&format!("{prefix} "));
    }
    text.push_str("INDEX ");
    if dialect.is_postgres() && index.options.flag("postgresql_concurrently") == Some(true) {
        text.push_str("CONCURRENTLY ");
    }
    if if_not_exists {
        text.push_str("IF NOT EXISTS ");
    }
    match (dialect.is_sqlite(), &table.schema) {
        (true, Some(schema)) => {
            text.push_str(&format!("{}.{name} ON {} ", schema.sql(dialect), table.name.sql(dialect)));
        }
        _ => text.push_str(&format!("{name} ON {} ", table_name(table, dialect))),
    }
    if let (true, Some(using)) = (dialect.is_postgres(), index.options.text("postgresql_using")) {
        text.push_str(&format!("USING {} ", phrase(using)?.to_lowercase()));
    }
    text.push_str(&format!("({})", parts(index, table, dialect)?));
    text.push_str(&tail(index, table, dialect)?);
    Ok(text)
}

fn parts(index: &Index, table: &Table, dialect: Dialect) -> Result<String> {
    let mut texts = Vec::new();
    for part in &index.parts {
        let (text, key) = match part {
            IndexPart::Column(key) => {
                let name =
                    table.column(key).map_or_else(|| quote(key, dialect), |column| column.name.sql(dialect));
                (name, Some(key.clone()))
            }
            IndexPart::Expression(expression) => {
                let text = expression_sql(&grouped(expression, dialect), dialect)?;
                (text, expression.name().map(str::to_owned))
            }
        };
        let class = key
            .as_ref()
            .and_then(|key| option_of(index, "postgresql_ops", key))
            .filter(|_| dialect.is_postgres());
        let length = length_of(index, key.as_deref(), &text).filter(|_| dialect.is_mysql());
        texts.push(match (class, length) {
            (Some(class), _) => format!("{text} {class}"),
            (None, Some(length)) => format!("{text}({length})"),
            (None, None) => text,
        });
    }
    Ok(texts.join(", "))
}

fn option_of(index: &Index, option: &str, key: &str) -> Option<String> {
    let found = index.options.map(option).iter().find(|(own, _)| own == key).map(|(_, value)| value)?;
    match found {
        Literal::Str(text) => Some(text.clone()),
        Literal::Int(number) => Some(number.to_string()),
        _ => None,
    }
}

fn length_of(index: &Index, key: Option<&str>, text: &str) -> Option<String> {
    match index.options.get("mysql_length")? {
        OptionValue::Literal(Literal::Int(length)) => Some(length.to_string()),
        OptionValue::Map(_) => key
            .and_then(|key| option_of(index, "mysql_length", key))
            .or_else(|| option_of(index, "mysql_length", text)),
        _ => None,
    }
}

/// PostgreSQL groups every operator of an index, MySQL also functions; SQLite none.
fn grouped(expression: &Expr, dialect: Dialect) -> Expr {
    let is_ordering = |operator: &Operator| {
        matches!(operator, Operator::Desc | Operator::Asc | Operator::NullsFirst | Operator::NullsLast)
    };
    let group = match (&expression.node, dialect.is_mysql()) {
        (_, _) if dialect.is_sqlite() => false,
        (Node::Modifier { operator, .. }, _) => !is_ordering(operator),
        (Node::Binary { .. } | Node::Unary { .. }, _) => true,
        (Node::List { .. }, is_mysql) => !is_mysql,
        (Node::Function { .. }, is_mysql) => is_mysql,
        _ => false,
    };
    match group {
        true => Rc::new(Expression {
            node: Node::Group(Rc::clone(expression)),
            data_type: Rc::clone(&expression.data_type),
        }),
        false => Rc::clone(expression),
    }
}

fn tail(index: &Index, table: &Table, dialect: Dialect) -> Result<String> {
    let mut text = String::new();
    let predicate = |option: &str| match index.options.expression(option) {
        Some(predicate) => expression_sql(&predicate, dialect).map(|text| format!(" WHERE {text}")),
        None => Ok(String::new()),
    };
    if dialect.is_sqlite() {
        return predicate("sqlite_where");
    }
    if dialect.is_mysql() {
        if let Some(parser) = index.options.text("mysql_with_parser") {
            text.push_str(&format!(" WITH PARSER {parser}"));
        }
        if let Some(using) = index.options.text("mysql_using") {
            text.push_str(&format!(" USING {}", quote(using, dialect)));
        }
        return Ok(text);
    }
    let include = index.options.names("postgresql_include");
    if !include.is_empty() {
        let name =
            |key: &String| table.column(key).map_or_else(|| quote(key, dialect), |c| c.name.sql(dialect));
        text.push_str(&format!(" INCLUDE ({})", include.iter().map(name).collect::<Vec<_>>().join(", ")));
    }
    match index.options.flag("postgresql_nulls_not_distinct") {
        Some(true) => text.push_str(" NULLS NOT DISTINCT"),
        Some(false) => text.push_str(" NULLS DISTINCT"),
        None => {}
    }
    let with = with_options(index.options.map("postgresql_with"));
    if !with.is_empty() {
        text.push_str(&format!(" WITH ({with})"));
    }
    if let Some(space) = index.options.text("postgresql_tablespace") {
        text.push_str(&format!(" TABLESPACE {}", quote(space, dialect)));
    }
    text.push_str(&predicate("postgresql_where")?);
    Ok(text)
}

/// `fillfactor = 70, fastupdate = true`
pub(super) fn with_options(options: &[(String, Literal)]) -> String {
    let text = |(name, value): &(String, Literal)| match value {
        Literal::Null => name.clone(),
        Literal::Bool(flag) => format!("{name} = {flag}"),
        Literal::Str(text) => format!("{name} = {text}"),
        Literal::Int(number) => format!("{name} = {number}"),
        Literal::Float(number) => format!("{name} = {}", crate::sql::literal::float_text(*number)),
        Literal::Decimal(digits) => format!("{name} = {digits}"),
        _ => name.clone(),
    };
    options.iter().map(text).collect::<Vec<_>>().join(", ")
}

/// `DROP INDEX …`
pub fn drop_index(index: &Index, table: &Table, if_exists: bool, dialect: Dialect) -> Result<String> {
    let missing = || SqlError::compile("DROP INDEX requires that the index have a name");
    let name = index.name.sql(dialect)?.ok_or_else(missing)?;
    let exists = if if_exists { "IF EXISTS " } else { "" };
    if dialect.is_mysql() {
        return Ok(format!("DROP INDEX {exists}{name} ON {}", table_name(table, dialect)));
    }
    let concurrently = match index.options.flag("postgresql_concurrently") {
        Some(true) if dialect.is_postgres() => "CONCURRENTLY ",
        _ => "",
    };
    let schema = table.schema.as_ref().map(|schema: &Identifier| format!("{}.", schema.sql(dialect)));
    Ok(format!("DROP INDEX {concurrently}{exists}{}{name}", schema.unwrap_or_default()))
}
