//! What is read from, and statements as Python handles them: generative methods on `select()` and its kin.

mod combine;
mod from;
mod method;
mod textual;

use std::rc::Rc;

use crate::python::{Arguments, Interpreter, Native, Outcome, Unknown, Value};
use crate::sql::compile::{Parameters, statement_sql};
use crate::sql::expression::{Combination, Delete, Insert, Update};
use crate::sql::{DataType, Expr, Expression, From, Node, Query, Select, Statement};

use super::{bridge, dml};

pub use combine::{combination, exists};
pub use from::{NativeFrom, count_of, from_value, join_condition, join_of, links, table_clause};
pub use method::{Items, select, select_items};
pub use textual::{function_method, subquery_method, text_columns, unknown_text};

/// What a statement is.
#[derive(Clone, Debug)]
pub enum Body {
    /// SELECT
    Select(Box<Select>),
    /// UNION and its kin.
    Combination(Box<Combination>),
    /// `text("…").columns(…)`
    Text(Expr),
    /// INSERT
    Insert(Box<Insert>),
    /// UPDATE
    Update(Box<Update>),
    /// DELETE
    Delete(Box<Delete>),
}

/// What one argument of `select()` makes of a row.
#[derive(Clone, Debug)]
pub enum Item {
    /// A column.
    Column,
    /// An object of a mapped class; so many columns.
    Entity(Value, usize),
}

/// A statement, as Python holds it.
#[derive(Clone, Debug)]
pub struct NativeStatement {
    /// What it is.
    pub body: Body,
    /// What the arguments of `select()` make of a row.
    pub items: Vec<Item>,
    /// Something in it that only rows could give.
    pub unknown: Option<Rc<Unknown>>,
    /// Names and types of the result of a text with columns.
    pub columns: Vec<(String, Rc<DataType>)>,
    /// The table that is changed, as Python has it.
    pub table: Value,
}

impl NativeStatement {
    /// A statement without entities.
    pub fn new(body: Body) -> NativeStatement {
        NativeStatement { body, items: Vec::new(), unknown: None, columns: Vec::new(), table: Value::None }
    }

    /// The statement as a value of Python.
    pub fn value(self) -> Value {
        Value::native(self)
    }

    /// The same, now depending on something unknown.
    #[must_use]
    pub fn with_unknown(mut self, unknown: Rc<Unknown>) -> NativeStatement {
        self.unknown.get_or_insert(unknown);
        self
    }

    /// Whether it reads rows and does nothing else.
    pub fn is_query(&self) -> bool {
        matches!(self.body, Body::Select(_) | Body::Combination(_) | Body::Text(_))
    }

    /// Whether it gives rows.
    pub fn gives_rows(&self) -> bool {
        match &self.body {
            Body::Select(_) | Body::Combination(_) | Body::Text(_) => true,
            Body::Insert(insert) => !insert.returning.is_empty(),
            Body::Update(update) => !update.returning.is_empty(),
            Body::Delete(delete) => !delete.returning.is_empty(),
        }
    }

    /// The query that it is, if it is one.
    pub fn query(&self) -> Option<Query> {
        match &self.body {
            Body::Select(select) => Some(Query::Select(select.clone())),
            Body::Combination(combination) => Some(Query::Combination(combination.clone())),
            Body::Text(text) => Some(Query::Text(Rc::clone(text))),
            Body::Insert(_) | Body::Update(_) | Body::Delete(_) => None,
        }
    }

    /// The statement for the compilers.
    pub fn statement(&self) -> Statement {
        match &self.body {
            Body::Insert(insert) => Statement::Insert((**insert).clone()),
            Body::Update(update) => Statement::Update((**update).clone()),
            Body::Delete(delete) => Statement::Delete((**delete).clone()),
            Body::Select(_) | Body::Combination(_) | Body::Text(_) => {
                Statement::Query(self.query().unwrap_or_else(|| Query::Select(Box::default())))
            }
        }
    }

    /// Names and types of the columns of its result.
    pub fn result_columns(&self) -> Vec<(String, Rc<DataType>)> {
        if !self.columns.is_empty() {
            return self.columns.clone();
        }
        let returning = match &self.body {
            Body::Insert(insert) => &insert.returning,
            Body::Update(update) => &update.returning,
            Body::Delete(delete) => &delete.returning,
            Body::Select(_) | Body::Combination(_) | Body::Text(_) => {
                return self.query().map(|query| query.columns()).unwrap_or_default();
            }
        };
        let select = Select { columns: returning.clone(), ..Select::default() };
        Query::Select(Box::new(select)).columns()
    }

    /// The statement as the value of an expression.
    pub fn scalar(&self, interp: &mut Interpreter<'_>) -> Outcome<Expr> {
        let Some(query) = self.query() else {
            return Err(bridge::raise(
                interp,
                "ArgumentError",
                "a statement that changes rows is no expression",
            ));
        };
        let first = query.columns().into_iter().next().map(|(_, data_type)| data_type);
        let data_type = first.unwrap_or_else(|| Rc::new(DataType::null()));
        Ok(Rc::new(Expression { node: Node::Subquery(Rc::new(query)), data_type }))
    }

    /// The text of the statement.
    pub fn sql(&self, interp: &mut Interpreter<'_>, parameters: &Parameters) -> Outcome<String> {
        let dialect = bridge::dialect(interp);
        let mut own = self.clone();
        dml::add_defaults(interp, &mut own, None)?;
        match statement_sql(&own.statement(), parameters, dialect) {
            Ok(text) => Ok(text),
            Err(error) => Err(bridge::raise_sql(interp, error)),
        }
    }
}

impl Native for NativeStatement {
    fn type_name(&self) -> &str {
        match self.body {
            Body::Select(_) => "Select",
            Body::Combination(_) => "CompoundSelect",
            Body::Text(_) => "TextualSelect",
            Body::Insert(_) => "Insert",
            Body::Update(_) => "Update",
            Body::Delete(_) => "Delete",
        }
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        match name {
            "c" | "columns" | "selected_columns" | "exported_columns" if self.is_query() => {
                let Some(query) = self.query() else { return Ok(None) };
                let from = From::subquery(query, None);
                interp.find_attribute(&from_value(from), "c")
            }
            "excluded" | "inserted" => Ok(dml::new_row(&self)),
            "table" if !self.table.is_none() => Ok(Some(self.table.clone())),
            "whereclause" => Ok(Some(Value::None)),
            "is_select" => Ok(Some(Value::Bool(self.is_query()))),
            "is_dml" => Ok(Some(Value::Bool(!self.is_query()))),
            _ => Ok(None),
        }
    }

    fn has_method(&self, name: &str) -> bool {
        match self.body {
            Body::Select(_) | Body::Combination(_) | Body::Text(_) => method::has_method(name),
            Body::Insert(_) | Body::Update(_) | Body::Delete(_) => dml::has_method(self, name),
        }
    }

    fn call_method(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        name: &str,
        arguments: Arguments,
    ) -> Outcome<Value> {
        match self.body {
            Body::Select(_) | Body::Combination(_) | Body::Text(_) => {
                method::call_method(interp, &self, name, arguments)
            }
            Body::Insert(_) | Body::Update(_) | Body::Delete(_) => {
                dml::call_method(interp, &self, name, arguments)
            }
        }
    }

    fn binary(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        operator: crate::python::Operator,
        other: &Value,
        reflected: bool,
    ) -> Outcome<Option<Value>> {
        if let Some(unknown) = &self.unknown {
            return Ok(Some(Value::Unknown(Rc::clone(unknown))));
        }
        let scalar = self.scalar(interp)?;
        super::expression::binary(interp, &scalar, operator, other, reflected)
    }

    fn compare(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        comparison: crate::python::Comparison,
        other: &Value,
    ) -> Outcome<Option<Value>> {
        if self.unknown.is_some() || !self.is_query() {
            return Ok(None);
        }
        let scalar = self.scalar(interp)?;
        super::expression::compare(interp, &scalar, comparison, other)
    }

    fn truth(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Outcome<Value> {
        Err(crate::python::Unwind::type_error("Boolean value of this clause is not defined"))
    }

    fn text(self: Rc<Self>, interp: &mut Interpreter<'_>, _repr: bool) -> Outcome<Value> {
        match &self.unknown {
            Some(unknown) => Ok(Value::Unknown(Rc::clone(unknown))),
            None => self.sql(interp, &Parameters::new()).map(Value::from),
        }
    }
}
