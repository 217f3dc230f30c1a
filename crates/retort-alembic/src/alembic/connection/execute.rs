//! `execute()`: which text a call sends, and what comes of it.

use std::collections::VecDeque;
use std::rc::Rc;

use retort_core::database::{ResultSet, TextKind};
use retort_core::source::Span;

use super::driver;
use crate::alembic::expression;
use crate::alembic::orm::NativeSession;
use crate::alembic::result::{Effect, Identity, NativeResult, Rows, converted, told};
use crate::alembic::select::{Body, Item, NativeStatement};
use crate::alembic::{bridge, dml, types};
use crate::python::{Arguments, Interpreter, Outcome, Unknown, Value};
use crate::sql::compile::{Parameters, visit};
use crate::sql::expression::{Assignment, InsertSource};
use crate::sql::{DataType, Expr, Node, Statement};

/// How a statement is executed.
#[derive(Debug)]
pub(crate) struct Execution {
    /// The call.
    pub(crate) span: Span,
    /// Whose objects the rows of mapped classes become; None for plain rows.
    pub(crate) session: Option<Rc<NativeSession>>,
}

/// `connection.execute(statement, parameters, **parameters)`
pub fn execute(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    arguments.take("execution_options");
    let execution = Execution { span: arguments.span, session: None };
    let statement = arguments.positional.first().or_else(|| arguments.get("statement")).cloned();
    arguments.take("statement");
    let statement = statement.unwrap_or(Value::None);
    if let Value::Str(_) = statement {
        let parameters = match arguments.positional.len() {
            0 | 1 => None,
            2 => arguments.positional.get(1).cloned(),
            // Old programs give the values one by one.
            _ => Some(Value::tuple(arguments.positional[1..].to_vec())),
        };
        return driver::driver_sql(interp, &statement, parameters, arguments);
    }
    let mut parameters = arguments.positional.get(1).or_else(|| arguments.get("parameters")).cloned();
    if arguments.positional.len() > 2 {
        parameters = Some(Value::list(arguments.positional[1..].to_vec()));
    }
    arguments.take("parameters");
    if parameters.is_none() && !arguments.keyword.is_empty() {
        parameters =
            Some(Value::dict_of(arguments.keyword.iter().map(|(name, value)| (name, value.clone()))));
    }
    run(interp, &statement, parameters, &execution)
}

/// Runs a statement with parameters: none, a dict, or a list of dicts.
pub(crate) fn run(
    interp: &mut Interpreter<'_>,
    statement: &Value,
    parameters: Option<Value>,
    execution: &Execution,
) -> Outcome<Value> {
    if let Value::Unknown(unknown) = statement {
        return Ok(bridge::opaque_text(interp, unknown, execution.span));
    }
    interp.refuse_foreign(statement)?;
    let native = statement_of(interp, statement)?;
    let Some(native) = native else {
        if let Some(result) = bridge::execute_other(interp, statement, execution.span)? {
            return Ok(result);
        }
        let repr = interp.repr(statement)?;
        let message = format!("Not an executable object: {repr}");
        return Err(bridge::raise(interp, "ObjectNotExecutableError", &message));
    };
    let sets: Vec<Value> = match parameters {
        None | Some(Value::None) => Vec::new(),
        Some(Value::Unknown(unknown)) => return unknown_statement(interp, &native, &unknown, execution.span),
        Some(list) if is_many(&list) => {
            let sets = interp.values(&list)?;
            if sets.is_empty() {
                return Ok(NativeResult::new(Rows::None, Effect::default()).value());
            }
            sets
        }
        Some(one) => vec![one],
    };
    let mut sets = sets.into_iter();
    let first = sets.next();
    let mut last = run_once(interp, &native, first.as_ref(), execution)?;
    for set in sets {
        last = run_once(interp, &native, Some(&set), execution)?;
    }
    Ok(last)
}

/// Whether parameters are those of several executions.
pub(super) fn is_many(parameters: &Value) -> bool {
    match parameters {
        Value::List(list) => {
            let list = list.borrow();
            list.iter().all(|item| {
                matches!(item, Value::Dict(_) | Value::Tuple(_) | Value::List(_) | Value::Native(_))
            })
        }
        Value::Tuple(items) => items
            .first()
            .is_some_and(|item| matches!(item, Value::Dict(_) | Value::Tuple(_) | Value::List(_))),
        _ => false,
    }
}

/// Anything that can be executed, as a statement.
fn statement_of(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Option<Rc<NativeStatement>>> {
    if let Some(statement) = bridge::statement_of(value) {
        return Ok(Some(statement));
    }
    let Some(expr) = expression::resolved(interp, value)? else { return Ok(None) };
    match &expr.node {
        Node::Text { .. } => Ok(Some(Rc::new(NativeStatement::new(Body::Text(expr))))),
        _ => {
            let select = crate::sql::Select { columns: vec![expr], ..Default::default() };
            Ok(Some(Rc::new(NativeStatement::new(Body::Select(Box::new(select))))))
        }
    }
}

fn run_once(
    interp: &mut Interpreter<'_>,
    statement: &NativeStatement,
    parameters: Option<&Value>,
    execution: &Execution,
) -> Outcome<Value> {
    let unknown = statement.unknown.clone().or_else(|| bridge::find_unknown(parameters));
    if let Some(unknown) = unknown {
        return unknown_statement(interp, statement, &unknown, execution.span);
    }
    let mut statement = statement.clone();
    dml::add_defaults(interp, &mut statement, parameters)?;
    let bound = bind(interp, &mut statement, parameters)?;
    let sql = match &statement.body {
        // A text alone is not a query: its words decide.
        Body::Text(text) if statement.columns.is_empty() => {
            let written = NativeStatement::new(Body::Text(Rc::clone(text))).text_sql(interp, &bound)?;
            return run_text(interp, written, execution.span);
        }
        _ => statement.sql(interp, &bound)?,
    };
    if statement.gives_rows() {
        return rows(interp, &statement, sql, execution);
    }
    let key = given_key(interp, &statement);
    let count = bridge::emit(interp, sql, execution.span)?;
    let identity = match (&statement.body, key) {
        (Body::Insert(_), Some(key)) => Identity::Given(key),
        (Body::Insert(_), None) => Identity::Ask,
        _ => Identity::None,
    };
    let effect = Effect { count: i64::try_from(count).unwrap_or(i64::MAX), identity };
    Ok(NativeResult::new(Rows::None, effect).value())
}

/// The primary key of the row that an INSERT puts in, if it says it.
fn given_key(interp: &mut Interpreter<'_>, statement: &NativeStatement) -> Option<Value> {
    let Body::Insert(insert) = &statement.body else { return None };
    let InsertSource::Rows(rows) = &insert.source else { return None };
    let [row] = &rows[..] else { return None };
    let keys = bridge::primary_key(&statement.table)?;
    let mut values = Vec::new();
    for key in keys {
        let given = row.iter().find(|assignment| assignment.key == key)?;
        let Node::Value(literal) = &given.value.node else { return None };
        values.push(bridge::literal_value(interp, literal).ok()??);
    }
    (!values.is_empty()).then(|| Value::tuple(values))
}

impl NativeStatement {
    /// The text of a text, with its values.
    fn text_sql(&self, interp: &mut Interpreter<'_>, parameters: &Parameters) -> Outcome<String> {
        let Body::Text(text) = &self.body else { return self.sql(interp, parameters) };
        let dialect = bridge::dialect(interp);
        let statement = Statement::Text(Rc::clone(text));
        match crate::sql::compile::statement_sql(&statement, parameters, dialect) {
            Ok(text) => Ok(text),
            Err(error) => Err(bridge::raise_sql(interp, error)),
        }
    }
}

/// Parameters: values of what is bound by name, and columns of INSERT and UPDATE.
fn bind(
    interp: &mut Interpreter<'_>,
    statement: &mut NativeStatement,
    parameters: Option<&Value>,
) -> Outcome<Parameters> {
    let mut bound = Parameters::new();
    let Some(parameters) = parameters else { return Ok(bound) };
    let source = dml::source_of(&statement.body).cloned();
    let names = bound_names(statement);
    let mut columns: Vec<(Value, Value)> = Vec::new();
    let Some(pairs) = dml::pairs(parameters) else {
        if let (Some(source), Body::Insert(_)) = (&source, &statement.body) {
            let row = dml::rows(interp, source, parameters)?;
            put(statement, row.into_iter().flatten().collect());
            return Ok(bound);
        }
        let repr = interp.repr(parameters)?;
        let message = format!("List argument must consist only of dictionaries, not {repr}");
        return Err(bridge::raise(interp, "ArgumentError", &message));
    };
    for (key, value) in pairs {
        let name = key.as_str();
        match (&name, &source) {
            (Some(name), Some(_)) if !names.iter().any(|(own, _)| **own == **name) => {
                columns.push((key.clone(), value));
            }
            (None, Some(_)) => columns.push((key, value)),
            (Some(name), _) => {
                let null = Rc::new(DataType::null());
                let known = names.iter().find(|(own, _)| **own == **name).map(|(_, kind)| Rc::clone(kind));
                let literal = bridge::literal_for(interp, &value, &known.unwrap_or(null))?;
                match literal {
                    Some(literal) => {
                        bound.insert(name.to_string(), literal);
                    }
                    None => {
                        let repr = interp.repr(&value)?;
                        let message = format!("{repr} is no value of SQL");
                        return Err(bridge::raise(interp, "ProgrammingError", &message));
                    }
                }
            }
            (None, None) => {}
        }
    }
    if let Some(source) = &source
        && !matches!(statement.body, Body::Delete(_))
        && !columns.is_empty()
    {
        let row = dml::assignments(interp, source, &columns)?;
        put(statement, row);
    }
    Ok(bound)
}

/// Adds what parameters say of columns.
fn put(statement: &mut NativeStatement, row: Vec<Assignment>) {
    let own = match &mut statement.body {
        Body::Insert(insert) => match &mut insert.source {
            InsertSource::Rows(rows) => {
                if rows.is_empty() {
                    rows.push(Vec::new());
                }
                rows.first_mut()
            }
            InsertSource::Select { .. } => None,
        },
        Body::Update(update) => Some(&mut update.assignments),
        _ => None,
    };
    let Some(own) = own else { return };
    for assignment in row {
        match own.iter_mut().find(|known| known.key == assignment.key) {
            Some(known) => known.value = assignment.value,
            None => own.push(assignment),
        }
    }
}

/// The names of `bindparam()`s in a statement, with their types.
fn bound_names(statement: &NativeStatement) -> Vec<(String, Rc<DataType>)> {
    let mut names = Vec::new();
    let mut found = |part: &Expr| {
        if let Node::Parameter { name, .. } = &part.node {
            names.push((name.clone(), Rc::clone(&part.data_type)));
        }
    };
    match &statement.body {
        Body::Insert(insert) => {
            if let InsertSource::Rows(rows) = &insert.source {
                rows.iter().flatten().for_each(|assignment| visit(&assignment.value, &mut found));
            }
        }
        Body::Update(update) => {
            update.conditions.iter().for_each(|condition| visit(condition, &mut found));
            update.assignments.iter().for_each(|assignment| visit(&assignment.value, &mut found));
        }
        Body::Delete(delete) => delete.conditions.iter().for_each(|condition| visit(condition, &mut found)),
        Body::Select(select) => {
            let parts = select.columns.iter().chain(&select.conditions).chain(&select.having);
            parts.for_each(|part| visit(part, &mut found));
        }
        Body::Combination(_) | Body::Text(_) => {}
    }
    names
}

/// Runs a text: asks for rows if it gives some.
pub(crate) fn run_text(interp: &mut Interpreter<'_>, sql: String, span: Span) -> Outcome<Value> {
    if gives_rows(&sql) {
        let rows = match bridge::query(interp, sql, span)? {
            Some(set) => plain_rows(interp, set)?,
            None => unknown_rows(span),
        };
        return Ok(NativeResult::new(rows, Effect::default()).value());
    }
    let count = bridge::emit(interp, sql, span)?;
    let effect = Effect { count: i64::try_from(count).unwrap_or(i64::MAX), identity: Identity::Ask };
    Ok(NativeResult::new(Rows::None, effect).value())
}

/// Whether a text gives rows, by its words.
fn gives_rows(sql: &str) -> bool {
    let words = words(sql);
    let is = |word: &str| words.iter().any(|own| own.eq_ignore_ascii_case(word));
    let first = words.first().map(|word| word.to_ascii_uppercase()).unwrap_or_default();
    match first.as_str() {
        "SELECT" => !is("INTO") || words.len() < 4 || !select_into(&words),
        "VALUES" | "SHOW" | "PRAGMA" | "EXPLAIN" | "DESCRIBE" | "DESC" | "TABLE" => true,
        "WITH" => is("RETURNING") || !(is("INSERT") || is("UPDATE") || is("DELETE")),
        "INSERT" | "UPDATE" | "DELETE" | "REPLACE" | "MERGE" => is("RETURNING"),
        _ => false,
    }
}

/// `SELECT … INTO table`: INTO before FROM.
fn select_into(words: &[&str]) -> bool {
    let place = |word: &str| words.iter().position(|own| own.eq_ignore_ascii_case(word));
    match (place("INTO"), place("FROM")) {
        (Some(into), Some(from)) => into < from,
        (into, _) => into.is_some(),
    }
}

/// The bare words of a statement: comments, literals and quoted names left out.
fn words(sql: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        let skipped = match c {
            '\'' | '"' | '`' => rest[1..].find(c).map_or(rest.len(), |end| end + 2),
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            c if c.is_alphanumeric() || c == '_' => {
                let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
                words.push(&rest[..end]);
                end
            }
            c => c.len_utf8(),
        };
        rest = rest.get(skipped..).unwrap_or("");
    }
    words
}

fn unknown_rows(span: Span) -> Rows {
    Rows::Unknown(Unknown::new("the rows of a query", span))
}

fn plain_rows(interp: &mut Interpreter<'_>, set: ResultSet) -> Outcome<Rows> {
    if set.columns.is_empty() && set.rows.is_empty() {
        return Ok(Rows::None);
    }
    let names = set.columns.iter().map(|name| Rc::from(name.as_str())).collect();
    let mut rows = VecDeque::with_capacity(set.rows.len());
    for row in &set.rows {
        let kinds = set.kinds.iter().copied().chain(std::iter::repeat(TextKind::Plain));
        let values: Outcome<Rc<[Value]>> =
            row.iter().zip(kinds).map(|(own, kind)| told(interp, own, kind)).collect();
        rows.push_back(values?);
    }
    Ok(Rows::Known(names, rows))
}

/// Asks for the rows of a statement.
fn rows(
    interp: &mut Interpreter<'_>,
    statement: &NativeStatement,
    sql: String,
    execution: &Execution,
) -> Outcome<Value> {
    let Some(set) = bridge::query(interp, sql, execution.span)? else {
        let rows = unknown_rows(execution.span);
        return Ok(NativeResult::new(rows, Effect::default()).value());
    };
    let columns = statement.result_columns();
    let count = i64::try_from(set.rows.len()).unwrap_or(i64::MAX);
    let effect = Effect { count, identity: Identity::None };
    if columns.len() != set.columns.len() && !set.columns.is_empty() {
        let rows = plain_rows(interp, set)?;
        return Ok(NativeResult::new(rows, effect).value());
    }
    let mut all = VecDeque::with_capacity(set.rows.len());
    let mut names: Vec<Rc<str>> = columns.iter().map(|(name, _)| Rc::from(name.as_str())).collect();
    let session = execution.session.as_ref();
    let session = session.filter(|_| statement.items.iter().any(|item| matches!(item, Item::Entity(..))));
    for row in &set.rows {
        let mut values = Vec::with_capacity(row.len());
        for (value, (_, data_type)) in row.iter().zip(&columns) {
            let value = converted(interp, value, data_type)?;
            values.push(types::result_value(interp, data_type, value)?);
        }
        all.push_back(values);
    }
    if let Some(session) = session {
        let mut made = VecDeque::with_capacity(all.len());
        for values in all {
            made.push_back(objects(interp, session, &statement.items, values)?);
        }
        all = made;
        names = object_names(&statement.items, &names);
    }
    let rows = Rows::Known(names.into(), all.into_iter().map(Into::into).collect());
    Ok(NativeResult::new(rows, effect).value())
}

/// A row with the objects of its classes in the place of their columns.
fn objects(
    interp: &mut Interpreter<'_>,
    session: &Rc<NativeSession>,
    items: &[Item],
    values: Vec<Value>,
) -> Outcome<Vec<Value>> {
    let mut values = values.into_iter();
    let mut row = Vec::with_capacity(items.len());
    for item in items {
        match item {
            Item::Column => row.extend(values.next()),
            Item::Entity(class, count) => {
                let own: Vec<Value> = values.by_ref().take(*count).collect();
                if let Value::Class(class) = class {
                    row.push(session.load(interp, class, own)?);
                }
            }
        }
    }
    Ok(row)
}

fn object_names(items: &[Item], names: &[Rc<str>]) -> Vec<Rc<str>> {
    let mut names = names.iter();
    let mut all = Vec::with_capacity(items.len());
    for item in items {
        match item {
            Item::Column => all.extend(names.next().cloned()),
            Item::Entity(class, count) => {
                names.by_ref().take(*count).for_each(drop);
                all.push(match class {
                    Value::Class(class) => Rc::from(&*class.name),
                    _ => Rc::from("entity"),
                });
            }
        }
    }
    all
}

/// A statement that only rows could complete.
fn unknown_statement(
    interp: &mut Interpreter<'_>,
    statement: &NativeStatement,
    unknown: &Rc<Unknown>,
    span: Span,
) -> Outcome<Value> {
    if let Body::Text(text) = &statement.body
        && let Node::Text { sql, .. } = &text.node
    {
        return unknown_text(interp, sql, unknown, span);
    }
    if !statement.is_query() {
        bridge::opaque(interp, format!("a change of rows by {}", unknown.reason), span, false);
    }
    Ok(Value::Unknown(Rc::clone(unknown)))
}

/// A text whose values only rows could give.
pub(super) fn unknown_text(
    interp: &mut Interpreter<'_>,
    sql: &str,
    unknown: &Rc<Unknown>,
    span: Span,
) -> Outcome<Value> {
    let first = words(sql).first().map(|word| word.to_ascii_uppercase()).unwrap_or_default();
    let is_query = matches!(first.as_str(), "SELECT" | "VALUES" | "SHOW" | "PRAGMA" | "EXPLAIN");
    if !is_query || !gives_rows(sql) {
        let is_data = matches!(first.as_str(), "INSERT" | "UPDATE" | "DELETE" | "REPLACE" | "MERGE" | "WITH");
        bridge::opaque(interp, format!("a statement with {}", unknown.reason), span, !is_data);
    }
    Ok(Value::Unknown(Rc::clone(unknown)))
}

#[cfg(test)]
mod tests {
    use super::gives_rows;

    #[test]
    fn the_words_of_a_text_say_whether_it_gives_rows() {
        let rows = [
            ("SELECT 1", true),
            ("-- note\n  select a from t where b = 'INTO x'", true),
            ("SELECT a INTO t2 FROM t", false),
            ("WITH x AS (SELECT 1) SELECT * FROM x", true),
            ("WITH x AS (SELECT 1) DELETE FROM t", false),
            ("INSERT INTO t VALUES (1) RETURNING id", true),
            ("INSERT INTO t SELECT 'returning'", false),
            ("/* c */ PRAGMA table_info('t')", true),
            ("ALTER TABLE t ADD c INT", false),
            ("", false),
        ];
        for (sql, expected) in rows {
            assert_eq!(gives_rows(sql), expected, "{sql}");
        }
    }
}
