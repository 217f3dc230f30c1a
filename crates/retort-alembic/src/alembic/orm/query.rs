//! `session.query(…)`: a SELECT that runs itself.

use std::rc::Rc;

use super::session::NativeSession;
use crate::alembic::select::{self, Item, NativeStatement};
use crate::alembic::{bridge, dml};
use crate::python::{Arguments, Interpreter, Native, Outcome, Unwind, Value};

/// A query, as Python holds it.
#[derive(Debug)]
pub(crate) struct NativeQuery {
    /// The SELECT.
    pub(crate) statement: Value,
    /// What was asked for: classes and columns.
    items: Vec<Value>,
    /// Who runs it.
    pub(super) session: Option<Rc<NativeSession>>,
}

/// `joinedload(…)` and its kin.
#[derive(Debug)]
pub(super) struct NativeOption;

impl Native for NativeOption {
    fn type_name(&self) -> &str {
        "Load"
    }

    fn has_method(&self, name: &str) -> bool {
        super::OPTIONS.contains(&name)
    }

    fn call_method(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        _name: &str,
        _arguments: Arguments,
    ) -> Outcome<Value> {
        Ok(Value::Native(self))
    }
}

/// `Query`
#[derive(Debug)]
pub(super) struct NativeQueryClass;

impl Native for NativeQueryClass {
    fn type_name(&self) -> &str {
        "type"
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn call(self: Rc<Self>, interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
        let [items, session] = arguments.bind("Query", "entities session?")?;
        let items = items.unwrap_or(Value::None);
        let items = items.as_sequence().unwrap_or_else(|| vec![items]);
        let session = session.and_then(|session| session.as_native::<NativeSession>());
        make(interp, session, items)
    }
}

/// Makes a query of classes and columns.
pub(super) fn make(
    interp: &mut Interpreter<'_>,
    session: Option<Rc<NativeSession>>,
    items: Vec<Value>,
) -> Outcome<Value> {
    let span = interp.call_span();
    let statement = select::select(interp, Arguments::of(items.clone(), span))?;
    Ok(Value::native(NativeQuery { statement, items, session }))
}

/// Methods that change the SELECT, with its own name for them.
const GENERATIVE: [&str; 22] = [
    "filter",
    "filter_by",
    "where",
    "join",
    "outerjoin",
    "order_by",
    "group_by",
    "having",
    "limit",
    "offset",
    "slice",
    "distinct",
    "select_from",
    "correlate",
    "prefix_with",
    "with_for_update",
    "options",
    "execution_options",
    "with_hint",
    "params",
    "union",
    "union_all",
];

/// Methods that give the query back: they concern loading only.
const IGNORED: [&str; 8] = [
    "yield_per",
    "enable_eagerloads",
    "populate_existing",
    "autoflush",
    "with_labels",
    "enable_assertions",
    "with_session",
    "set_label_style",
];

const OTHERS: [&str; 20] = [
    "all",
    "first",
    "one",
    "one_or_none",
    "scalar",
    "count",
    "get",
    "update",
    "delete",
    "exists",
    "subquery",
    "cte",
    "as_scalar",
    "scalar_subquery",
    "label",
    "with_entities",
    "add_columns",
    "add_column",
    "from_self",
    "statement",
];

impl NativeQuery {
    fn again(&self, statement: Value) -> Value {
        Value::native(NativeQuery { statement, items: self.items.clone(), session: self.session.clone() })
    }

    /// Runs the SELECT: one class or one value gives itself, all else rows.
    fn run(&self, interp: &mut Interpreter<'_>) -> Outcome<Value> {
        let Some(session) = self.session() else {
            return Err(bridge::raise(interp, "UnboundExecutionError", "this query has no session"));
        };
        let result = session.run(interp, &self.statement, None)?;
        let is_single = match self.statement.as_native::<NativeStatement>() {
            Some(statement) => matches!(&statement.items[..], [Item::Entity(..)]),
            None => false,
        };
        match (&result, is_single) {
            (Value::Unknown(_), _) | (_, false) => Ok(result),
            (_, true) => interp.call_method(&result, "scalars", Vec::new()),
        }
    }

    fn fetched(&self, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Value> {
        let result = self.run(interp)?;
        let found = match &result {
            Value::Unknown(_) => result,
            _ => interp.call_method(&result, name, Vec::new())?,
        };
        if let (Value::Unknown(unknown), Some(session)) = (&found, self.session())
            && self.has_objects()
        {
            // Whatever the program sets on such objects is written by the next flush.
            session.note_unknown(unknown);
        }
        Ok(found)
    }

    fn has_objects(&self) -> bool {
        self.items
            .iter()
            .any(|item| matches!(item, Value::Class(_)) || item.as_native::<super::NativeAliased>().is_some())
    }

    /// `query.count()`: SQLAlchemy counts the rows of a subquery.
    fn count(&self, interp: &mut Interpreter<'_>) -> Outcome<Value> {
        let inner = interp.call_method(&self.statement, "subquery", Vec::new())?;
        let Some(from) = bridge::from_of(interp, &inner) else { return Ok(inner) };
        let count = select::count_of(from);
        let Some(session) = self.session() else { return Ok(Value::None) };
        let result = session.run(interp, &count, None)?;
        match &result {
            Value::Unknown(_) => Ok(result),
            _ => interp.call_method(&result, "scalar", Vec::new()),
        }
    }

    /// `query.update(values)`, `query.delete()`: one statement for all rows.
    fn change(&self, interp: &mut Interpreter<'_>, values: Option<Value>) -> Outcome<Value> {
        let Some(session) = self.session().cloned() else { return Ok(Value::None) };
        let span = interp.call_span();
        let table = self.items.first().cloned().unwrap_or(Value::None);
        let table = match &table {
            Value::Class(_) => table,
            Value::Native(native) if native.type_name() == "Table" => table,
            other => interp.attribute(other, "table")?,
        };
        let statement = match &values {
            Some(_) => dml::update(interp, Arguments::of(vec![table], span))?,
            None => dml::delete(interp, Arguments::of(vec![table], span))?,
        };
        let mut statement = match &values {
            Some(values) => interp.call_method(&statement, "values", vec![values.clone()])?,
            None => statement,
        };
        if let Some(own) = self.statement.as_native::<NativeStatement>() {
            if let Some(unknown) = &own.unknown {
                bridge::opaque(interp, format!("a change of rows by {}", unknown.reason), span, false);
                return Ok(Value::Unknown(Rc::clone(unknown)));
            }
            if let select::Body::Select(select) = &own.body {
                for condition in &select.conditions {
                    let condition = crate::alembic::expression::value(Rc::clone(condition));
                    statement = interp.call_method(&statement, "where", vec![condition])?;
                }
            }
        }
        let result = session.run(interp, &statement, None)?;
        match &result {
            Value::Unknown(_) => Ok(result),
            _ => interp.attribute(&result, "rowcount"),
        }
    }

    fn with_entities(&self, interp: &mut Interpreter<'_>, items: Vec<Value>) -> Outcome<Value> {
        let statement = interp.call_method(&self.statement, "with_only_columns", items.clone())?;
        Ok(Value::native(NativeQuery { statement, items, session: self.session.clone() }))
    }
}

impl Native for NativeQuery {
    fn type_name(&self) -> &str {
        "Query"
    }

    fn reaches_database(&self) -> bool {
        true
    }

    fn attribute(self: Rc<Self>, _interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        Ok(match name {
            "session" => self.session.clone().map(|session| Value::Native(session)),
            "statement" | "selectable" => Some(self.statement.clone()),
            "__clause_element__" => {
                let statement = self.statement.clone();
                Some(Value::function(name, move |_, _| Ok(statement.clone())))
            }
            _ => None,
        })
    }

    fn has_method(&self, name: &str) -> bool {
        GENERATIVE.contains(&name) || IGNORED.contains(&name) || OTHERS.contains(&name)
    }

    fn call_method(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        name: &str,
        mut arguments: Arguments,
    ) -> Outcome<Value> {
        if IGNORED.contains(&name) {
            return Ok(Value::Native(self));
        }
        if GENERATIVE.contains(&name) {
            for value in &mut arguments.positional {
                if let Some(query) = value.as_native::<NativeQuery>() {
                    *value = query.statement.clone();
                }
            }
            let method = interp.attribute(&self.statement, name)?;
            let statement = interp.call(&method, arguments)?;
            return Ok(self.again(statement));
        }
        match name {
            "all" => self.fetched(interp, "all"),
            "first" => {
                let limited = interp.call_method(&self.statement, "limit", vec![Value::Int(1)])?;
                let query = NativeQuery {
                    statement: limited,
                    items: self.items.clone(),
                    session: self.session.clone(),
                };
                query.fetched(interp, "first")
            }
            "one" => self.fetched(interp, "one"),
            "one_or_none" => self.fetched(interp, "one_or_none"),
            "scalar" => {
                let row = self.fetched(interp, "one_or_none")?;
                match &row {
                    Value::Native(native) if native.type_name() == "Row" => interp.item(&row, &Value::Int(0)),
                    _ => Ok(row),
                }
            }
            "count" => self.count(interp),
            "get" => {
                let [key] = arguments.exactly("get")?;
                let class = self.items.first().cloned().unwrap_or(Value::None);
                match self.session() {
                    Some(session) => session.get(interp, &class, &key),
                    None => Ok(Value::None),
                }
            }
            "update" => {
                arguments.take("synchronize_session");
                arguments.take("update_args");
                let values = arguments.positional.first().cloned().or_else(|| arguments.take("values"));
                let Some(values) = values else { return Err(Unwind::type_error("update() takes values")) };
                self.change(interp, Some(values))
            }
            "delete" => self.change(interp, None),
            "with_entities" => self.with_entities(interp, arguments.positional),
            "add_columns" | "add_column" => {
                let mut items = self.items.clone();
                items.extend(arguments.positional.iter().cloned());
                let statement = interp.call_method(&self.statement, "add_columns", arguments.positional)?;
                Ok(Value::native(NativeQuery { statement, items, session: self.session.clone() }))
            }
            "from_self" => Err(Unwind::unsupported("`from_self()`")),
            _ => {
                let method = interp.attribute(&self.statement, name)?;
                interp.call(&method, arguments)
            }
        }
    }

    fn item(self: Rc<Self>, interp: &mut Interpreter<'_>, index: &Value) -> Outcome<Option<Value>> {
        let all = self.fetched(interp, "all")?;
        match all {
            Value::Unknown(_) => Ok(Some(all)),
            _ => interp.item(&all, index).map(Some),
        }
    }

    fn iterate(self: Rc<Self>, interp: &mut Interpreter<'_>) -> Outcome<Option<Value>> {
        self.fetched(interp, "all").map(Some)
    }
}
