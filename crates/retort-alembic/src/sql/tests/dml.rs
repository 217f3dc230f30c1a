//! Expressions, queries and changes of rows.

use std::rc::Rc;

use super::support::*;
use crate::sql::compile::{Parameters, expression_sql, statement_sql};
use crate::sql::dialect::Dialect;
use crate::sql::error::SqlError;
use crate::sql::expression::{
    Alias, AliasKind, Assignment, Combination, Cte, Delete, Expr, Expression, ForUpdate, From, Insert,
    InsertSource, Node, Operator, Query, Select, SetOperation, Source, SourceColumn, Statement, Update,
};
use crate::sql::literal::Literal;
use crate::sql::types::{DataType, Module, find_class};

fn jsonb() -> DataType {
    find_class(Module::Postgres, "JSONB").map_or_else(DataType::null, DataType::of)
}

fn source(name: &str, columns: &[(&str, DataType)]) -> Rc<Source> {
    let columns = columns.iter().map(|(name, kind)| SourceColumn::new(*name, kind.clone())).collect();
    Rc::new(Source { schema: None, name: name.into(), columns })
}

fn table_t() -> Rc<Source> {
    let columns = [
        ("a", kind("Integer")),
        ("b", kind("String")),
        ("j", kind("JSON")),
        ("jb", jsonb()),
        ("f", kind("Float")),
        ("d", kind("DateTime")),
        ("bo", kind("Boolean")),
    ];
    source("t", &columns)
}

fn table_u() -> Rc<Source> {
    source("u", &[("id", kind("Integer")), ("name", kind("String")), ("t_id", kind("Integer"))])
}

fn t(name: &str) -> Expr {
    From::Table(table_t()).column(name)
}

fn u(name: &str) -> Expr {
    From::Table(table_u()).column(name)
}

fn int_value(value: i128) -> Literal {
    Literal::Int(value)
}

fn op(left: &Expr, operator: Operator, value: impl Into<Literal>) -> Expr {
    Expression::binary_value(left, operator, value.into())
}

impl std::convert::From<&str> for Literal {
    fn from(text: &str) -> Literal {
        Literal::text(text)
    }
}

impl std::convert::From<i32> for Literal {
    fn from(number: i32) -> Literal {
        Literal::Int(i128::from(number))
    }
}

fn both(left: &Expr, operator: Operator, right: &Expr) -> Expr {
    Expression::binary(left, operator, right)
}

fn func(name: &str, arguments: Vec<Expr>, data_type: DataType) -> Expr {
    Expression::new(Node::Function { name: vec![name.into()], arguments }, data_type)
}

fn and(items: Vec<Expr>) -> Expr {
    Expression::all_of(Operator::And, items)
}

fn or(items: Vec<Expr>) -> Expr {
    Expression::all_of(Operator::Or, items)
}

fn like(operator: Operator, pattern: &str) -> Expr {
    let pattern = Expression::operand(&t("b"), &operator, Literal::text(pattern));
    Expression::like(&t("b"), operator, &pattern, None)
}

fn cast(value: Expr, data_type: DataType) -> Expr {
    Expression::new(Node::Cast(value), data_type)
}

fn case(whens: Vec<(Expr, Expr)>, subject: Option<Expr>, otherwise: Option<Expr>) -> Expr {
    Expression::new(Node::Case { subject, whens, otherwise }, kind("String"))
}

fn value(literal: impl Into<Literal>) -> Expr {
    Expression::literal(literal.into())
}

fn expressions() -> Vec<(&'static str, Expr)> {
    use Operator as O;
    let (a, b) = (t("a"), t("b"));
    let eq = |left: &Expr, number: i32| op(left, O::Equal, number);
    let is_x = op(&b, O::Equal, "x");
    let null = || Expression::untyped(Node::Null);
    let whens = |condition: Expr| vec![(condition, value("x"))];
    let json = |column: &str, key: Literal| Expression::item(&t(column), key);
    let text = kind("Text");
    let mut bound = (*Expression::text("x = :y")).clone();
    bound.node = Node::Text { sql: "x = :y".into(), parameters: vec![("y".into(), Literal::text("z'"))] };
    let over = Node::Over {
        function: func("row_number", vec![], kind("Integer")),
        partition_by: vec![t("a")],
        order_by: vec![Expression::modified(&b, O::Desc)],
        frame: None,
    };
    let filter = Node::Filter {
        function: func("sum", vec![t("a")], kind("Integer")),
        condition: op(&a, O::Greater, 1),
    };
    let not_and = and(vec![eq(&a, 1), is_x.clone()]).negate();
    vec![
        ("now", func("now", vec![], kind("DateTime"))),
        ("count", func("count", vec![], kind("Integer"))),
        ("left", func("left", vec![t("b"), value(2)], DataType::null())),
        ("Foo", func("Foo", vec![value(1)], DataType::null())),
        ("div", op(&a, O::Divide, 2)),
        ("floordiv", op(&a, O::FloorDivide, 2)),
        ("addchain", op(&op(&a, O::Add, 1), O::Add, 2)),
        ("mulgroup", op(&op(&a, O::Add, 1), O::Multiply, 2)),
        ("subgroup", both(&a, O::Subtract, &op(&a, O::Subtract, 1))),
        ("in", Expression::in_list(&a, vec![int_value(1), int_value(2)], false)),
        ("inempty", Expression::in_list(&a, vec![], false)),
        ("notinempty", Expression::in_list(&a, vec![], true)),
        ("notin", Expression::in_list(&a, vec![int_value(1)], true)),
        ("between", Expression::between(&a, &value(1), &value(2), false)),
        ("like", like(O::Like, "x%")),
        ("ilike", like(O::Ilike, "x")),
        ("startswith", like(O::StartsWith, "x")),
        ("contains", like(O::Contains, "x")),
        ("icontains", like(O::Icontains, "x")),
        ("concat", op(&b, O::Add, "x")),
        ("concat3", both(&op(&b, O::Add, "x"), O::Add, &b)),
        ("isnull", both(&a, O::Equal, &null())),
        ("notnull", both(&a, O::NotEqual, &null())),
        ("eqtrue", op(&t("bo"), O::Equal, Literal::Bool(true))),
        ("istrue", op(&t("bo"), O::Is, Literal::Bool(true))),
        ("notbool", t("bo").negate()),
        ("andor", or(vec![eq(&a, 1), and(vec![is_x.clone(), eq(&a, 2)])])),
        ("orand", and(vec![eq(&a, 1), or(vec![is_x.clone(), eq(&a, 2)])])),
        ("notand", not_and),
        ("andtrue", and(vec![Expression::untyped(Node::True), eq(&a, 1)])),
        ("andbool", and(vec![t("bo"), eq(&a, 1)])),
        ("case", case(whens(eq(&a, 1)), None, Some(value("y")))),
        ("casevalue", case(whens(value(1)), Some(t("a")), None)),
        ("castvarchar", cast(t("a"), sized("String", 5))),
        ("casttext", cast(t("a"), text.clone())),
        ("castbool", cast(t("b"), kind("Boolean"))),
        ("castfloat", cast(t("a"), kind("Float"))),
        ("extract", Expression::new(Node::Extract { field: "year".into(), value: t("d") }, kind("Integer"))),
        ("desc", Expression::modified(&a, O::Desc)),
        ("nullslast", Expression::modified(&Expression::modified(&a, O::Asc), O::NullsLast)),
        ("neg", Expression::unary(O::Negate, &a)),
        ("op", both(&a, O::custom("->", false), &b)),
        ("collate", Expression::new(Node::Collate { value: t("b"), collation: "C".into() }, kind("String"))),
        ("json", json("j", "k".into())),
        ("jsonstr", json("j", "k".into()).retyped(kind("Unicode"))),
        ("jsonint", json("j", "k".into()).retyped(kind("Integer"))),
        ("jsonpath", json("j", Literal::Array(vec!["a".into(), int_value(1)]))),
        ("jsonb", json("jb", "k".into())),
        ("astext", json("jb", "k".into()).retyped(text)),
        ("jsoneq", op(&json("j", "k".into()).retyped(kind("Unicode")), O::Equal, "x")),
        ("over", Expression::new(over, kind("Integer"))),
        ("filter", Expression::new(filter, kind("Integer"))),
        ("text", Rc::new(bound)),
        ("textesc", Expression::text("a::int, '\\:x'")),
        ("distinct", func("count", vec![Expression::unary(O::Distinct, &a)], kind("Integer"))),
        ("any", both(&value(1), O::Equal, &Expression::unary(O::Any, &a))),
        ("eqeq", op(&eq(&a, 1), O::Equal, Literal::Bool(true))),
    ]
}

fn query(select: Select) -> Query {
    Query::Select(Box::new(select))
}

fn select(columns: Vec<Expr>) -> Select {
    Select { columns, ..Select::default() }
}

fn filtered(columns: Vec<Expr>, conditions: Vec<Expr>) -> Select {
    Select { conditions, ..select(columns) }
}

fn subquery(query: Query, data_type: DataType) -> Expr {
    Expression::new(Node::Subquery(Rc::new(query)), data_type)
}

fn exists() -> Expr {
    let select = filtered(
        vec![Expression::untyped(Node::Star(None))],
        vec![both(&u("t_id"), Operator::Equal, &t("a"))],
    );
    Expression::unary(Operator::Exists, &subquery(query(select), DataType::null()))
}

fn count(value: Expr) -> Expr {
    func("count", vec![value], kind("Integer"))
}

fn max(value: Expr) -> Expr {
    func("max", vec![value], kind("Integer"))
}

fn of_u() -> Expr {
    subquery(query(select(vec![u("t_id")])), kind("Integer"))
}

fn cte() -> Rc<Alias> {
    let inner = query(filtered(vec![t("a"), t("b")], vec![op(&t("a"), Operator::Greater, 1)]));
    let columns = inner.columns();
    let cte = Cte { statement: Rc::new(Statement::Query(inner)), recursive: false, columns, restates: None };
    Rc::new(Alias { kind: AliasKind::Cte(cte), name: Some("c".into()), lateral: false })
}

fn queries() -> Vec<(&'static str, Query)> {
    use Operator as O;
    let desc = Expression::modified(&t("a"), O::Desc);
    let some = |number: i32| Some(value(number));
    let on = || both(&u("t_id"), O::Equal, &t("a"));
    let (ft, fu) = (|| From::Table(table_t()), || From::Table(table_u()));
    let x = ft().alias(Some("x".into()));
    let anonymous = ft().alias(None);
    let sub = From::subquery(query(filtered(vec![t("a"), t("b")], vec![op(&t("a"), O::Greater, 1)])), None);
    let named = From::subquery(query(select(vec![t("a").label(Some("z"))])), Some("s".into()));
    let newest = subquery(query(filtered(vec![max(u("id"))], vec![on()])), kind("Integer"));
    let union = |operation, order_by| {
        let queries = vec![query(select(vec![t("a")])), query(select(vec![u("id")]))];
        Query::Combination(Box::new(Combination { operation, queries, order_by, limit: None, offset: None }))
    };
    let c = From::Alias(cte());
    let by_name = Expression::untyped(Node::Column { from: None, name: "x".into() });
    let with_from = |columns: Vec<Expr>, from: From| Select { from: vec![from], ..select(columns) };
    vec![
        ("select", query(select(vec![t("a"), t("b")]))),
        ("where", query(filtered(vec![t("a")], vec![op(&t("a"), O::Equal, 1), op(&t("b"), O::Equal, "x")]))),
        ("boolwhere", query(filtered(vec![t("a")], vec![t("bo")]))),
        (
            "orderlimit",
            query(Select {
                order_by: vec![desc, t("b")],
                limit: some(5),
                offset: some(2),
                ..select(vec![t("a"), t("b")])
            }),
        ),
        ("limit", query(Select { limit: some(1), ..select(vec![t("a")]) })),
        ("offset", query(Select { offset: some(3), ..select(vec![t("a")]) })),
        ("distinct", query(Select { distinct: true, ..select(vec![t("a")]) })),
        (
            "group",
            query(Select {
                group_by: vec![t("a")],
                having: vec![op(&count(t("b")), O::Greater, 1)],
                ..select(vec![t("a"), count(t("b"))])
            }),
        ),
        (
            "label",
            query(Select {
                order_by: vec![by_name],
                ..select(vec![t("a").label(Some("x")), op(&t("a"), O::Add, 1).label(Some("y"))])
            }),
        ),
        ("fn", query(select(vec![max(t("a")), func("count", vec![], kind("Integer")), value(1)]))),
        ("selcount", query(with_from(vec![func("count", vec![], kind("Integer"))], ft()))),
        ("join", query(with_from(vec![t("a"), u("name")], ft().join(fu(), on(), false, false)))),
        (
            "outer",
            query(Select {
                conditions: vec![both(&u("id"), O::Equal, &Expression::untyped(Node::Null))],
                ..with_from(vec![t("a")], ft().join(fu(), on(), true, false))
            }),
        ),
        ("cross", query(filtered(vec![t("a"), u("id")], vec![both(&t("a"), O::Equal, &u("t_id"))]))),
        ("alias", query(filtered(vec![x.column("a")], vec![op(&x.column("b"), O::Equal, "q")]))),
        (
            "anon",
            query(filtered(
                vec![anonymous.column("a"), t("a")],
                vec![both(&anonymous.column("a"), O::Equal, &t("a"))],
            )),
        ),
        ("subq", query(select(vec![sub.column("a")]))),
        ("subqn", query(select(vec![named.column("z")]))),
        ("scalar", query(select(vec![t("a"), newest.label(Some("m"))]))),
        ("exists", query(filtered(vec![t("a")], vec![exists()]))),
        ("notexists", query(filtered(vec![t("a")], vec![exists().negate()]))),
        ("insub", query(filtered(vec![t("a")], vec![both(&t("a"), O::In, &of_u())]))),
        ("union", union(SetOperation::Union, vec![])),
        ("unionall", union(SetOperation::UnionAll, vec![untyped("a")])),
        ("cte", query(filtered(vec![c.column("a")], vec![op(&c.column("b"), O::Equal, "x")]))),
        ("forupdate", query(Select { for_update: Some(ForUpdate::default()), ..select(vec![t("a")]) })),
    ]
}

fn set(key: &str, value: Expr) -> Assignment {
    Assignment { key: key.into(), value }
}

fn insert(source: InsertSource) -> Statement {
    Statement::Insert(Insert {
        table: table_t(),
        source,
        conflict: None,
        returning: vec![],
        prefixes: vec![],
    })
}

fn update(assignments: Vec<Assignment>, conditions: Vec<Expr>) -> Statement {
    Statement::Update(Update { table: table_t(), assignments, ordered: false, conditions, returning: vec![] })
}

fn delete(conditions: Vec<Expr>) -> Statement {
    Statement::Delete(Delete { table: table_t(), conditions, returning: vec![] })
}

fn changes() -> Vec<(&'static str, Statement)> {
    use Operator as O;
    let row = |a: i32, b: &str| vec![set("a", value(a)), set("b", value(b))];
    let columns = strings(&["a", "b"]);
    let from_u = Box::new(query(select(vec![u("id"), u("name")])));
    let newest = subquery(query(select(vec![max(u("id"))])), kind("Integer"));
    let name_of = filtered(vec![u("name")], vec![both(&u("t_id"), O::Equal, &t("a"))]);
    let is = |number: i32| op(&t("a"), O::Equal, number);
    let upper = func("upper", vec![t("b")], kind("String"));
    let null = || Expression::untyped(Node::Null);
    let keyed = both(&t("a"), O::Equal, &u("t_id"));
    let z = filtered(vec![u("t_id")], vec![op(&u("name"), O::Equal, "z")]);
    let c = From::Alias(cte());
    vec![
        ("ins", insert(InsertSource::Rows(vec![vec![set("b", value("x")), set("a", value(1))]]))),
        ("insmulti", insert(InsertSource::Rows(vec![row(1, "x"), row(2, "y")]))),
        ("insselect", insert(InsertSource::Select { columns, query: from_u, defaults: true })),
        ("inssub", insert(InsertSource::Rows(vec![vec![set("a", newest)]]))),
        ("upd", update(vec![set("b", value("x"))], vec![])),
        ("updwhere", update(vec![set("b", value("x")), set("a", op(&t("a"), O::Add, 1))], vec![is(1)])),
        ("updfn", update(vec![set("b", upper)], vec![both(&t("b"), O::Is, &null())])),
        ("updcorr", update(vec![set("b", subquery(query(name_of), kind("String")))], vec![])),
        ("updfrom", update(vec![set("b", u("name"))], vec![keyed.clone()])),
        ("updcase", update(vec![set("b", case(vec![(is(1), value("x"))], None, Some(t("b"))))], vec![])),
        (
            "updin",
            update(vec![set("b", null())], vec![both(&t("a"), O::In, &subquery(query(z), kind("Integer")))]),
        ),
        ("del", delete(vec![])),
        ("delwhere", delete(vec![is(1), op(&t("b"), O::NotEqual, "x")])),
        ("delsub", delete(vec![both(&t("a"), O::NotIn, &of_u())])),
        ("delusing", delete(vec![keyed])),
        ("delexists", delete(vec![exists()])),
        (
            "delcte",
            delete(vec![both(
                &t("a"),
                O::In,
                &subquery(query(select(vec![c.column("a")])), kind("Integer")),
            )]),
        ),
    ]
}

fn written(text: Result<String, SqlError>) -> String {
    text.unwrap_or_else(|error| format!("!! {}", error_name(&error)))
}

#[test]
fn statements_are_those_of_sqlalchemy() {
    let nothing = Parameters::new();
    let mut actual = Vec::new();
    for kind in DIALECTS {
        let dialect: Dialect = dialect(kind);
        let name = dialect.name();
        for (case, expression) in expressions() {
            let select = query(Select { columns: vec![expression.label(Some("l"))], ..Select::default() });
            let text = statement_sql(&Statement::Query(select), &nothing, dialect);
            let text = text.map(|text| bare(&text).to_owned());
            actual.push((format!("{name} x {case}"), written(text)));
        }
        for (case, query) in queries() {
            actual.push((
                format!("{name} s {case}"),
                written(statement_sql(&Statement::Query(query), &nothing, dialect)),
            ));
        }
        for (case, statement) in changes() {
            actual.push((format!("{name} s {case}"), written(statement_sql(&statement, &nothing, dialect))));
        }
    }
    compare(include_str!("expected/dml.txt"), &actual);
}

/// The expression out of `SELECT expression AS l FROM t`.
fn bare(text: &str) -> &str {
    let text = text.strip_prefix("SELECT ").unwrap_or(text);
    text.rfind(" AS l").map_or(text, |end| &text[..end])
}

#[test]
fn columns_of_defaults_stand_without_their_table() {
    let text = expression_sql(&op(&t("a"), Operator::Add, 1), dialect(DIALECTS[1]));
    assert_eq!(text.as_deref(), Ok("a + 1"));
}
