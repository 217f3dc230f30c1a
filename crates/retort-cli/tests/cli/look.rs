//! Commands that look.

use insta::assert_snapshot;

use crate::bench::Bench;

#[test]
fn the_commands_are_these() {
    let help = Bench::empty().run("--help").out;
    let commands = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let words: Vec<&str> = commands.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_snapshot!(words.join(" "), @r"upgrade downgrade stamp current status heads branches history show schema inspect diff graph init revision merge translate help");
}

#[test]
fn the_chain_in_lines() {
    let bench = Bench::chain();
    assert_snapshot!(bench.look("heads").all(), @r"
    d4e6 (billing, post) (head), join both
    --- 0
    ");
    assert_snapshot!(bench.look("branches").all(), @r"
    a1f3 (branchpoint), add users
         -> b2c4 (billing), add invoices
         -> c3d5 (post), add posts
    --- 0
    ");
    assert_snapshot!(bench.look("history").all(), @r"
    b2c4, c3d5 -> d4e6 (billing, post) (head) (mergepoint), join both
    a1f3 (b2c4) -> c3d5 (post), add posts
    a1f3 -> b2c4 (billing), add invoices
    <base> -> a1f3 (branchpoint), add users
    --- 0
    ");
    assert_snapshot!(bench.look("history -r a1f3:c3").all(), @r"
    a1f3 (b2c4) -> c3d5 (post), add posts
    a1f3 -> b2c4 (billing), add invoices
    <base> -> a1f3 (branchpoint), add users
    --- 0
    ");
    assert_snapshot!(bench.look("history -r :b2c4").all(), @r"
    a1f3 -> b2c4 (billing), add invoices
    <base> -> a1f3 (branchpoint), add users
    --- 0
    ");
    assert_snapshot!(bench.look("graph").all(), @r"
    * d4e6 (billing, post) (head) (mergepoint), join both
    |\
    * | c3d5 (post), add posts (needs b2c4)
    | * b2c4 (billing), add invoices
    |/
    * a1f3 (branchpoint), add users
    --- 0
    ");
}

#[test]
fn a_revision_in_full() {
    let bench = Bench::chain();
    assert_snapshot!(bench.look("show c3").all(), @r"
    Rev: c3d5 (post)
    Parent: a1f3
    Also depends on: b2c4
    Branch names: post
    Path: 03_posts.sql:1

        add posts

    Upgrade:
        CREATE TABLE posts (id INTEGER PRIMARY KEY, body TEXT DEFAULT 'x');
        CREATE INDEX ix_posts ON posts (body);

    Downgrade:
        DROP TABLE posts;
    --- 0
    ");
    assert_eq!(bench.look("show d").out, bench.look("show head").out);
    let shown = bench.look("show post@head-1 --format json").json();
    assert_eq!(shown["revisions"][0]["revision"], "c3d5", "{shown}");
    let c3 = bench.look("show c3d5 --format json").json();
    assert_eq!(c3["revisions"][0]["depends_on"][0], "b2c4");
    assert_eq!(c3["revisions"][0]["upgrade"]["statements"][1]["fidelity"], "exact");
}

#[test]
fn the_chain_in_documents() {
    let bench = Bench::chain();
    let heads = bench.look("heads --format json").json();
    assert_eq!(heads["retort"], 1);
    assert_eq!(heads["command"], "heads");
    assert_eq!(heads["heads"][0], "d4e6");
    assert_eq!(heads["diagnostics"].as_array().unwrap().len(), 0);
    let history = bench.look("history --format json").json();
    assert_eq!(history["revisions"].as_array().unwrap().len(), 4);
    assert_eq!(history["revisions"][0]["merge_point"], true);
    assert_eq!(history["revisions"][1]["branch_labels"][0], "post");
    let branches = bench.look("branches --format json").json();
    assert_eq!(branches["branches"][0]["children"][1]["revision"], "c3d5");
    let graph = bench.look("graph --format json").json();
    assert_eq!(graph["edges"].as_array().unwrap().len(), 5);
    assert_snapshot!(bench.look("graph --format mermaid").out, @r#"
    flowchart BT
        r0["a1f3: add users"]
        r1["b2c4: add invoices"]
        r2["c3d5: add posts"]
        r3["d4e6: join both"]
        r0 --> r1
        r0 --> r2
        r1 -.-> r2
        r1 --> r3
        r2 --> r3
    "#);
    assert_snapshot!(bench.look("graph --format dot").out, @r#"
    digraph revisions {
        rankdir=BT;
        node [shape=box];
        "a1f3" [label="a1f3: add users"];
        "b2c4" [label="b2c4: add invoices"];
        "c3d5" [label="c3d5: add posts"];
        "d4e6" [label="d4e6: join both"];
        "a1f3" -> "b2c4";
        "a1f3" -> "c3d5";
        "b2c4" -> "c3d5" [style=dashed];
        "b2c4" -> "d4e6";
        "c3d5" -> "d4e6";
    }
    "#);
    assert_eq!(bench.look("heads --format dot").code, 2);
}

#[test]
fn the_schema_that_the_chain_leads_to() {
    let bench = Bench::chain();
    assert_snapshot!(bench.look("schema").all(), @r"
    SQLite, 3 tables

    invoices
      id       INTEGER  primary key
      user_id  INTEGER
      foreign key (user_id) -> users (id) on delete cascade

    posts
      id    INTEGER  primary key
      body  TEXT     default 'x'
      index ix_posts (body)

    users
      id     INTEGER  primary key
      email  TEXT     not null
      name   TEXT
    --- 0
    ");
    assert_snapshot!(bench.look("schema a1f3").all(), @r"
    SQLite, 1 table

    users
      id     INTEGER  primary key
      email  TEXT     not null
    --- 0
    ");
    let schema = bench.look("schema --format json").json();
    assert_eq!(schema["dialect"], "sqlite");
    assert_eq!(schema["tables"]["invoices"]["foreign_keys"][0]["on_delete"], "CASCADE");
    bench.db("upgrade head");
    let inspected = bench.run("inspect --database sqlite:app.db --format json").json();
    assert_eq!(schema["tables"], inspected["tables"]);
    assert!(inspected["server"].as_str().unwrap().starts_with("3."));
    assert_eq!(bench.look("schema").out, bench.db("inspect").out);
}

#[test]
fn targets_that_name_nothing_end_with_two() {
    let bench = Bench::chain();
    assert_snapshot!(bench.look("show zz").all(), @r"
    --- 2
    error[target/unknown]: no revision or branch is called `zz`
      help: Run `retort history` to see the revisions there are.
    ");
    assert_eq!(bench.look("schema nothing@head").code, 2);
    assert_eq!(bench.look("history -r a:b:c").code, 2);
}

#[test]
fn sql_is_translated_and_what_is_lost_is_said() {
    let bench = Bench::empty();
    let sql =
        "CREATE TABLE a (id BIGINT PRIMARY KEY, ok BOOLEAN NOT NULL DEFAULT true);\nGRANT ALL ON a TO b;\n";
    assert_snapshot!(bench.type_in("translate --from postgresql --to sqlite", sql).all(), @r"
    CREATE TABLE a (
      id INT NOT NULL CHECK (typeof(id) = 'integer'),
      ok INTEGER NOT NULL DEFAULT true CHECK (ok IN (0, 1)),
      CONSTRAINT a_pkey PRIMARY KEY (id)
    );
    -- dropped: GRANT ALL ON a TO b
    --- 0
    stdin:2: dropped: SQLite has no users and rights
    On SQLite the statements are: 1 emulated, 1 dropped
    ");
    bench.write("in.sql", sql.as_bytes());
    let document = bench.run("translate in.sql --from pg --to sqlite --format json").json();
    assert_eq!(document["statements"][1]["fidelity"], "dropped");
    assert_eq!(document["statements"][1]["source"], "GRANT ALL ON a TO b");
    assert_snapshot!(bench.run("translate in.sql --from postgresql --to mysql").all(), @r"
    CREATE TABLE a (
      id bigint NOT NULL,
      ok tinyint(1) NOT NULL DEFAULT true,
      PRIMARY KEY (id),
      CONSTRAINT a_ok_type CHECK (ok IN (0, 1))
    ) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_bin ENGINE=InnoDB;
    -- dropped: GRANT ALL ON a TO b
    --- 0
    in.sql:2: dropped: users and rights are not carried over to MySQL
    On MySQL the statements are: 1 emulated, 1 dropped
    ");
    assert_eq!(bench.run("translate in.sql --from postgresql --to postgresql").out, sql);
    assert_eq!(bench.run("translate in.sql --from oracle --to sqlite").code, 2);
    assert_eq!(bench.run("translate none.sql --from mysql --to sqlite").code, 2);
}

#[test]
fn two_schemas_are_compared() {
    let bench = Bench::chain();
    bench.db("upgrade heads");
    assert_snapshot!(bench.look("diff heads sqlite:app.db").all(), @r"
    --- 0
    The schemas are alike
    ");
    let answer = bench.look("diff a1f3 heads --format json");
    assert_eq!(answer.code, 1);
    assert!(answer.json()["changes"].as_array().unwrap().iter().all(|change| change["kind"] == "added"));
    bench.write("a.sql", b"CREATE TABLE t (a bigserial PRIMARY KEY, b jsonb);");
    bench.write("b.sql", b"CREATE TABLE t (a bigserial PRIMARY KEY, c text NOT NULL);");
    assert_snapshot!(bench.run("diff a.sql b.sql").all(), @r"
    - column t.b: jsonb
    + column t.c: text NOT NULL
    --- 1
    ");
    assert_eq!(bench.run("diff a.sql none.sql").code, 2);
}
