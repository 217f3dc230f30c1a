//! Tables and Alembic's directives.

use std::rc::Rc;

use super::support::*;
use crate::sql::compile::ddl::{self, AddColumn, AlterColumn, ChangedDefault, ConstraintType, NamedTypes};
use crate::sql::dialect::Dialect;
use crate::sql::error::SqlError;
use crate::sql::expression::{Expression, Node, Operator};
use crate::sql::identifier::{ConstraintName, Identifier};
use crate::sql::literal::Literal;
use crate::sql::table::{
    Autoincrement, Column, Computed, Constraint, IdentityOptions, Index, IndexPart, MetaData, OptionValue,
    Options, ServerDefault, Table, TableItem, TableOptions,
};
use crate::sql::types::DataType;

type Texts = Result<Vec<String>, SqlError>;
type Case = (&'static str, fn(Dialect) -> Texts);

fn create(table: Result<Table, SqlError>, dialect: Dialect) -> Texts {
    ddl::create_table(&table?, &mut NamedTypes::default(), false, dialect)
}

fn create_if(table: Result<Table, SqlError>, dialect: Dialect) -> Texts {
    ddl::create_table(&table?, &mut NamedTypes::default(), true, dialect)
}

fn plain() -> MetaData {
    MetaData::default()
}

fn primary(mut column: Column) -> TableItem {
    column.primary_key = true;
    item(column)
}

fn many(dialect: Dialect) -> Texts {
    let required = |mut column: Column| {
        column.nullable = Some(false);
        column
    };
    let mut name = col("Name", sized("String", 50));
    (name.unique, name.server_default) = (true, Some(ServerDefault::Text("x'y".into())));
    let mut n = col("n", kind("BigInteger"));
    (n.index, n.server_default) = (true, sql_default("0"));
    let mut ts = col("ts", kind("DateTime"));
    Rc::make_mut(&mut ts.data_type).flags.timezone = true;
    let now = Node::Function { name: vec!["now".into()], arguments: Vec::new() };
    ts.server_default = Some(ServerDefault::Expression(Expression::untyped(now)));
    let mut boolean = kind("Boolean");
    (boolean.flags.create_constraint, boolean.name) = (true, Some("ck_flag".into()));
    let mut flag = required(col("flag", boolean));
    flag.server_default = Some(ServerDefault::Expression(Expression::untyped(Node::False)));
    let mut d = col("d", DataType { precision: Some(10), scale: Some(2), ..kind("Numeric") });
    d.comment = Some("it's".into());
    let mut all = options(&[
        ("mysql_engine", "InnoDB"),
        ("mysql_charset", "utf8mb4"),
        ("mysql_collate", "utf8mb4_bin"),
    ]);
    all.0.push(super::support::flag("sqlite_autoincrement", true));
    let settings =
        TableOptions { comment: Some("table comment".into()), options: all, ..TableOptions::default() };
    let items = vec![
        item(required(int("id"))),
        item(name),
        item(n),
        item(ts),
        item(flag),
        item(d),
        constraint(Constraint::primary_key(strings(&["id"])), "pk_t"),
        constraint(Constraint::unique(strings(&["n", "ts"])), "uq_n"),
        constraint(Constraint::check(Expression::text("n > 0")), "ck_n"),
        constraint(foreign_key(&["n"], &["other.id"], Some("CASCADE"), Some("SET NULL")), "fk_n"),
    ];
    create(Table::new("t", &plain(), items, settings), dialect)
}

fn auto(dialect: Dialect) -> Texts {
    let mut user = col("user", kind("Text"));
    user.nullable = Some(false);
    let mut group = int("group");
    (group.index, group.nullable) = (true, Some(false));
    let mut key = references("users.id");
    (key.ondelete, key.deferrable, key.initially) =
        (Some("CASCADE".into()), Some(true), Some("DEFERRED".into()));
    group.foreign_keys.push(key);
    let mut u2 = int("u2");
    (u2.unique, u2.index) = (true, true);
    let mut key = references("users.id");
    key.name = ConstraintName::plain(Some("fku2"));
    u2.foreign_keys.push(key);
    let mut c = int("c");
    c.checks.push(Constraint::check(Expression::text("c > 1")).named(ConstraintName::plain(Some("cc"))));
    create(
        table("order", &plain(), vec![primary(int("id")), item(user), item(group), item(u2), item(c)]),
        dialect,
    )
}

fn bigauto(dialect: Dialect) -> Texts {
    create(Table::new("a", &plain(), vec![primary(col("id", kind("BigInteger")))], schema("app")), dialect)
}

fn composite(dialect: Dialect) -> Texts {
    let mut y = int("y");
    y.autoincrement = Autoincrement::True;
    let items = vec![primary(int("x")), primary(y), primary(col("z", sized("String", 3)))];
    create(table("a", &plain(), items), dialect)
}

fn noauto(dialect: Dialect) -> Texts {
    let mut x = int("x");
    x.autoincrement = Autoincrement::False;
    create(table("a", &plain(), vec![primary(x), item(col("y", kind("SmallInteger")))]), dialect)
}

fn smallauto(dialect: Dialect) -> Texts {
    create(table("a", &plain(), vec![primary(col("x", kind("SmallInteger")))]), dialect)
}

fn fkpk(dialect: Dialect) -> Texts {
    let mut x = int("x");
    x.foreign_keys.push(references("b.id"));
    create(table("a", &plain(), vec![primary(x)]), dialect)
}

fn strpk(dialect: Dialect) -> Texts {
    let settings = TableOptions { prefixes: strings(&["TEMPORARY"]), ..TableOptions::default() };
    create_if(Table::new("a", &plain(), vec![primary(col("x", sized("String", 5)))], settings), dialect)
}

fn defaultpk(dialect: Dialect) -> Texts {
    let mut x = int("x");
    x.server_default = Some(ServerDefault::Text("5".into()));
    create(table("a", &plain(), vec![primary(x)]), dialect)
}

fn labels(name: &str, values: &[&str]) -> DataType {
    DataType { name: Some(name.into()), values: strings(values), ..kind("Enum") }
}

fn enums(dialect: Dialect) -> Texts {
    let mut z = labels("cc", &["p"]);
    (z.flags.create_constraint, z.flags.native) = (true, false);
    let mood = labels("mood", &["a", "b'c"]);
    create(
        table("a", &plain(), vec![item(col("x", mood.clone())), item(col("y", mood)), item(col("z", z))]),
        dialect,
    )
}

fn identity(dialect: Dialect) -> Texts {
    let mut x = int("x");
    x.identity = Some(IdentityOptions {
        always: true,
        start: Some(10),
        increment: Some(2),
        ..IdentityOptions::default()
    });
    let mut y = int("y");
    (y.identity, y.nullable) = (Some(IdentityOptions::default()), Some(true));
    create(table("a", &plain(), vec![primary(x), item(y)]), dialect)
}

fn computed(dialect: Dialect) -> Texts {
    let mut y = int("y");
    y.computed = Some(Computed { expression: Expression::text("x * 2"), persisted: Some(true) });
    create(table("a", &plain(), vec![item(int("x")), item(y)]), dialect)
}

fn defaults(dialect: Dialect) -> Texts {
    let with = |name: &str, data_type: DataType, text: &str| {
        let mut column = col(name, data_type);
        column.server_default = sql_default(text);
        column
    };
    let mut z = with("z", kind("TIMESTAMP"), "CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP");
    z.nullable = Some(false);
    let mut s = col("s", kind("Boolean"));
    s.server_default = Some(ServerDefault::Expression(Expression::untyped(Node::True)));
    let mut p = int("p");
    p.server_default = Some(ServerDefault::Expression(Expression::literal(Literal::Int(3))));
    let items = vec![
        item(with("x", kind("DateTime"), "CURRENT_TIMESTAMP")),
        item(with("y", kind("DateTime"), "now() + 1")),
        item(z),
        item(col("w", kind("TIMESTAMP"))),
        item(with("v", kind("Uuid"), "gen_random_uuid()")),
        item(with("u", kind("JSON"), "'{}'")),
        item(s),
        item(with("r", kind("Integer"), "-1")),
        item(with("q", kind("Float"), "1.5")),
        item(p),
    ];
    create(table("a", &plain(), items), dialect)
}

fn naming(dialect: Dialect) -> Texts {
    let mut y = int("y");
    y.unique = true;
    y.foreign_keys.push(references("b.id"));
    let mut z = int("z");
    z.index = true;
    let items = vec![
        primary(int("x")),
        item(y),
        item(z),
        constraint(Constraint::check(Expression::text("z > 1")), "zpos"),
        constraint(Constraint::unique(strings(&["y", "z"])), ""),
    ];
    create(table("a", &convention(), items), dialect)
}

fn partition(dialect: Dialect) -> Texts {
    let mut all = options(&[
        ("postgresql_partition_by", "RANGE (x)"),
        ("mysql_comment", "c"),
        ("mysql_default_charset", "utf8"),
    ]);
    all.0.push(flag("sqlite_with_rowid", false));
    all.0.push(("postgresql_with".into(), OptionValue::Map(vec![("fillfactor".into(), Literal::Int(70))])));
    let settings = TableOptions { options: all, ..TableOptions::default() };
    create(Table::new("a", &plain(), vec![item(int("x"))], settings), dialect)
}

fn add(dialect: Dialect) -> Texts {
    let mut x = int("x");
    (x.nullable, x.server_default) = (Some(false), Some(ServerDefault::Text("0".into())));
    x.comment = Some("hello".into());
    let change = AddColumn { schema: Some("s".into()), ..AddColumn::new("t", x) };
    ddl::add_column(&change, &plain(), dialect)
}

/// SQLite refuses after the column was added; the texts before the refusal are lost to the caller.
fn after_refusal(dialect: Dialect, texts: Texts, first: &str) -> Texts {
    match (dialect.is_sqlite(), texts) {
        (true, Err(error)) => Ok(vec![first.to_owned(), format!("!! {}", error_name(&error))]),
        (_, texts) => texts,
    }
}

fn addidx(dialect: Dialect) -> Texts {
    let mut x = int("x");
    x.index = true;
    ddl::add_column(&AddColumn::new("t", x), &convention(), dialect)
}

fn fkx() -> Column {
    let mut x = int("x");
    let mut key = references("u.id");
    (key.name, key.ondelete) = (ConstraintName::plain(Some("fkx")), Some("CASCADE".into()));
    x.foreign_keys.push(key);
    x
}

fn addfk(dialect: Dialect) -> Texts {
    let texts = ddl::add_column(&AddColumn::new("t", fkx()), &convention(), dialect);
    after_refusal(dialect, texts, "ALTER TABLE t ADD COLUMN x INTEGER")
}

fn addinline(dialect: Dialect) -> Texts {
    let change = AddColumn { inline_references: true, if_not_exists: true, ..AddColumn::new("t", fkx()) };
    ddl::add_column(&change, &plain(), dialect)
}

fn adduniq(dialect: Dialect) -> Texts {
    let mut x = int("x");
    x.unique = true;
    let texts = ddl::add_column(&AddColumn::new("t", x), &convention(), dialect);
    after_refusal(dialect, texts, "ALTER TABLE t ADD COLUMN x INTEGER")
}

fn addenum(dialect: Dialect) -> Texts {
    ddl::add_column(&AddColumn::new("t", col("x", labels("e", &["a", "b"]))), &plain(), dialect)
}

fn checked_boolean(name: &str) -> DataType {
    let mut boolean = kind("Boolean");
    (boolean.flags.create_constraint, boolean.name) = (true, Some(name.into()));
    boolean
}

fn addbool(dialect: Dialect) -> Texts {
    ddl::add_column(&AddColumn::new("t", col("x", checked_boolean("cb"))), &plain(), dialect)
}

fn addpk(dialect: Dialect) -> Texts {
    let mut x = int("x");
    x.primary_key = true;
    let change = AddColumn { inline_primary_key: true, ..AddColumn::new("t", x) };
    ddl::add_column(&change, &plain(), dialect)
}

fn id(name: &str) -> Identifier {
    name.into()
}

fn drop(dialect: Dialect) -> Texts {
    Ok(vec![ddl::drop_column(Some(&id("s")), &id("t"), &id("x"), false, dialect)])
}

fn rename(dialect: Dialect) -> Texts {
    Ok(vec![ddl::rename_table(Some(&id("s")), &id("a"), &id("B"), dialect)])
}

fn text_default(text: &str) -> Option<ChangedDefault> {
    Some(ChangedDefault::Default(ServerDefault::Expression(Expression::text(text))))
}

fn change(fill: impl Fn(&mut AlterColumn), dialect: Dialect) -> Texts {
    let mut change = AlterColumn::of("t", "x");
    fill(&mut change);
    ddl::alter_column_directive(&change, &plain(), dialect)
}

fn alter1(dialect: Dialect) -> Texts {
    change(|c| (c.nullable, c.existing_type) = (Some(false), Some(kind("Integer"))), dialect)
}

fn alter2(dialect: Dialect) -> Texts {
    let fill = |c: &mut AlterColumn| {
        (c.data_type, c.existing_type) = (Some(sized("String", 20)), Some(kind("Integer")));
        (c.nullable, c.using) = (Some(true), Some("x::text".into()));
        c.server_default = Some(Some(ChangedDefault::Default(ServerDefault::Text("z".into()))));
    };
    change(fill, dialect)
}

fn alter3(dialect: Dialect) -> Texts {
    let fill = |c: &mut AlterColumn| {
        (c.name, c.existing_type, c.existing_nullable) = (Some(id("Y")), Some(kind("Integer")), Some(false));
        c.existing_server_default = Some(text_default("5"));
    };
    change(fill, dialect)
}

fn alter4(dialect: Dialect) -> Texts {
    change(|c| c.server_default = Some(None), dialect)
}

fn alter5(dialect: Dialect) -> Texts {
    let fill = |c: &mut AlterColumn| {
        (c.server_default, c.existing_type) = (Some(text_default("now()")), Some(kind("DateTime")));
        c.schema = Some(id("s"));
    };
    change(fill, dialect)
}

fn alter6(dialect: Dialect) -> Texts {
    let fill = |c: &mut AlterColumn| {
        (c.comment, c.existing_type) = (Some(Some("it's".into())), Some(kind("Integer")));
        c.existing_nullable = Some(false);
    };
    change(fill, dialect)
}

fn alter7(dialect: Dialect) -> Texts {
    let fill = |c: &mut AlterColumn| {
        (c.data_type, c.existing_type) = (Some(checked_boolean("ckx")), Some(checked_boolean("old")));
    };
    change(fill, dialect)
}

fn alter8(dialect: Dialect) -> Texts {
    let fill = |c: &mut AlterColumn| {
        (c.autoincrement, c.existing_type) = (Some(true), Some(kind("Integer")));
        c.existing_nullable = Some(false);
    };
    change(fill, dialect)
}

fn always(start: Option<i64>) -> Option<ChangedDefault> {
    Some(ChangedDefault::Identity(IdentityOptions { always: true, start, ..IdentityOptions::default() }))
}

fn alter9(dialect: Dialect) -> Texts {
    change(|c| (c.server_default, c.existing_type) = (Some(always(None)), Some(kind("Integer"))), dialect)
}

fn alter10(dialect: Dialect) -> Texts {
    let fill = |c: &mut AlterColumn| {
        (c.server_default, c.existing_type) = (Some(always(Some(5))), Some(kind("Integer")));
        c.existing_server_default = Some(Some(ChangedDefault::Identity(IdentityOptions::default())));
    };
    change(fill, dialect)
}

/// A constraint on a table of nameless columns, as Alembic's `schemaobj` makes it.
fn added(
    constraint: Constraint,
    name: &str,
    schema: Option<&str>,
    metadata: &MetaData,
    dialect: Dialect,
) -> Texts {
    let columns = constraint.columns().iter().map(|column| item(col(column, DataType::null()))).collect();
    let settings = TableOptions { schema: schema.map(Into::into), ..TableOptions::default() };
    let mut table = Table::new("t", metadata, columns, settings)?;
    table.append_constraint(
        constraint.named(ConstraintName::plain(Some(name).filter(|name| !name.is_empty()))),
    )?;
    let made = table.constraints.last().unwrap_or(&table.primary_key).clone();
    Ok(ddl::add_constraint_directive(&made, &table, dialect)?.into_iter().collect())
}

fn uq(dialect: Dialect) -> Texts {
    let mut unique = Constraint::unique(strings(&["a", "B"]));
    (unique.deferrable, unique.initially) = (Some(true), Some("DEFERRED".into()));
    added(unique, "uq", Some("s"), &plain(), dialect)
}

fn uqnone(dialect: Dialect) -> Texts {
    added(Constraint::unique(strings(&["a", "B"])), "", None, &convention(), dialect)
}

fn pk(dialect: Dialect) -> Texts {
    added(Constraint::primary_key(strings(&["a", "b"])), "pk", None, &plain(), dialect)
}

fn fk(dialect: Dialect) -> Texts {
    let mut key = foreign_key(&["a"], &["r.u.id"], Some("CASCADE"), None);
    key.options = Options(vec![flag("postgresql_not_valid", true)]);
    added(key, "fk", Some("s"), &plain(), dialect)
}

fn fknone(dialect: Dialect) -> Texts {
    added(foreign_key(&["a"], &["u.id"], None, None), "", None, &convention(), dialect)
}

fn ck(dialect: Dialect) -> Texts {
    added(Constraint::check(Expression::text("a > 1 AND b IS NOT NULL")), "ck", None, &convention(), dialect)
}

fn ckx(dialect: Dialect) -> Texts {
    let values = vec![Literal::text("x"), Literal::text("y")];
    let condition = Expression::in_list(&untyped("a"), values, false);
    added(Constraint::check(condition), "ck", None, &plain(), dialect)
}

fn dropped(
    kind: Option<ConstraintType>,
    schema: Option<&str>,
    metadata: &MetaData,
    dialect: Dialect,
) -> Texts {
    let name = ConstraintName::plain(Some("c"));
    let (constraint, table) = ddl::named_constraint(name, schema.map(Into::into), &id("t"), kind, metadata)?;
    Ok(vec![ddl::drop_constraint_directive(&constraint, &table, false, dialect)?])
}

fn dc(dialect: Dialect) -> Texts {
    dropped(Some(ConstraintType::Check), None, &convention(), dialect)
}

fn du(dialect: Dialect) -> Texts {
    dropped(Some(ConstraintType::Unique), None, &plain(), dialect)
}

fn df(dialect: Dialect) -> Texts {
    dropped(Some(ConstraintType::ForeignKey), Some("s"), &plain(), dialect)
}

fn dp(dialect: Dialect) -> Texts {
    dropped(Some(ConstraintType::Primary), None, &plain(), dialect)
}

fn dn(dialect: Dialect) -> Texts {
    dropped(None, None, &plain(), dialect)
}

fn indexed(mut index: Index, schema: Option<&str>, if_not_exists: bool, dialect: Dialect) -> Texts {
    let settings = TableOptions { schema: schema.map(Into::into), ..TableOptions::default() };
    let mut table = Table::new("t", &plain(), Vec::new(), settings)?;
    table.append_index(index)?;
    index = table.indexes[0].clone();
    Ok(vec![ddl::create_index(&index, &table, if_not_exists, dialect)?])
}

fn ix(dialect: Dialect) -> Texts {
    let descending = Expression::modified(&untyped("c"), Operator::Desc);
    let parts = vec![
        part("a"),
        IndexPart::Expression(Expression::text("lower(b)")),
        IndexPart::Expression(descending),
    ];
    let unique = Index { unique: true, ..index("ix", parts) };
    indexed(unique, Some("s"), true, dialect)
}

fn ixpg(dialect: Dialect) -> Texts {
    let mut all = options(&[("postgresql_using", "gin"), ("mysql_prefix", "FULLTEXT")]);
    let map = |key: &str, value: Literal| OptionValue::Map(vec![(key.to_owned(), value)]);
    let greater = Expression::binary_value(&untyped("a"), Operator::Greater, Literal::Int(5));
    all.0.extend([
        ("postgresql_ops".into(), map("a", Literal::text("gin_trgm_ops"))),
        ("postgresql_where".into(), OptionValue::Expression(Expression::text("a IS NOT NULL"))),
        ("postgresql_with".into(), map("fillfactor", Literal::Int(50))),
        flag("postgresql_concurrently", true),
        ("postgresql_include".into(), OptionValue::Names(strings(&["z"]))),
        ("mysql_length".into(), map("a", Literal::Int(10))),
        ("sqlite_where".into(), OptionValue::Expression(greater)),
        flag("postgresql_nulls_not_distinct", true),
    ]);
    indexed(Index { options: all, ..index("ix", vec![part("a"), part("B")]) }, None, false, dialect)
}

fn ixf(dialect: Dialect) -> Texts {
    let lower = Expression::new(
        Node::Function { name: vec!["lower".into()], arguments: vec![untyped("a")] },
        kind("String"),
    );
    let sum = Expression::binary_value(&untyped("b"), Operator::Add, Literal::Int(1));
    indexed(index("ix", vec![IndexPart::Expression(lower), IndexPart::Expression(sum)]), None, false, dialect)
}

fn dix(dialect: Dialect) -> Texts {
    let table = Table::new("t", &plain(), Vec::new(), schema("s"))?;
    Ok(vec![ddl::drop_index(&index("ix", Vec::new()), &table, true, dialect)?])
}

fn dt(dialect: Dialect) -> Texts {
    Ok(vec![ddl::drop_table(&Table::new("t", &plain(), Vec::new(), schema("s"))?, true, dialect)])
}

fn tc(dialect: Dialect) -> Texts {
    let settings = TableOptions { comment: Some("it's".into()), ..schema("s") };
    Ok(vec![ddl::set_table_comment(&Table::new("t", &plain(), Vec::new(), settings)?, dialect)])
}

fn dtc(dialect: Dialect) -> Texts {
    Ok(vec![ddl::drop_table_comment(&table("t", &plain(), Vec::new())?, dialect)])
}

fn longname(dialect: Dialect) -> Texts {
    let name = ConstraintName::fixed(format!("ix_{}", "a".repeat(70)));
    indexed(Index::new(name, vec![part("a")]), None, false, dialect)
}

#[rustfmt::skip]
const CASES: &[Case] = &[
    ("many", many), ("auto", auto), ("bigauto", bigauto), ("composite", composite), ("noauto", noauto),
    ("smallauto", smallauto), ("fkpk", fkpk), ("strpk", strpk), ("defaultpk", defaultpk), ("enum", enums),
    ("identity", identity), ("computed", computed), ("defaults", defaults), ("naming", naming),
    ("partition", partition), ("add", add), ("addidx", addidx), ("addfk", addfk), ("addinline", addinline),
    ("adduniq", adduniq), ("addenum", addenum), ("addbool", addbool), ("addpk", addpk), ("drop", drop),
    ("rename", rename), ("alter1", alter1), ("alter2", alter2), ("alter3", alter3), ("alter4", alter4),
    ("alter5", alter5), ("alter6", alter6), ("alter7", alter7), ("alter8", alter8), ("alter9", alter9),
    ("alter10", alter10), ("uq", uq), ("uqnone", uqnone), ("pk", pk), ("fk", fk), ("fknone", fknone), ("ck", ck),
    ("ckx", ckx), ("dc", dc), ("du", du), ("df", df), ("dp", dp), ("dn", dn), ("ix", ix), ("ixpg", ixpg),
    ("ixf", ixf), ("dix", dix), ("dt", dt), ("tc", tc), ("dtc", dtc), ("longname", longname),
];

fn written(texts: Texts) -> String {
    match texts {
        Err(error) => format!("!! {}", error_name(&error)),
        Ok(mut texts) => {
            let places: Vec<usize> = (0..texts.len()).filter(|i| texts[*i].contains(" INDEX ")).collect();
            let mut indexes: Vec<String> = places.iter().map(|i| texts[*i].clone()).collect();
            indexes.sort();
            for (place, text) in places.into_iter().zip(indexes) {
                texts[place] = text;
            }
            let end = |text: &String| if text.starts_with("!!") { text.clone() } else { format!("{text};") };
            texts.iter().map(end).collect::<Vec<_>>().join("\n")
        }
    }
}

#[test]
fn ddl_is_that_of_sqlalchemy_and_alembic() {
    let mut actual = Vec::new();
    for kind in DIALECTS {
        for (name, case) in CASES {
            let dialect = dialect(kind);
            actual.push((format!("{} {name}", dialect.name()), written(case(dialect))));
        }
    }
    compare(include_str!("expected/ddl.txt"), &actual);
}
