//! Reads expectations, and makes objects with few words.

use retort_core::source::DialectKind;

use crate::sql::dialect::Dialect;
use crate::sql::error::{ErrorKind, SqlError};
use crate::sql::expression::{Expr, Expression};
use crate::sql::identifier::ConstraintName;
use crate::sql::literal::Literal;
use crate::sql::naming::NamingConvention;
use crate::sql::table::{
    Column, Constraint, ConstraintKind, ForeignKey, Index, IndexPart, MetaData, OptionValue, Options,
    ServerDefault, Table, TableItem, TableOptions, Target,
};
use crate::sql::types::DataType;

pub(super) const DIALECTS: [DialectKind; 3] =
    [DialectKind::Sqlite, DialectKind::Postgres, DialectKind::Mysql];

/// Compares what cases give with a file of expectations, and reports all that differs.
pub(super) fn compare(expected: &str, actual: &[(String, String)]) {
    let mut differences = String::new();
    let mut cases = expected.split("== ").filter(|case| !case.is_empty()).peekable();
    assert!(cases.peek().is_some());
    let mut count = 0;
    for case in cases {
        let (name, text) = case.split_once('\n').unwrap_or((case, ""));
        let found = actual.iter().find(|(own, _)| own == name).map(|(_, text)| text.trim());
        count += 1;
        if found != Some(text.trim()) {
            let found = found.unwrap_or("(no such case)");
            differences.push_str(&format!("== {name}\n-- expected\n{}\n-- found\n{found}\n", text.trim()));
        }
    }
    assert_eq!(count, actual.len(), "as many expectations as cases");
    assert!(differences.is_empty(), "{differences}");
}

/// The dialect that the expectations were made for.
pub(super) fn dialect(kind: DialectKind) -> Dialect {
    Dialect::new(kind)
}

pub(super) fn error_name(error: &SqlError) -> &'static str {
    match error.kind {
        ErrorKind::Compile if error.message.contains("can't render") => "UnsupportedCompilationError",
        ErrorKind::Compile => "CompileError",
        ErrorKind::Argument => "ArgumentError",
        ErrorKind::InvalidRequest => "InvalidRequestError",
        ErrorKind::Identifier => "IdentifierError",
        ErrorKind::NoSuchTable => "NoSuchTableError",
        ErrorKind::Command => "CommandError",
        ErrorKind::NotImplemented => "NotImplementedError",
        ErrorKind::Value => "ValueError",
        ErrorKind::Type => "TypeError",
        ErrorKind::Key => "KeyError",
        ErrorKind::Unsupported => "Unsupported",
    }
}

pub(super) fn kind(name: &str) -> DataType {
    DataType::generic(name)
}

pub(super) fn sized(name: &str, length: i64) -> DataType {
    DataType { length: Some(length), ..kind(name) }
}

pub(super) fn col(name: &str, data_type: DataType) -> Column {
    Column::new(name, data_type)
}

pub(super) fn int(name: &str) -> Column {
    col(name, kind("Integer"))
}

pub(super) fn sql_default(text: &str) -> Option<ServerDefault> {
    Some(ServerDefault::Expression(Expression::text(text)))
}

pub(super) fn item(column: Column) -> TableItem {
    TableItem::Column(Box::new(column))
}

pub(super) fn constraint(constraint: Constraint, name: &str) -> TableItem {
    let name = ConstraintName::plain(Some(name).filter(|name| !name.is_empty()));
    TableItem::Constraint(Box::new(constraint.named(name)))
}

pub(super) fn strings(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

pub(super) fn references(target: &str) -> ForeignKey {
    ForeignKey::new(Target::parse(target))
}

pub(super) fn options(entries: &[(&str, &str)]) -> Options {
    let value = |text: &str| OptionValue::Literal(Literal::text(text));
    Options(entries.iter().map(|(name, text)| ((*name).to_owned(), value(text))).collect())
}

pub(super) fn flag(name: &str, on: bool) -> (String, OptionValue) {
    (name.to_owned(), OptionValue::Literal(Literal::Bool(on)))
}

pub(super) fn convention() -> MetaData {
    let templates = [
        ("ix", "ix_%(column_0_label)s"),
        ("uq", "uq_%(table_name)s_%(column_0_name)s"),
        ("ck", "ck_%(table_name)s_%(constraint_name)s"),
        ("fk", "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s"),
        ("pk", "pk_%(table_name)s"),
    ];
    let templates = templates.map(|(key, text)| (key.to_owned(), Some(text.to_owned())));
    MetaData { schema: None, naming: std::rc::Rc::new(NamingConvention::new(templates.to_vec())) }
}

pub(super) fn table(name: &str, metadata: &MetaData, items: Vec<TableItem>) -> Result<Table, SqlError> {
    Table::new(name, metadata, items, TableOptions::default())
}

pub(super) fn schema(name: &str) -> TableOptions {
    TableOptions { schema: Some(name.into()), ..TableOptions::default() }
}

pub(super) fn foreign_key(
    columns: &[&str],
    targets: &[&str],
    ondelete: Option<&str>,
    onupdate: Option<&str>,
) -> Constraint {
    let own = |text: Option<&str>| text.map(str::to_owned);
    let mut key =
        Constraint::foreign_key(strings(columns), targets.iter().map(|t| Target::parse(t)).collect());
    if let ConstraintKind::ForeignKey { ondelete: delete, onupdate: update, .. } = &mut key.kind {
        (*delete, *update) = (own(ondelete), own(onupdate));
    }
    key
}

pub(super) fn index(name: &str, parts: Vec<IndexPart>) -> Index {
    Index::new(ConstraintName::plain(Some(name)), parts)
}

pub(super) fn part(name: &str) -> IndexPart {
    IndexPart::Column(name.to_owned())
}

pub(super) fn untyped(name: &str) -> Expr {
    Expression::column(name, DataType::null())
}
