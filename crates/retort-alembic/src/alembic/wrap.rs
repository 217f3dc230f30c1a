//! SQLAlchemy's schema objects as Python holds them, and the way from Python's values to data.

use std::cell::RefCell;
use std::rc::Rc;

use indexmap::IndexMap;

use super::expression::NativeExpression;
use super::{errors, literals, types};
use crate::python::{
    Arguments, Comparison, Interpreter, Key, Name, Native, Operator, Outcome, UnaryOperator, Unknown, Unwind,
    Value,
};
use crate::sql::expression::{Expr, Expression, From, Node};
use crate::sql::identifier::{ConstraintName, Identifier};
use crate::sql::table::{Constraint, Index, MetaData, OptionValue, Options, Sequence, Table};
use crate::sql::{Column, DataType, Literal};

/// `Column(…)`, alone or of a table.
#[derive(Debug)]
pub(crate) struct NativeColumn {
    /// What was said of it.
    pub(crate) column: RefCell<Column>,
    /// The table that it belongs to.
    pub(crate) table: RefCell<Option<Rc<NativeTable>>>,
    /// `type` as it was written, for `column.type`.
    pub(crate) written_type: RefCell<Value>,
    /// `default=` and `onupdate=` as they were written.
    pub(crate) written_default: Value,
    /// `info=`
    pub(crate) info: Value,
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
}

/// `MetaData(…)`
#[derive(Debug)]
pub(crate) struct NativeMetaData {
    /// What tables take over from it.
    pub(crate) metadata: RefCell<MetaData>,
    /// Its tables, by `schema.name`.
    pub(crate) tables: RefCell<IndexMap<String, Rc<NativeTable>>>,
    /// Its sequences.
    pub(crate) sequences: RefCell<Vec<Sequence>>,
    /// `bind=` of old programs.
    pub(crate) bind: Value,
    /// `info`
    pub(crate) info: Value,
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
            info: Value::None,
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
        super::expression::value(self.expression())
    }
}

impl NativeTable {
    /// A table with its columns as Python holds them.
    pub(crate) fn new(
        table: Table,
        metadata: Option<Rc<NativeMetaData>>,
        given: &[Rc<NativeColumn>],
    ) -> Rc<NativeTable> {
        let native =
            Rc::new(NativeTable { table: RefCell::new(table), metadata, columns: RefCell::default() });
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
            sequences: RefCell::default(),
            bind: Value::None,
            info: Value::dict_of::<&str>([]),
        }
    }
}

impl Native for NativeColumn {
    fn type_name(&self) -> &str {
        "Column"
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        super::table::column_attribute(&self, interp, name)
    }

    fn set_attribute(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        name: &str,
        value: Value,
    ) -> Outcome<bool> {
        super::table::set_column_attribute(&self, interp, name, &value)
    }

    fn binary(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        operator: Operator,
        other: &Value,
        reflected: bool,
    ) -> Outcome<Option<Value>> {
        let own = self.as_value();
        match reflected {
            true => interp.binary(operator, other, &own).map(Some),
            false => interp.binary(operator, &own, other).map(Some),
        }
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
        super::table::dict_key(self)
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

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        super::table::table_attribute(&self, interp, name)
    }

    fn set_attribute(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        name: &str,
        value: Value,
    ) -> Outcome<bool> {
        super::table::set_table_attribute(&self, name, &value)
    }

    fn text(self: Rc<Self>, _interp: &mut Interpreter<'_>, _repr: bool) -> Outcome<Value> {
        Ok(Value::str(self.full_name()))
    }
}

impl Native for NativeMetaData {
    fn type_name(&self) -> &str {
        "MetaData"
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        super::table::metadata_attribute(&self, interp, name)
    }

    fn set_attribute(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        name: &str,
        value: Value,
    ) -> Outcome<bool> {
        match name {
            "naming_convention" => {
                let convention = super::table::naming_convention(interp, &value)?;
                self.metadata.borrow_mut().naming = Rc::new(convention);
            }
            "schema" => self.metadata.borrow_mut().schema = identifier(&value),
            "bind" | "info" => {}
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
        super::constraints::constraint_attribute(&self, interp, name)
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
        super::constraints::index_attribute(&self, interp, name)
    }
}

impl Native for NativeItem {
    fn type_name(&self) -> &str {
        self.class
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        super::constraints::item_attribute(&self, interp, name)
    }
}

/// A text with the author's word on quoting: `quoted_name(…)`, `op.f(…)`, `conv(…)`.
#[derive(Debug)]
pub(crate) struct NativeName {
    /// The text.
    pub(crate) text: String,
    /// `quote=`
    pub(crate) quote: Option<bool>,
    /// No convention is applied to it.
    pub(crate) is_final: bool,
}

impl Native for NativeName {
    fn type_name(&self) -> &str {
        if self.is_final { "conv" } else { "quoted_name" }
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        match name {
            "quote" => Ok(Some(self.quote.into())),
            _ => interp.find_attribute(&Value::str(&self.text), name),
        }
    }

    fn text(self: Rc<Self>, interp: &mut Interpreter<'_>, repr: bool) -> Outcome<Value> {
        let text = Value::str(&self.text);
        if repr { interp.repr(&text).map(Value::from) } else { Ok(text) }
    }

    fn key(&self) -> Option<Key> {
        Some(Key::Str(self.text.as_str().into()))
    }

    fn compare(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        comparison: Comparison,
        other: &Value,
    ) -> Outcome<Option<Value>> {
        interp.compare(comparison, &Value::str(&self.text), other).map(Some)
    }

    fn binary(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        operator: Operator,
        other: &Value,
        reflected: bool,
    ) -> Outcome<Option<Value>> {
        let own = Value::str(&self.text);
        match reflected {
            true => interp.binary(operator, other, &own).map(Some),
            false => interp.binary(operator, &own, other).map(Some),
        }
    }

    fn length(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Outcome<Option<Value>> {
        Ok(Some(Value::Int(self.text.chars().count() as i64)))
    }
}

/// A class of this program: it makes objects, and knows them by their type names.
pub(crate) struct NativeClass {
    /// Its name.
    pub(crate) name: &'static str,
    /// The names of the types of its objects.
    pub(crate) instances: &'static [&'static str],
    /// Makes an object.
    pub(crate) construct: fn(&mut Interpreter<'_>, Arguments) -> Outcome<Value>,
    /// What hangs on the class.
    pub(crate) attributes: &'static [(&'static str, super::operations::Directive)],
}

impl std::fmt::Debug for NativeClass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NativeClass").field("name", &self.name).finish_non_exhaustive()
    }
}

impl NativeClass {
    /// A class as a value.
    pub(crate) fn value(
        name: &'static str,
        construct: fn(&mut Interpreter<'_>, Arguments) -> Outcome<Value>,
    ) -> Value {
        Value::native(NativeClass { name, instances: &[], construct, attributes: &[] })
    }

    /// A class of which several types are subclasses.
    pub(crate) fn family(
        name: &'static str,
        instances: &'static [&'static str],
        construct: fn(&mut Interpreter<'_>, Arguments) -> Outcome<Value>,
    ) -> Value {
        Value::native(NativeClass { name, instances, construct, attributes: &[] })
    }
}

impl Native for NativeClass {
    fn type_name(&self) -> &str {
        "type"
    }

    fn attribute(self: Rc<Self>, _interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        if matches!(name, "__name__" | "__qualname__") {
            return Ok(Some(Value::str(self.name)));
        }
        let found = self.attributes.iter().find(|(own, _)| *own == name);
        Ok(found.map(|(name, function)| Value::function(name, *function)))
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn call(self: Rc<Self>, interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
        if let Some(unknown) = first_unknown(&arguments) {
            return Ok(Value::Unknown(unknown));
        }
        (self.construct)(interp, arguments)
    }

    fn has_instance(self: Rc<Self>, _interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Option<bool>> {
        Ok(Some(match value {
            Value::Native(native) => {
                let own = native.type_name();
                own == self.name || self.instances.contains(&own)
            }
            Value::Instance(instance) => instance.payload.borrow().as_ref().is_some_and(
                |payload| matches!(payload, Value::Native(native) if native.type_name() == self.name),
            ),
            _ => false,
        }))
    }

    fn is_base(&self) -> bool {
        true
    }

    fn item(self: Rc<Self>, _interp: &mut Interpreter<'_>, _index: &Value) -> Outcome<Option<Value>> {
        Ok(Some(Value::Native(self)))
    }

    fn initialise(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        instance: &Rc<crate::python::Instance>,
        arguments: Arguments,
    ) -> Outcome<()> {
        let made = (self.construct)(interp, arguments)?;
        *instance.payload.borrow_mut() = Some(made);
        Ok(())
    }
}

/// The first unknown value among arguments, also inside of lists and dicts.
pub(crate) fn first_unknown(arguments: &Arguments) -> Option<Rc<Unknown>> {
    arguments.values().find_map(|value| find_unknown(value, 4))
}

/// The first unknown value in a value.
pub(crate) fn find_unknown(value: &Value, depth: u8) -> Option<Rc<Unknown>> {
    if depth == 0 {
        return None;
    }
    match value {
        Value::Unknown(unknown) => Some(Rc::clone(unknown)),
        Value::List(list) => list.borrow().iter().find_map(|value| find_unknown(value, depth - 1)),
        Value::Tuple(values) => values.iter().find_map(|value| find_unknown(value, depth - 1)),
        Value::Dict(dict) => dict
            .borrow()
            .pairs()
            .find_map(|(key, value)| find_unknown(value, depth - 1).or_else(|| find_unknown(key, depth - 1))),
        _ => None,
    }
}

/// A text: `str`, `quoted_name`, a member of a text enumeration.
pub(crate) fn text(value: &Value) -> Option<String> {
    match value.as_str() {
        Some(text) => Some(text.to_string()),
        None => value.as_native::<NativeName>().map(|name| name.text.clone()),
    }
}

/// A text that must be one.
pub(crate) fn known_text(interp: &mut Interpreter<'_>, value: &Value, what: &str) -> Outcome<String> {
    interp.refuse_foreign(value)?;
    match text(value) {
        Some(text) => Ok(text),
        None => {
            let name = interp.type_name(value);
            Err(Unwind::type_error(format!("{what} must be a str, not {name}")))
        }
    }
}

/// A name, with the author's word on quoting; None for None.
pub(crate) fn identifier(value: &Value) -> Option<Identifier> {
    if let Some(name) = value.as_native::<NativeName>() {
        return Some(Identifier::quoted(&name.text, name.quote));
    }
    value.as_str().map(|text| Identifier::new(&*text))
}

/// The name of a constraint or index.
pub(crate) fn constraint_name(value: &Value) -> ConstraintName {
    if let Some(name) = value.as_native::<NativeName>() {
        return match name.is_final {
            true => ConstraintName::fixed(name.text.clone()),
            false => ConstraintName::Quoted(Identifier::quoted(&name.text, name.quote)),
        };
    }
    ConstraintName::plain(value.as_str().as_deref())
}

/// The name of a constraint as Python sees it.
pub(crate) fn constraint_name_value(name: &ConstraintName) -> Value {
    name.text().map_or(Value::None, Value::str)
}

/// An expression, if a value is one: also what gives one by `__clause_element__()`.
pub(crate) fn expression(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Option<Expr>> {
    if let Some(native) = value.as_native::<NativeExpression>() {
        return Ok(Some(Rc::clone(&native.expression)));
    }
    if let Some(column) = value.as_native::<NativeColumn>() {
        return Ok(Some(column.expression()));
    }
    let (Value::Native(_) | Value::Instance(_)) = value else { return Ok(None) };
    match interp.find_attribute(value, "__clause_element__")? {
        Some(method) => {
            let span = interp.call_span();
            let element = interp.call(&method, Arguments::none(span))?;
            match element.is(value) {
                true => Ok(None),
                false => expression(interp, &element),
            }
        }
        None => Ok(None),
    }
}

/// An expression of any value: what is none becomes a literal.
pub(crate) fn expression_of(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Expr> {
    match expression(interp, value)? {
        Some(expression) => Ok(expression),
        None if value.is_none() => Ok(Expression::untyped(Node::Null)),
        None => Ok(Expression::literal(literals::literal(interp, value)?)),
    }
}

/// An expression where a text means SQL: conditions, elements of indexes.
pub(crate) fn sql_expression(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Expr> {
    match text(value) {
        Some(text) => Ok(Expression::text(text)),
        None => expression_of(interp, value),
    }
}

/// The elements of a list or tuple; a single value counts as a list of one.
pub(crate) fn several(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Vec<Value>> {
    match value {
        Value::None => Ok(Vec::new()),
        Value::Str(_) | Value::Native(_) | Value::Instance(_) => Ok(vec![value.clone()]),
        _ => interp.values(value),
    }
}

/// The truth of an argument; absent or None is `otherwise`.
pub(crate) fn flag(interp: &mut Interpreter<'_>, value: Option<Value>, otherwise: bool) -> Outcome<bool> {
    match value {
        None | Some(Value::None) => Ok(otherwise),
        Some(value) => interp.known_truth(&value),
    }
}

/// The truth of an argument; None stays None.
pub(crate) fn optional_flag(interp: &mut Interpreter<'_>, value: Option<Value>) -> Outcome<Option<bool>> {
    match value {
        None | Some(Value::None) => Ok(None),
        Some(value) => interp.known_truth(&value).map(Some),
    }
}

/// A text argument; None stays None.
pub(crate) fn optional_text(value: Option<&Value>) -> Option<String> {
    value.and_then(text)
}

/// Whether a keyword is an option of a dialect.
fn is_option(name: &str) -> bool {
    ["postgresql_", "mysql_", "mariadb_", "sqlite_", "mssql_", "oracle_"].iter().any(|p| name.starts_with(p))
}

/// Takes the options of dialects out of keyword arguments.
pub(crate) fn take_options(
    interp: &mut Interpreter<'_>,
    keyword: &mut Vec<(Name, Value)>,
) -> Outcome<Options> {
    let mut options = Vec::new();
    let mut rest = Vec::new();
    for (name, value) in std::mem::take(keyword) {
        match is_option(&name) {
            true => options.push((name.to_string(), option_value(interp, &value)?)),
            false => rest.push((name, value)),
        }
    }
    *keyword = rest;
    Ok(Options(options))
}

fn option_value(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<OptionValue> {
    if let Some(expression) = expression(interp, value)? {
        return Ok(OptionValue::Expression(expression));
    }
    match value.plain() {
        Value::Dict(dict) => {
            let pairs: Vec<(Value, Value)> =
                dict.borrow().pairs().map(|(key, value)| (key.clone(), value.clone())).collect();
            let mut map = Vec::new();
            for (key, value) in pairs {
                map.push((key_text(&key), literals::literal(interp, &value)?));
            }
            Ok(OptionValue::Map(map))
        }
        Value::List(_) | Value::Tuple(_) => {
            let values = interp.values(value)?;
            Ok(OptionValue::Names(values.iter().map(key_text).collect()))
        }
        _ => Ok(OptionValue::Literal(literals::literal(interp, value)?)),
    }
}

/// The key that a text or column stands for.
pub(crate) fn key_text(value: &Value) -> String {
    match value.as_native::<NativeColumn>() {
        Some(column) => column.column.borrow().key.clone(),
        None => text(value).unwrap_or_default(),
    }
}

/// A value that SQLAlchemy would bind for a type.
pub(crate) fn literal_for(
    interp: &mut Interpreter<'_>,
    value: &Value,
    data_type: &DataType,
) -> Outcome<Literal> {
    literals::literal_for(interp, value, data_type)
}

/// The outcome of the compilers as Python sees it.
pub(crate) fn checked<T>(interp: &mut Interpreter<'_>, result: crate::sql::Result<T>) -> Outcome<T> {
    result.map_err(|error| errors::of_sql(interp, &error))
}
