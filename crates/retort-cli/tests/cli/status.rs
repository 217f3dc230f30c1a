//! Where a database stands, by Retort's version table and by the tables of other tools; chains of other layouts.

use insta::assert_snapshot;
use retort_core::database::Database;

use crate::bench::Bench;

/// The answer with the version of the server taken out.
fn without_version(text: &str) -> String {
    let mut words = Vec::new();
    for line in text.split_inclusive('\n') {
        match line.split_once("(SQLite ") {
            Some((before, _)) => words.push(format!("{before}(SQLite …)\n")),
            None => words.push(line.to_owned()),
        }
    }
    words.concat()
}

#[test]
fn a_chain_of_retorts_own() {
    let bench = Bench::chain();
    assert_eq!(bench.db("status").code, 3);
    bench.db("upgrade a1f3");
    assert_snapshot!(without_version(&bench.db("status").all()), @r#"
    database    sqlite:app.db (SQLite …)
    chain       Retort, 4 revisions
    current     a1f3
    pending     b2c4, c3d5, d4e6
    --- 0
    "#);
    let document = bench.db("status --format json").json();
    assert_eq!(document["command"], "status");
    assert_eq!(document["current"], serde_json::json!(["a1f3"]));
    assert_eq!(document["pending"], serde_json::json!(["b2c4", "c3d5", "d4e6"]));
    assert_eq!(document["state"], serde_json::Value::Null);
}

/// golang-migrate's chain, with its marks beside it.
fn golang() -> Bench {
    Bench::with(&[
        ("shop/go.mod", "require github.com/golang-migrate/migrate/v4 v4.18.0\n"),
        ("shop/db/1_users.up.sql", "CREATE TABLE users (id INTEGER PRIMARY KEY);\n"),
        ("shop/db/1_users.down.sql", "DROP TABLE users;\n"),
        ("shop/db/2_posts.up.sql", "CREATE TABLE posts (id INTEGER PRIMARY KEY);\n"),
        ("shop/db/3_tags.up.sql", "CREATE TABLE tags (id INTEGER PRIMARY KEY);\n"),
        ("shop/db/3_tags.down.sql", "DROP TABLE tags;\n"),
        ("shop/node_modules/x/1_no.up.sql", "nonsense"),
    ])
}

#[test]
fn a_database_that_another_tool_left_half_done() {
    let bench = golang();
    let mut db = bench.open("app.db");
    db.execute("CREATE TABLE schema_migrations (version uint64, dirty bool)").unwrap();
    db.execute("INSERT INTO schema_migrations VALUES (2, true)").unwrap();
    db.execute("CREATE TABLE _sqlx_migrations (version, description, success, checksum)").unwrap();
    let answer = bench.run("--project shop --database sqlite:app.db status");
    assert_snapshot!(without_version(&answer.all()), @r#"
    database    sqlite:app.db (SQLite …)
    chain       golang-migrate, 3 revisions
    state table schema_migrations of golang-migrate
      current   1
      applied   1
      pending   2, 3
      dirty     2
    besides     _sqlx_migrations, the table of sqlx
    --- 1
    error[state/failed]: `2` is marked as failed in `schema_migrations`
     --> db/2_posts.up.sql:1:1
      |
    1 | CREATE TABLE posts (id INTEGER PRIMARY KEY);
      | ^
      |
      = help: golang-migrate marks the version before it runs the file: look what ran of it, then `migrate force VERSION`
    "#);
    let document = bench.run("--project shop --database sqlite:app.db status --format json").json();
    assert_eq!(document["state"]["dirty"], serde_json::json!(["2"]));
    assert_eq!(document["other_tables"][0]["tool"], "sqlx");
    assert_eq!(document["diagnostics"][0]["code"], "state/failed");
    assert_eq!(document["diagnostics"][0]["labels"][0]["file"], "db/2_posts.up.sql");
}

#[test]
fn a_chain_of_another_layout_runs() {
    let bench = golang();
    let run = |line: &str| bench.run(&format!("--project shop --database sqlite:app.db {line}"));
    assert_eq!(run("upgrade head").code, 0);
    assert_eq!(bench.schema("app.db").tables.len(), 3);
    assert_eq!(run("downgrade 2").code, 0);
    let answer = run("downgrade 1");
    assert_eq!(answer.code, 2);
    assert!(answer.err.contains("there is no `.down.sql` beside it"), "{answer:?}");
    assert_snapshot!(run("history").all(), @r#"
    2 -> 3 (head), tags
    1 -> 2, posts
    <base> -> 1, users
    --- 0
    "#);
}

#[test]
fn the_layout_can_be_said() {
    let bench = Bench::with(&[
        ("m/1_a.sql", "CREATE TABLE a (id INT);\n"),
        ("m/10_b.sql", "SELECT 1;\n"),
        ("m/9_c.sql", "SELECT 2;\n"),
    ]);
    let answer = bench.run("--project m heads");
    assert_eq!(answer.code, 2);
    assert!(answer.err.contains("--layout sqlx"), "{answer:?}");
    assert_snapshot!(bench.run("--project m --layout sqlx history").all(), @r#"
    9 -> 10 (head), b
    1 -> 9, c
    <base> -> 1, a
    --- 0
    "#);
    let answer = bench.run("--project m --layout nobody heads");
    assert_eq!(answer.code, 2);
    assert!(answer.err.contains("golang-migrate"), "{answer:?}");
}

#[test]
fn placeholders_are_given_in_the_settings() {
    let bench = Bench::with(&[
        ("m/V1__a.sql", "CREATE TABLE ${name} (id INTEGER);\n"),
        ("m/R__v.sql", "SELECT 1;\n"),
    ]);
    let answer = bench.run("--project m --database sqlite:app.db upgrade head");
    assert_eq!(answer.code, 2);
    assert!(answer.err.contains("layout/unresolved-placeholder"), "{answer:?}");
    bench.write("m/retort.toml", b"[placeholders]\nname = \"things\"\n");
    assert_eq!(bench.run("--project m --database sqlite:app.db upgrade head").code, 0);
    assert!(bench.schema("app.db").tables.values().any(|table| &*table.name.name == "things"));
}

#[test]
fn what_opts_out_of_transactions_runs_in_none() {
    let bench = Bench::with(&[
        (
            "m/1_a.sql",
            "-- +goose NO TRANSACTION\n-- +goose Up\nCREATE TABLE a (id INTEGER);\nVACUUM;\nINSERT INTO nowhere VALUES (1);\n",
        ),
        ("m/2_b.sql", "-- +goose Up\nCREATE TABLE b (id INTEGER);\n"),
    ]);
    assert_snapshot!(bench.run("--project m upgrade 1 --sql --dialect sqlite").out, @r#"
    -- Running upgrade base -> 1

    -- in no transaction: what has run stays
    CREATE TABLE a (id INTEGER);

    VACUUM;

    INSERT INTO nowhere VALUES (1);

    BEGIN IMMEDIATE;

    CREATE TABLE "alembic_version" ( "version_num" varchar(32) NOT NULL, CONSTRAINT "alembic_version_pkc" PRIMARY KEY ("version_num") );

    INSERT INTO "alembic_version" ("version_num") VALUES ('1');

    COMMIT;
    "#);
    let answer = bench.run("--project m --database sqlite:app.db upgrade head");
    assert_eq!(answer.code, 4);
    assert!(!answer.err.contains("rolled back"), "{answer:?}");
    assert_eq!(bench.schema("app.db").tables.len(), 1);
}
