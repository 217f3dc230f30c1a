//! Results: rows as Python handles them, or the fact that only a live database has them.

mod convert;
mod row;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use super::bridge;
use crate::python::{Arguments, Interpreter, Native, Outcome, Unknown, Unwind, Value};

pub use convert::{converted, plain_value, told};
pub use row::{NativeMapping, NativeRow};

/// The names of a result's columns.
pub type Names = Rc<[Rc<str>]>;

/// How a result gives its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// As rows.
    Rows,
    /// As one value of each.
    Scalars(usize),
    /// As mappings.
    Mappings,
}

/// What a result has.
#[derive(Debug)]
pub enum Rows {
    /// Rows that are left.
    Known(Names, VecDeque<Rc<[Value]>>),
    /// Only a live database has them.
    Unknown(Rc<Unknown>),
    /// The statement gives none.
    None,
}

/// What a statement leaves behind.
#[derive(Clone, Debug, Default)]
pub struct Effect {
    /// How many rows it changed, as the stage says; 0 in a replay.
    pub count: i64,
    /// The primary key of the row that it put in.
    pub identity: Identity,
}

/// The primary key of a row that was put in.
#[derive(Clone, Debug, Default)]
pub enum Identity {
    /// None was put in.
    #[default]
    None,
    /// The statement says it.
    Given(Value),
    /// The database knows.
    Ask,
}

/// A result, as Python holds it.
#[derive(Debug)]
pub struct NativeResult {
    rows: Rc<RefCell<Rows>>,
    view: View,
    effect: Effect,
    unique: bool,
}

const METHODS: [&str; 24] = [
    "fetchone",
    "fetchall",
    "fetchmany",
    "first",
    "one",
    "one_or_none",
    "scalar",
    "scalar_one",
    "scalar_one_or_none",
    "scalars",
    "mappings",
    "tuples",
    "all",
    "keys",
    "columns",
    "partitions",
    "unique",
    "yield_per",
    "close",
    "freeze",
    "last_updated_params",
    "last_inserted_params",
    "next",
    "execution_options",
];

impl NativeResult {
    /// A result with rows, or without.
    pub fn new(rows: Rows, effect: Effect) -> NativeResult {
        NativeResult { rows: Rc::new(RefCell::new(rows)), view: View::Rows, effect, unique: false }
    }

    /// The same, seen in another way.
    #[must_use]
    pub fn seen(self, view: View) -> NativeResult {
        NativeResult { view, ..self }
    }

    /// The result as a value of Python.
    pub fn value(self) -> Value {
        Value::native(self)
    }

    fn again(&self, view: View) -> Value {
        NativeResult { rows: self.rows.clone(), view, effect: self.effect.clone(), unique: self.unique }
            .value()
    }

    fn shown(&self, names: &Names, row: Rc<[Value]>) -> Value {
        match self.view {
            View::Rows => Value::native(NativeRow { names: names.clone(), values: row }),
            View::Mappings => Value::native(NativeMapping { names: names.clone(), values: row }),
            View::Scalars(index) => row.get(index).cloned().unwrap_or(Value::None),
        }
    }

    /// All that is left, at most so many.
    fn take(&self, interp: &mut Interpreter<'_>, most: usize) -> Outcome<Result<Vec<Value>, Rc<Unknown>>> {
        let taken = match &mut *self.rows.borrow_mut() {
            Rows::Unknown(unknown) => return Ok(Err(Rc::clone(unknown))),
            Rows::None => None,
            Rows::Known(names, rows) => {
                let count = most.min(rows.len());
                let names = names.clone();
                Some(rows.drain(..count).map(|row| self.shown(&names, row)).collect::<Vec<_>>())
            }
        };
        let Some(taken) = taken else {
            let message = "This result object does not return rows. It has been closed automatically.";
            return Err(bridge::raise(interp, "ResourceClosedError", message));
        };
        if !self.unique {
            return Ok(Ok(taken));
        }
        let mut kept: Vec<Value> = Vec::new();
        let mut keys = Vec::new();
        for value in taken {
            let key = interp.key(&value)?;
            if !keys.contains(&key) {
                keys.push(key);
                kept.push(value);
            }
        }
        Ok(Ok(kept))
    }

    /// The primary key of the row that was put in.
    fn identity(&self, interp: &mut Interpreter<'_>) -> Outcome<Value> {
        match &self.effect.identity {
            Identity::None => Ok(Value::None),
            Identity::Given(key) => Ok(key.clone()),
            Identity::Ask => {
                let key = last_key(interp)?;
                Ok(if let Value::Unknown(_) = key { key } else { Value::tuple(vec![key]) })
            }
        }
    }

    fn one(&self, interp: &mut Interpreter<'_>, at_least: bool) -> Outcome<Value> {
        let rows = match self.take(interp, usize::MAX)? {
            Ok(rows) => rows,
            Err(unknown) => return Ok(Value::Unknown(unknown)),
        };
        match (rows.len(), at_least) {
            (1, _) => Ok(rows.into_iter().next().unwrap_or(Value::None)),
            (0, false) => Ok(Value::None),
            (0, true) => {
                Err(bridge::raise(interp, "NoResultFound", "No row was found when one was required"))
            }
            _ => {
                let message = "Multiple rows were found when exactly one was required";
                Err(bridge::raise(interp, "MultipleResultsFound", message))
            }
        }
    }

    fn first(&self, interp: &mut Interpreter<'_>) -> Outcome<Value> {
        let rows = match self.take(interp, 1)? {
            Ok(rows) => rows,
            Err(unknown) => return Ok(Value::Unknown(unknown)),
        };
        Ok(rows.into_iter().next().unwrap_or(Value::None))
    }

    fn scalar_view(&self) -> NativeResult {
        let view = match self.view {
            View::Scalars(index) => View::Scalars(index),
            View::Rows | View::Mappings => View::Scalars(0),
        };
        NativeResult { rows: self.rows.clone(), view, effect: self.effect.clone(), unique: self.unique }
    }

    fn names(&self) -> Outcome<Value> {
        Ok(match &*self.rows.borrow() {
            Rows::Known(names, _) => Value::list(names.iter().map(Value::str).collect()),
            Rows::Unknown(unknown) => Value::Unknown(Rc::clone(unknown)),
            Rows::None => Value::list(Vec::new()),
        })
    }

    fn index_of(&self, interp: &mut Interpreter<'_>, key: Option<&Value>) -> Outcome<usize> {
        let Some(key) = key else { return Ok(0) };
        if let Some(index) = key.as_int() {
            return Ok(usize::try_from(index).unwrap_or(0));
        }
        let name = match key.as_str() {
            Some(name) => Some(name),
            None => interp.find_attribute(key, "name")?.and_then(|name| name.as_str()),
        };
        let rows = self.rows.borrow();
        let Rows::Known(names, _) = &*rows else { return Ok(0) };
        match name.as_ref().and_then(|name| names.iter().position(|own| **own == **name)) {
            Some(index) => Ok(index),
            None => {
                let message =
                    format!("Could not locate column in row for column '{}'", name.unwrap_or_default());
                drop(rows);
                Err(bridge::raise(interp, "NoSuchColumnError", &message))
            }
        }
    }

    fn partitions(&self, interp: &mut Interpreter<'_>, size: Option<usize>) -> Outcome<Value> {
        let rows = match self.take(interp, usize::MAX)? {
            Ok(rows) => rows,
            Err(unknown) => return Ok(Value::Unknown(unknown)),
        };
        let size = size.unwrap_or(usize::MAX).max(1);
        Ok(Value::list(
            rows.chunks(size.min(rows.len().max(1))).map(|part| Value::list(part.to_vec())).collect(),
        ))
    }
}

/// The number that the database gave the last row that was put in.
pub fn last_key(interp: &mut Interpreter<'_>) -> Outcome<Value> {
    let sql = match bridge::dialect(interp).name() {
        "sqlite" => "SELECT last_insert_rowid()",
        "mysql" => "SELECT LAST_INSERT_ID()",
        _ => "SELECT lastval()",
    };
    let span = interp.call_span();
    let Some(set) = bridge::query(interp, sql.to_owned(), span)? else {
        return Ok(interp.unknown("the key that the database gives a row"));
    };
    let value = set.rows.first().and_then(|row| row.first());
    Ok(value.map_or(Value::None, plain_value))
}

fn listed(rows: Result<Vec<Value>, Rc<Unknown>>) -> Value {
    match rows {
        Ok(rows) => Value::list(rows),
        Err(unknown) => Value::Unknown(unknown),
    }
}

impl Native for NativeResult {
    fn type_name(&self) -> &str {
        match self.view {
            View::Rows => "CursorResult",
            View::Scalars(_) => "ScalarResult",
            View::Mappings => "MappingResult",
        }
    }

    fn reaches_database(&self) -> bool {
        true
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        Ok(match name {
            "rowcount" => Some(match bridge::is_live(interp)? {
                true => Value::Int(self.effect.count),
                false => interp.unknown("how many rows a statement changes"),
            }),
            "lastrowid" => Some(match self.identity(interp)? {
                Value::Tuple(key) => key.first().cloned().unwrap_or(Value::None),
                other => other,
            }),
            "inserted_primary_key" => Some(self.identity(interp)?),
            "returns_rows" => Some(Value::Bool(!matches!(&*self.rows.borrow(), Rows::None))),
            "is_insert" => Some(Value::Bool(!matches!(self.effect.identity, Identity::None))),
            "closed" => Some(Value::Bool(false)),
            "cursor" => Some(Value::Native(self)),
            "description" => Some(match &*self.rows.borrow() {
                Rows::Known(names, _) => {
                    let column = |name: &Rc<str>| {
                        let mut parts = vec![Value::str(name)];
                        parts.resize(7, Value::None);
                        Value::tuple(parts)
                    };
                    Value::list(names.iter().map(column).collect())
                }
                Rows::Unknown(unknown) => Value::Unknown(Rc::clone(unknown)),
                Rows::None => Value::None,
            }),
            _ => None,
        })
    }

    fn has_method(&self, name: &str) -> bool {
        METHODS.contains(&name)
    }

    fn call_method(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        name: &str,
        arguments: Arguments,
    ) -> Outcome<Value> {
        let number = |arguments: &Arguments| {
            let given = arguments.positional.first().or_else(|| arguments.get("size"));
            given.and_then(Value::as_int).and_then(|number| usize::try_from(number).ok())
        };
        match name {
            "fetchall" | "all" => self.take(interp, usize::MAX).map(listed),
            "fetchmany" => self.take(interp, number(&arguments).unwrap_or(1)).map(listed),
            "fetchone" | "next" | "first" => {
                let first = self.first(interp)?;
                if name == "first"
                    && let Rows::Known(_, rows) = &mut *self.rows.borrow_mut()
                {
                    rows.clear();
                }
                Ok(first)
            }
            "one" => self.one(interp, true),
            "one_or_none" => self.one(interp, false),
            "scalar" => self.scalar_view().first(interp),
            "scalar_one" => self.scalar_view().one(interp, true),
            "scalar_one_or_none" => self.scalar_view().one(interp, false),
            "scalars" => {
                let index = self.index_of(interp, arguments.positional.first())?;
                Ok(self.again(View::Scalars(index)))
            }
            "mappings" => Ok(self.again(View::Mappings)),
            "keys" => self.names(),
            "columns" => Err(Unwind::unsupported("`columns()` of a result")),
            "partitions" => self.partitions(interp, number(&arguments)),
            "unique" => Ok(NativeResult {
                rows: self.rows.clone(),
                view: self.view,
                effect: self.effect.clone(),
                unique: true,
            }
            .value()),
            "close" => Ok(Value::None),
            "freeze" | "last_updated_params" | "last_inserted_params" => {
                Err(Unwind::unsupported(format!("`{name}()` of a result")))
            }
            _ => Ok(Value::Native(self)),
        }
    }

    fn iterate(self: Rc<Self>, interp: &mut Interpreter<'_>) -> Outcome<Option<Value>> {
        self.take(interp, usize::MAX).map(listed).map(Some)
    }

    fn enter(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Outcome<Option<Value>> {
        Ok(Some(Value::Native(self)))
    }
}
