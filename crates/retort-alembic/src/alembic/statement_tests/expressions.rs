//! Statements: Python in, the text that SQLAlchemy 2.1.9 compiles for each dialect out.

use retort_core::source::DialectKind;

use super::support::heard;

/// Each case is a program, and below it, by dialect, what SQLAlchemy makes of it (white space aside).
const CASES: &str = include_str!("expected/statements.txt");

const HEAD: &str = r#"
from sqlalchemy import func, select, and_, or_, not_, case, cast, exists, text, literal, literal_column, bindparam
from sqlalchemy import insert, update, delete, union, union_all, null, true, false, extract, distinct, tuple_
from sqlalchemy.dialects import postgresql
meta = sa.MetaData()
t = sa.table("t", sa.column("id", sa.Integer), sa.column("name", sa.String), sa.column("data", sa.JSON),
    sa.column("flag", sa.Boolean), sa.column("at", sa.DateTime))
u = sa.Table("u", meta, sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(20)),
    sa.Column("n", sa.Integer, default=7))
v = sa.Table("v", meta, sa.Column("id", sa.Integer, primary_key=True), sa.Column("u_id", sa.ForeignKey("u.id")))
"#;

fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn statements_are_those_of_sqlalchemy() {
    let mut wrong = Vec::new();
    for block in
        CASES.split("\n### ").map(|block| block.trim_start_matches("### ")).filter(|block| !block.is_empty())
    {
        let mut parts = block.split("\n--- ");
        let code = parts.next().unwrap_or_default();
        for part in parts {
            let (name, expected) = part.split_once('\n').unwrap();
            let dialect = match name {
                "sqlite" => DialectKind::Sqlite,
                "postgresql" => DialectKind::Postgres,
                _ => DialectKind::Mysql,
            };
            let got = heard(HEAD, code, dialect, Some(Vec::new())).join("\n");
            let got = plain(got.trim_start_matches("? "));
            if got != plain(expected) {
                wrong.push(format!("{code}\n  {name}\n  expected {}\n  got      {got}", plain(expected)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
