//! Tables, aliases, subqueries and joins as Python handles them.

use std::rc::Rc;

use crate::alembic::expression::{Operand, operand};
use crate::alembic::{bridge, dml, expression};
use crate::python::{Arguments, Interpreter, Key, Native, Outcome, Unwind, Value};
use crate::sql::expression::{Alias, AliasKind, Source, SourceColumn};
use crate::sql::table::{Constraint, ConstraintKind, Target};
use crate::sql::{DataType, Expr, Expression, From, Identifier, Node, Operator, Table};

/// Something to read from, as Python holds it: `table()`, an alias, a subquery, a CTE, a join.
#[derive(Debug)]
pub struct NativeFrom {
    /// What it is.
    pub from: From,
}

/// Something to read from as a value of Python.
pub fn from_value(from: From) -> Value {
    Value::native(NativeFrom { from })
}

/// `table("name", column(…), …)`
pub fn table_clause(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    if let Some(unknown) = bridge::find_unknown(arguments.values()) {
        return Ok(Value::Unknown(unknown));
    }
    let schema = arguments.take("schema").and_then(|schema| schema.as_str());
    let name = arguments.positional.first().cloned().or_else(|| arguments.take("name"));
    let Some(name) = name.and_then(|name| name.as_str()) else {
        return Err(Unwind::type_error("table() takes the name of a table"));
    };
    let mut columns = Vec::new();
    for given in arguments.positional.iter().skip(1) {
        match expression::resolved(interp, given)?.as_deref() {
            Some(Expression { node: Node::Column { name, .. }, data_type }) => {
                columns.push(SourceColumn::new(name.clone(), (**data_type).clone()));
            }
            _ => return Err(bridge::raise(interp, "ArgumentError", "column() object expected")),
        }
    }
    let schema = schema.map(|schema| Identifier::new(&*schema));
    Ok(from_value(From::table(schema, &*name, columns)))
}

impl NativeFrom {
    /// The table that can be changed.
    fn source(&self) -> Option<Rc<Source>> {
        match &self.from {
            From::Table(source) => Some(Rc::clone(source)),
            _ => None,
        }
    }

    fn name(&self) -> Option<&str> {
        match &self.from {
            From::Table(source) => Some(&source.name),
            From::Alias(alias) => alias.name.as_deref(),
            _ => None,
        }
    }
}

impl Native for NativeFrom {
    fn type_name(&self) -> &str {
        match &self.from {
            From::Table(_) => "TableClause",
            From::Alias(alias) => match alias.kind {
                AliasKind::From(_) => "Alias",
                AliasKind::Query(_) => "Subquery",
                AliasKind::Cte(_) => "CTE",
            },
            From::Join(_) => "Join",
            From::Function(_) => "TableValuedAlias",
            From::Text(_) => "TextClause",
            From::NewRow => "Alias",
        }
    }

    fn attribute(self: Rc<Self>, _interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        Ok(match name {
            "c" | "columns" | "exported_columns" => {
                Some(Value::native(NativeColumns { from: self.from.clone() }))
            }
            "name" | "key" | "description" => Some(self.name().map_or(Value::None, Value::str)),
            "fullname" => {
                let schema = self.source().and_then(|source| source.schema.clone());
                let prefix = schema.map(|schema| format!("{schema}.")).unwrap_or_default();
                Some(self.name().map_or(Value::None, |name| Value::str(format!("{prefix}{name}"))))
            }
            "schema" => match &self.from {
                From::Table(source) => Some(source.schema.as_deref().map_or(Value::None, Value::str)),
                _ => None,
            },
            "left" | "right" => match &self.from {
                From::Join(join) => {
                    Some(from_value(if name == "left" { join.left.clone() } else { join.right.clone() }))
                }
                _ => None,
            },
            "onclause" => match &self.from {
                From::Join(join) => Some(expression::value(Rc::clone(&join.on))),
                _ => None,
            },
            _ if matches!(self.from, From::NewRow) => Some(expression::value(self.from.column(name))),
            _ => None,
        })
    }

    fn has_method(&self, name: &str) -> bool {
        match name {
            "select" | "alias" | "join" | "outerjoin" | "count" | "tablesample" | "lateral" => true,
            "insert" | "update" | "delete" | "append_column" => matches!(self.from, From::Table(_)),
            "union" | "union_all" | "cte" => matches!(self.from, From::Alias(_)),
            _ => false,
        }
    }

    fn call_method(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        name: &str,
        arguments: Arguments,
    ) -> Outcome<Value> {
        let this = Value::Native(self.clone());
        match (name, self.source()) {
            ("insert", Some(_)) => dml::insert(interp, arguments.with_first(this)),
            ("update", Some(_)) => dml::update(interp, arguments.with_first(this)),
            ("delete", Some(_)) => dml::delete(interp, arguments.with_first(this)),
            _ => from_method(interp, &self.from, name, arguments),
        }
    }

    fn key(&self) -> Option<Key> {
        match &self.from {
            From::Table(source) => {
                let schema = source.schema.as_deref().unwrap_or("");
                Some(Key::Named("table".to_owned(), format!("{schema}.{}", source.name.as_str())))
            }
            _ => None,
        }
    }

    fn text(self: Rc<Self>, _interp: &mut Interpreter<'_>, _repr: bool) -> Outcome<Value> {
        Ok(Value::str(self.name().unwrap_or("anon")))
    }
}

/// `select()`, `alias()`, `join()` and so on of a table; for the tables of Python's side too.
fn from_method(
    interp: &mut Interpreter<'_>,
    from: &From,
    name: &str,
    arguments: Arguments,
) -> Outcome<Value> {
    match name {
        "select" => {
            let span = arguments.span;
            let condition = arguments.positional.first().or_else(|| arguments.get("whereclause")).cloned();
            let all = super::select(interp, Arguments::of(vec![from_value(from.clone())], span))?;
            match condition {
                Some(condition) if !condition.is_none() => interp.call_method(&all, "where", vec![condition]),
                _ => Ok(all),
            }
        }
        "count" => Ok(count_of(from.clone())),
        "alias" => {
            let name = arguments.positional.first().or_else(|| arguments.get("name"));
            let name = name.and_then(|name| name.as_str()).map(|name| Identifier::new(&*name));
            Ok(from_value(from.clone().alias(name)))
        }
        "lateral" => match from {
            From::Alias(alias) => {
                let lateral = Alias { lateral: true, ..(**alias).clone() };
                Ok(from_value(From::Alias(Rc::new(lateral))))
            }
            _ => Err(Unwind::unsupported("`lateral()` of something else than a subquery")),
        },
        "join" | "outerjoin" => join_of(interp, from, name == "outerjoin", arguments),
        "union" | "union_all" => super::combine::continue_cte(interp, from, name, &arguments),
        _ => Err(Unwind::unsupported(format!("`{name}()` of a table"))),
    }
}

/// `left.join(right, onclause, isouter, full)`
pub fn join_of(
    interp: &mut Interpreter<'_>,
    left: &From,
    outer: bool,
    arguments: Arguments,
) -> Outcome<Value> {
    if let Some(unknown) = bridge::find_unknown(arguments.values()) {
        return Ok(Value::Unknown(unknown));
    }
    let [right, on, isouter, full] = arguments.bind("join", "right onclause? isouter? full?")?;
    let right = right.unwrap_or(Value::None);
    let Some(right) = super::method::from_or_entity(interp, &right)? else {
        return Err(bridge::raise(interp, "ArgumentError", "Join target expected"));
    };
    let on = match on {
        Some(on) if !on.is_none() => match operand(interp, &on, None)? {
            Operand::Expr(on) => on,
            Operand::Unknown(unknown) => return Ok(Value::Unknown(unknown)),
            Operand::None => return Err(Unwind::type_error("SQL expression for ON expected")),
        },
        _ => join_condition(interp, left, &right)?,
    };
    let is = |flag: Option<Value>| flag.and_then(|flag| flag.as_bool()) == Some(true);
    Ok(from_value(left.clone().join(right, on, outer || is(isouter), is(full))))
}

/// The condition of a join, by the foreign keys between both sides.
pub fn join_condition(interp: &mut Interpreter<'_>, left: &From, right: &From) -> Outcome<Expr> {
    for left in parts(left).into_iter().rev() {
        let mut found: Vec<Expr> = Vec::new();
        for (from, to) in [(right, &left), (&left, right)] {
            let (Some(own), Some(other)) = (bridge::find_table(interp, from), bridge::find_table(interp, to))
            else {
                continue;
            };
            let links = links(&own.borrow(), &other.borrow());
            if links.len() + usize::from(!found.is_empty()) > 1 {
                let (left, right) = (&own.borrow().name, &other.borrow().name);
                let message = format!(
                    "Can't determine join between '{left}' and '{right}'; tables have more than one foreign key \
                     constraint relationship between them. Please specify the 'onclause' of this join explicitly."
                );
                return Err(bridge::raise(interp, "AmbiguousForeignKeysError", &message));
            }
            found.extend(links.iter().flatten().map(|(here, there)| {
                let (here, there) = (from.column(here), to.column(there));
                let (a, b) = if std::ptr::eq(from, right) { (there, here) } else { (here, there) };
                Expression::binary(&a, Operator::Equal, &b)
            }));
        }
        if !found.is_empty() {
            return Ok(Expression::all_of(Operator::And, found));
        }
    }
    let message = "Can't find any foreign key relationships between the tables that are joined.";
    Err(bridge::raise(interp, "NoForeignKeysError", message))
}

fn parts(from: &From) -> Vec<From> {
    match from {
        From::Join(join) => {
            let mut all = parts(&join.left);
            all.extend(parts(&join.right));
            all
        }
        other => vec![other.clone()],
    }
}

/// The foreign keys of a table to another: the columns of each, with those that they point at.
pub fn links(own: &Table, other: &Table) -> Vec<Vec<(String, String)>> {
    let mut links: Vec<Vec<(String, String)>> = Vec::new();
    let keys = own.constraints.iter().filter_map(|constraint: &Constraint| match &constraint.kind {
        ConstraintKind::ForeignKey { columns, targets, .. } => Some((columns, targets)),
        _ => None,
    });
    for (columns, targets) in keys {
        if targets.iter().any(|target| target.table != other.name || target.schema != other.schema) {
            continue;
        }
        let there = |column: &String, target: &Target| {
            target.column.as_ref().map_or_else(|| column.clone(), |column| column.as_str().to_owned())
        };
        let pairs = columns.iter().zip(targets).map(|(own, to)| (own.clone(), there(own, to))).collect();
        if !links.contains(&pairs) {
            links.push(pairs);
        }
    }
    links
}

/// `.c` of something to read from.
#[derive(Debug)]
pub(super) struct NativeColumns {
    from: From,
}

impl NativeColumns {
    fn find(&self, key: &str) -> Option<Value> {
        let known = self.from.columns();
        if known.is_empty() && !matches!(self.from, From::Join(_)) {
            // A text without columns, a function: what it gives is taken at its word.
            let open = matches!(self.from, From::NewRow | From::Function(_) | From::Text(_));
            return open.then(|| expression::value(self.from.column(key)));
        }
        if let Some((_, found)) = known.iter().find(|(own, _)| own == key) {
            return Some(expression::value(Rc::clone(found)));
        }
        // The columns of a join are also known as `table_column`.
        let long = |expr: &Expr| match &expr.node {
            Node::Column { from: Some(From::Table(source)), name } => {
                format!("{}_{}", source.name, name) == key
            }
            _ => false,
        };
        known.iter().find(|(_, expr)| long(expr)).map(|(_, expr)| expression::value(Rc::clone(expr)))
    }
}

impl Native for NativeColumns {
    fn type_name(&self) -> &str {
        "ColumnCollection"
    }

    fn attribute(self: Rc<Self>, _interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        Ok(self.find(name))
    }

    fn has_method(&self, name: &str) -> bool {
        matches!(name, "keys" | "values" | "items" | "get" | "contains_column")
    }

    fn call_method(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        name: &str,
        arguments: Arguments,
    ) -> Outcome<Value> {
        let columns = self.from.columns();
        Ok(match name {
            "keys" => Value::list(columns.iter().map(|(key, _)| Value::str(key)).collect()),
            "values" => Value::list(columns.into_iter().map(|(_, expr)| expression::value(expr)).collect()),
            "items" => Value::list(
                columns
                    .into_iter()
                    .map(|(key, expr)| Value::tuple(vec![Value::str(key), expression::value(expr)]))
                    .collect(),
            ),
            _ => {
                let mut given = arguments.positional.into_iter();
                let key = given.next().and_then(|key| key.as_str());
                let found = key.and_then(|key| self.find(&key));
                found.or_else(|| given.next()).unwrap_or(Value::None)
            }
        })
    }

    fn item(self: Rc<Self>, interp: &mut Interpreter<'_>, index: &Value) -> Outcome<Option<Value>> {
        if let Value::Unknown(_) = index {
            return Ok(Some(index.clone()));
        }
        if let Some(key) = index.as_str() {
            return match self.find(&key) {
                Some(found) => Ok(Some(found)),
                None => Err(Unwind::raise("KeyError", format!("'{key}'"))),
            };
        }
        let all: Vec<Value> =
            self.from.columns().into_iter().map(|(_, expr)| expression::value(expr)).collect();
        interp.item(&Value::tuple(all), index).map(Some)
    }

    fn iterate(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Outcome<Option<Value>> {
        let columns = self.from.columns();
        Ok(Some(Value::list(columns.into_iter().map(|(_, expr)| expression::value(expr)).collect())))
    }

    fn length(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Outcome<Option<Value>> {
        Ok(Some(Value::Int(self.from.columns().len() as i64)))
    }

    fn compare(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        comparison: crate::python::Comparison,
        other: &Value,
    ) -> Outcome<Option<Value>> {
        Ok(match (comparison, other.as_str()) {
            (crate::python::Comparison::In, Some(key)) => Some(Value::Bool(self.find(&key).is_some())),
            _ => None,
        })
    }
}

/// `SELECT count(*) FROM …`
pub fn count_of(from: From) -> Value {
    let star = Expression::untyped(Node::Star(None));
    let node = Node::Function { name: vec!["count".into()], arguments: vec![star] };
    let count = Expression::new(node, DataType::generic("Integer"));
    let select = crate::sql::Select { columns: vec![count], from: vec![from], ..Default::default() };
    super::NativeStatement::new(super::Body::Select(Box::new(select))).value()
}
