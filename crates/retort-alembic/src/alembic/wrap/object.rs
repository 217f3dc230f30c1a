//! Columns, tables, collections, constraints and indexes as Python holds them.

use std::cell::RefCell;
use std::rc::Rc;

use indexmap::IndexMap;

use super::super::types;
use super::{constraint_name, identifier};
use crate::python::{
    Arguments, Comparison, Interpreter, Key, Native, Operator, Outcome, UnaryOperator, Unknown, Value,
};
use crate::sql::Column;
use crate::sql::expression::{Expr, Expression, From, Node};
use crate::sql::table::{Constraint, Index, MetaData, Sequence, Table};

/// `Column(…)`, alone or of a table.
#[derive(Debug)]
pub(crate) struct NativeColumn {
    /// What was said of it.
    pub(crate) column: RefCell<Column>,
    /// The table that it belongs to.
    pub(crate) table: RefCell<Option<Rc<NativeTable>>>,
    /// `type` as it was written, for `column.type`.
    pub(crate) written_type: RefCell<Value>,
    /// `default=` as it was written.
    pub(crate) written_default: Value,
    /// `onupdate=` as it was written.
    pub(crate) written_onupdate: Value,
    /// `info=`
    pub(crate) info: Value,
    /// Its place among all columns that were made (`_creation_order`).
    pub(crate) order: usize,
}

/// `Table(…)`
#[derive(Debug)]
pub(crate) struct NativeTable {
    /// Its columns and constraints.
    pub(crate) table: RefCell<Table>,
    /// Where it is kept.
    pub(crate) metadata: Option<Rc<NativeMetaData>>,
    /// The columns as Python holds them, by key.
    pub(crate) columns: RefCell<IndexMap<String, Rc<NativeColumn>>>,
    /// Why it is not known what it has.
    pub(crate) doubted: RefCell<Option<Rc<Unknown>>>,
}

/// `MetaData(…)`
#[derive(Debug)]
pub(crate) struct NativeMetaData {
    /// What tables take over from it.
    pub(crate) metadata: RefCell<MetaData>,
    /// Its tables, by `schema.name`.
    pub(crate) tables: RefCell<IndexMap<String, Rc<NativeTable>>>,
    /// Tables with the keys of columns that still wait for a type.
    pub(crate) untyped: RefCell<Vec<(Rc<NativeTable>, String)>>,
    /// Its sequences.
    pub(crate) sequences: RefCell<Vec<Sequence>>,
    /// `bind=` of old programs.
    pub(crate) bind: RefCell<Value>,
    /// `info`
    pub(crate) info: Value,
    /// Why it is not known which tables it has.
    pub(crate) doubted: RefCell<Option<Rc<Unknown>>>,
}

/// A constraint, `ForeignKeyConstraint` and its kin; also an index.
#[derive(Debug)]
pub(crate) struct NativeConstraint {
    /// The class in Python.
    pub(crate) class: &'static str,
    /// What it demands.
    pub(crate) constraint: RefCell<Constraint>,
    /// The table it belongs to.
    pub(crate) table: RefCell<Option<Rc<NativeTable>>>,
}

/// `Index(…)`
#[derive(Debug)]
pub(crate) struct NativeIndex {
    /// What it covers.
    pub(crate) index: RefCell<Index>,
    /// Its table.
    pub(crate) table: RefCell<Option<Rc<NativeTable>>>,
}

/// A thing that a table or column takes and that has no life of its own.
#[derive(Debug)]
pub(crate) struct NativeItem {
    /// The class in Python.
    pub(crate) class: &'static str,
    /// What it is.
    pub(crate) item: Item,
    /// Of which constraint, if it is a foreign key of a table.
    pub(crate) of: Option<KeyOf>,
}

/// Where a foreign key belongs.
#[derive(Debug)]
pub(crate) struct KeyOf {
    /// The table.
    pub(crate) table: Rc<NativeTable>,
    /// Its constraint.
    pub(crate) constraint: Constraint,
    /// The key of the column that points.
    pub(crate) column: String,
}

impl NativeItem {
    /// An item by itself.
    pub(crate) fn new(class: &'static str, item: Item) -> NativeItem {
        NativeItem { class, item, of: None }
    }
}

/// The kinds of [`NativeItem`].
#[derive(Debug)]
pub(crate) enum Item {
    /// `ForeignKey(…)`
    ForeignKey(crate::sql::table::ForeignKey),
    /// `Computed(…)`
    Computed(crate::sql::table::Computed),
    /// `Identity(…)`
    Identity(crate::sql::table::IdentityOptions),
    /// `Sequence(…)`
    Sequence(Box<Sequence>),
    /// `DefaultClause(…)`
    Default(crate::sql::table::ServerDefault),
    /// `FetchedValue()`
    Fetched,
}

impl NativeColumn {
    /// A column of its own.
    pub(crate) fn new(column: Column, written_type: Value) -> NativeColumn {
        NativeColumn {
            column: RefCell::new(column),
            table: RefCell::default(),
            written_type: RefCell::new(written_type),
            written_default: Value::None,
            written_onupdate: Value::None,
            info: Value::None,
            order: 0,
        }
    }

    /// The column as an expression.
    pub(crate) fn expression(&self) -> Expr {
        let column = self.column.borrow();
        let from = self.table.borrow().as_ref().map(|table| table.source());
        let node = Node::Column { from, name: column.name.clone() };
        Rc::new(Expression { node, data_type: Rc::clone(&column.data_type) })
    }

    fn as_value(&self) -> Value {
        super::super::expression::value(self.expression())
    }
}

impl NativeTable {
    /// A table with its columns as Python holds them.
    pub(crate) fn new(
        table: Table,
        metadata: Option<Rc<NativeMetaData>>,
        given: &[Rc<NativeColumn>],
    ) -> Rc<NativeTable> {
        let native = Rc::new(NativeTable {
            table: RefCell::new(table),
            metadata,
            columns: RefCell::default(),
            doubted: RefCell::default(),
        });
        native.adopt(given);
        native
    }

    /// Takes over columns that Python made, and makes those that it did not.
    pub(crate) fn adopt(self: &Rc<Self>, given: &[Rc<NativeColumn>]) {
        let table = self.table.borrow();
        let mut columns = self.columns.borrow_mut();
        for column in &table.columns {
            let own = given.iter().find(|own| own.column.borrow().key == column.key);
            let native = match (own, columns.get(&column.key)) {
                (Some(own), _) => Rc::clone(own),
                (None, Some(known)) => Rc::clone(known),
                (None, None) => {
                    let written = types::type_value((*column.data_type).clone());
                    Rc::new(NativeColumn::new(column.clone(), written))
                }
            };
            *native.column.borrow_mut() = column.clone();
            *native.table.borrow_mut() = Some(Rc::clone(self));
            columns.insert(column.key.clone(), native);
        }
    }

    /// The table as a thing to read from.
    pub(crate) fn source(&self) -> From {
        self.table.borrow().source()
    }

    /// `schema.name`
    pub(crate) fn full_name(&self) -> String {
        let table = self.table.borrow();
        match &table.schema {
            Some(schema) => format!("{schema}.{}", table.name),
            None => table.name.to_string(),
        }
    }

    /// The column of that key or name.
    pub(crate) fn column(&self, key: &str) -> Option<Rc<NativeColumn>> {
        let columns = self.columns.borrow();
        let by_name = || columns.values().find(|column| &*column.column.borrow().name == key);
        columns.get(key).or_else(by_name).cloned()
    }
}

impl NativeMetaData {
    /// A collection without tables.
    pub(crate) fn new(metadata: MetaData) -> NativeMetaData {
        NativeMetaData {
            metadata: RefCell::new(metadata),
            tables: RefCell::default(),
            untyped: RefCell::default(),
            sequences: RefCell::default(),
            bind: RefCell::new(Value::None),
            info: Value::dict_of::<&str>([]),
            doubted: RefCell::default(),
        }
    }
}

impl Native for NativeColumn {
    fn type_name(&self) -> &str {
        "Column"
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        super::super::table::column_attribute(&self, interp, name)
    }

    fn set_attribute(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        name: &str,
        value: Value,
    ) -> Outcome<bool> {
        super::super::table::set_column_attribute(&self, interp, name, &value)
    }

    fn binary(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        operator: Operator,
        other: &Value,
        reflected: bool,
    ) -> Outcome<Option<Value>> {
        super::binary_of(interp, operator, &self.as_value(), other, reflected)
    }

    fn compare(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        comparison: Comparison,
        other: &Value,
    ) -> Outcome<Option<Value>> {
        let own = self.as_value();
        interp.compare(comparison, &own, other).map(Some)
    }

    fn unary(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        operator: UnaryOperator,
    ) -> Outcome<Option<Value>> {
        let own = self.as_value();
        interp.unary(operator, &own).map(Some)
    }

    fn item(self: Rc<Self>, interp: &mut Interpreter<'_>, index: &Value) -> Outcome<Option<Value>> {
        let own = self.as_value();
        interp.item(&own, index).map(Some)
    }

    fn key(&self) -> Option<Key> {
        super::super::table::dict_key(self)
    }

    fn text(self: Rc<Self>, _interp: &mut Interpreter<'_>, _repr: bool) -> Outcome<Value> {
        let table = self.table.borrow().as_ref().map(|table| format!("{}.", table.table.borrow().name));
        Ok(Value::str(format!("{}{}", table.unwrap_or_default(), self.column.borrow().name)))
    }
}

impl Native for NativeTable {
    fn type_name(&self) -> &str {
        "Table"
    }

    fn reaches_database(&self) -> bool {
        true
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        super::super::table::table_attribute(&self, interp, name)
    }

    fn set_attribute(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        name: &str,
        value: Value,
    ) -> Outcome<bool> {
        super::super::table::set_table_attribute(&self, interp, name, &value)
    }

    fn has_method(&self, name: &str) -> bool {
        name == "__copy__"
    }

    fn call_method(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        _name: &str,
        _arguments: Arguments,
    ) -> Outcome<Value> {
        let table = self.table.borrow().clone();
        Ok(Value::Native(NativeTable::new(table, self.metadata.clone(), &[])))
    }

    fn text(self: Rc<Self>, _interp: &mut Interpreter<'_>, _repr: bool) -> Outcome<Value> {
        Ok(Value::str(self.full_name()))
    }
}

impl Native for NativeMetaData {
    fn type_name(&self) -> &str {
        "MetaData"
    }

    fn reaches_database(&self) -> bool {
        true
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        super::super::table::metadata_attribute(&self, interp, name)
    }

    fn set_attribute(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        name: &str,
        value: Value,
    ) -> Outcome<bool> {
        match name {
            "naming_convention" => {
                let convention = super::super::table::naming_convention(interp, &value)?;
                self.metadata.borrow_mut().naming = Rc::new(convention);
            }
            "schema" => self.metadata.borrow_mut().schema = identifier(&value),
            "bind" => *self.bind.borrow_mut() = value,
            "info" => {}
            _ => return Ok(false),
        }
        Ok(true)
    }
}

impl Native for NativeConstraint {
    fn type_name(&self) -> &str {
        self.class
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        super::super::constraints::constraint_attribute(&self, interp, name)
    }

    fn set_attribute(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        name: &str,
        value: Value,
    ) -> Outcome<bool> {
        if name == "name" {
            self.constraint.borrow_mut().name = constraint_name(&value);
        }
        Ok(name == "name")
    }
}

impl Native for NativeIndex {
    fn type_name(&self) -> &str {
        "Index"
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        super::super::constraints::index_attribute(&self, interp, name)
    }
}

impl Native for NativeItem {
    fn type_name(&self) -> &str {
        self.class
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        super::super::constraints::item_attribute(&self, interp, name)
    }
}
