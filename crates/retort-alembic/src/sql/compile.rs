//! From data to text: types, literals, expressions, statements, DDL.

mod literals;
mod types;
mod expressions;
mod functions;
mod operators;
mod names;
mod queries;
mod changes;
mod walk;
pub mod ddl;

use std::collections::BTreeMap;
use std::rc::Rc;

use super::dialect::Dialect;
use super::error::Result;
use super::expression::{Alias, Expr, From, Labels, Statement};
use super::literal::Literal;

pub use literals::literal_sql;
pub use types::type_sql;
pub(in crate::sql) use walk::map_columns;
pub use walk::visit;

/// Values for `bindparam("name")` and `:name`, by name.
pub type Parameters = BTreeMap<String, Literal>;

/// The text of a statement, with all values written out.
pub fn statement_sql(statement: &Statement, parameters: &Parameters, dialect: Dialect) -> Result<String> {
    Compiler::new(dialect, parameters).statement(statement)
}

/// The text of an expression, as in a column's default or a CHECK: columns without their table.
pub fn expression_sql(expression: &Expr, dialect: Dialect) -> Result<String> {
    let nothing = Parameters::new();
    let mut compiler = Compiler::new(dialect, &nothing);
    compiler.include_table = false;
    compiler.expression(expression)
}

/// What the text of one statement depends on while it is made.
struct Compiler<'a> {
    dialect: Dialect,
    parameters: &'a Parameters,
    /// Columns are written with their table.
    include_table: bool,
    /// An operand of an operator is written: what groups eagerly gets parentheses.
    in_operator: bool,
    labels: Labels,
    /// The names that were made up for aliases.
    aliases: Vec<(Rc<Alias>, String)>,
    /// What stands in WITH, in order: the CTE, its text, whether it is recursive.
    ctes: Vec<(Rc<Alias>, String, bool)>,
    /// What the queries around read from; the innermost last.
    around: Vec<Vec<From>>,
    /// Written so far as the target of ON DUPLICATE KEY UPDATE.
    new_row: NewRow,
}

/// How the new row of an upsert is called.
#[derive(Clone, Debug, PartialEq, Eq)]
enum NewRow {
    Excluded,
    Values,
    Alias(&'static str),
}

impl<'a> Compiler<'a> {
    fn new(dialect: Dialect, parameters: &'a Parameters) -> Compiler<'a> {
        Compiler {
            dialect,
            parameters,
            include_table: true,
            in_operator: false,
            labels: Labels::default(),
            aliases: Vec::new(),
            ctes: Vec::new(),
            around: Vec::new(),
            new_row: NewRow::Excluded,
        }
    }

    fn list(&mut self, items: &[Expr]) -> Result<String> {
        let texts: Vec<String> = items.iter().map(|item| self.expression(item)).collect::<Result<_>>()?;
        Ok(texts.join(", "))
    }

    /// Does something with columns written without their table.
    fn without_table<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let before = std::mem::replace(&mut self.include_table, false);
        let result = work(self);
        self.include_table = before;
        result
    }
}
