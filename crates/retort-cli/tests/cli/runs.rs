//! Commands that run.

use insta::assert_snapshot;
use retort_core::database::Database;

use crate::bench::{Bench, CHAIN};

#[test]
fn a_chain_goes_up_and_down() {
    let bench = Bench::chain();
    assert_snapshot!(bench.db("upgrade head").all(), @r"
    4 revisions applied; the database is at d4e6
    --- 0
    Running upgrade base -> a1f3, add users
    Running upgrade a1f3 -> b2c4, add invoices
    Running upgrade a1f3 -> c3d5, add posts
    Running upgrade b2c4, c3d5 -> d4e6, join both
    ");
    assert_snapshot!(bench.db("upgrade head").all(), @r"
    Nothing to do: the database is at d4e6
    --- 0
    ");
    assert_snapshot!(bench.db("current").all(), @r"
    d4e6 (billing, post) (head), join both
    --- 0
    ");
    assert_snapshot!(bench.db("downgrade -1").all(), @r"
    1 revision undone; the database is at c3d5
    --- 0
    Running downgrade d4e6 -> b2c4, c3d5, join both
    ");
    assert_snapshot!(bench.db("history -i").all(), @r"
    b2c4, c3d5 -> d4e6 (billing, post) (head) (mergepoint), join both
    a1f3 (b2c4) -> c3d5 (post) (current), add posts
    a1f3 -> b2c4 (billing), add invoices
    <base> -> a1f3 (branchpoint), add users
    --- 0
    ");
    assert_snapshot!(bench.db("downgrade base").all(), @r"
    3 revisions undone; the database is at base
    --- 0
    Running downgrade c3d5 -> a1f3, add posts
    Running downgrade b2c4 -> a1f3, add invoices
    Running downgrade a1f3 -> base, add users
    ");
    assert_eq!(bench.schema("app.db").tables.len(), 0);
}

#[test]
fn targets_of_all_kinds() {
    let bench = Bench::chain();
    let at = |line: &str, heads: &str| {
        let answer = bench.db(line);
        assert_eq!((answer.code, bench.heads().as_str()), (0, heads), "{line}: {answer:?}");
    };
    at("upgrade +1", "a1f3");
    at("upgrade billing@head-1", "b2c4");
    at("downgrade -1", "a1f3");
    at("upgrade c3", "c3d5");
    at("upgrade heads", "d4e6");
    at("downgrade b2c4", "c3d5");
    at("upgrade +1", "d4e6");
}

#[test]
fn a_run_is_a_document() {
    let bench = Bench::chain();
    let run = bench.db("upgrade head --format json").json();
    assert_eq!(run["start"].as_array().unwrap().len(), 0);
    assert_eq!(run["end"][0], "d4e6");
    let steps = run["steps"].as_array().unwrap();
    assert_eq!(steps.len(), 4);
    assert_eq!(steps[2]["revision"], "c3d5");
    assert_eq!(steps[2]["status"], "applied");
    assert_eq!(steps[2]["direction"], "upgrade");
    assert_eq!(steps[2]["statements"], 5);
    let keys: Vec<&String> = run.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["retort", "command", "start", "end", "steps", "fidelity", "diagnostics"]);
}

fn failing() -> Bench {
    let bench = Bench::with(&CHAIN[..1]);
    bench.write(
        "chain/02.sql",
        b"-- revision: b2\n-- down_revision: a1f3\n-- message: fill\n-- upgrade\nCREATE TABLE more (id INTEGER);\n\
          INSERT INTO users VALUES\n  (1, NULL);\n-- downgrade\n",
    );
    bench.write("chain/03.sql", b"-- revision: c3\n-- down_revision: b2\n-- upgrade\nSELECT 1;\n");
    bench
}

#[test]
fn a_failed_step_is_undone_and_said() {
    let bench = failing();
    assert_snapshot!(bench.db("upgrade head").all(), @r"
    --- 4
    Running upgrade base -> a1f3, add users
    Running upgrade a1f3 -> b2, fill
    error[execute/statement-failed]: `b2` failed: NOT NULL constraint failed: users.email
     --> 02.sql:6:1
      |
    6 | / INSERT INTO users VALUES
    7 | |   (1, NULL);
      | |___________^ the database refused this
      |
      = help: Mend it, then run the same command again: it goes on from where the database is
    1 of 3 steps are done, the failed one was rolled back; the database is at a1f3
    ");
    assert_eq!(bench.heads(), "a1f3");
    assert_eq!(bench.schema("app.db").tables.len(), 1);
    let run = bench.db("upgrade head --format json");
    assert_eq!(run.code, 4);
    let run = run.json();
    assert_eq!(run["steps"][0]["status"], "failed");
    assert_eq!(run["steps"][1]["status"], "skipped");
    assert_eq!(run["end"][0], "a1f3");
    assert_eq!(run["diagnostics"][0]["labels"][0]["line"], 6);
    bench.write("chain/02.sql", b"-- revision: b2\n-- down_revision: a1f3\n-- upgrade\nSELECT 1;\n");
    assert_eq!(bench.db("upgrade head").code, 0);
    assert_eq!(bench.heads(), "c3");
}

#[test]
fn what_cannot_be_undone_is_refused_before_anything() {
    let bench = failing();
    bench.write("chain/02.sql", b"-- revision: b2\n-- down_revision: a1f3\n-- upgrade\nSELECT 1;\n");
    bench.write(
        "chain/03.sql",
        b"-- revision: c3\n-- down_revision: b2\n-- upgrade\nSELECT 1;\n-- downgrade\n",
    );
    bench.db("upgrade head");
    assert_snapshot!(bench.db("downgrade base").all(), @r"
    --- 2
    error[plan/irreversible]: `b2` cannot be undone: the file has no `-- downgrade` section
     --> 02.sql:1:1
      |
    1 | -- revision: b2
      | ^^^^^^^^^^^^^^^ nothing was run
      |
      = help: Write the section that is missing, or choose a target that does not need it
    ");
    assert_eq!(bench.heads(), "c3");
}

#[test]
fn offline_sql_does_what_a_run_does() {
    let bench = Bench::chain();
    let sql = bench.look("upgrade head --sql");
    assert_eq!(sql.code, 0);
    bench.db("upgrade head");
    let (_, refused) = bench.open("offline.db").run(&sql.out, 1);
    assert_eq!(refused, None);
    assert_eq!(bench.schema("offline.db"), bench.schema("app.db"));
    let rows = bench.open("offline.db").query("SELECT version_num FROM alembic_version").unwrap();
    assert_eq!(rows.len(), 1);
    let down = bench.look("downgrade head:base --sql").out;
    assert_eq!(bench.open("offline.db").run(&down, 1).1, None);
    assert_eq!(bench.schema("offline.db").tables.len(), 0);
}

#[test]
fn offline_ranges_say_both_ends() {
    let bench = Bench::chain();
    assert_snapshot!(bench.look("upgrade a1f3:b2c4 --sql").all(), @r#"
    -- Running upgrade a1f3 -> b2c4

    BEGIN IMMEDIATE;

    CREATE TABLE invoices (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id) ON DELETE CASCADE);

    UPDATE "alembic_version" SET "version_num" = 'b2c4' WHERE "version_num" = 'a1f3';

    COMMIT;

    --- 0
    "#);
    assert_snapshot!(bench.look("downgrade base --sql").all(), @r"
    --- 2
    error[target/no-range]: a downgrade with `--sql` must say both its ends
      help: Write a range: `FROM:TO`, such as `head:base`
    ");
    assert_snapshot!(bench.db("upgrade a1f3:b2c4").all(), @r"
    --- 2
    error[target/range]: the range `a1f3:b2c4` is for `--sql` only
      help: Name one target: the database knows where it starts
    ");
    assert_snapshot!(bench.look("stamp a1f3:b2c4 --sql").all(), @r#"
    -- Running stamp a1f3 -> b2c4

    BEGIN IMMEDIATE;

    UPDATE "alembic_version" SET "version_num" = 'b2c4' WHERE "version_num" = 'a1f3';

    COMMIT;

    --- 0
    "#);
    assert_eq!(bench.look("stamp head --sql --purge").code, 2);
    let document = bench.look("upgrade :b2c4 --sql --format json").json();
    assert_eq!(document["statements"].as_array().unwrap().len(), 2);
    assert_eq!(document["steps"][1]["script"][0], "BEGIN IMMEDIATE");
}

#[test]
fn a_dry_run_changes_nothing() {
    let bench = Bench::chain();
    assert!(bench.db("upgrade head --dry-run").out.contains("CREATE TABLE users"));
    assert!(!bench.path("app.db").exists());
    bench.db("upgrade b2c4");
    let shown = bench.db("upgrade head --dry-run").out;
    assert!(!shown.contains("CREATE TABLE users") && shown.contains("CREATE TABLE posts"), "{shown}");
    assert!(bench.db("downgrade base --dry-run").out.contains("DROP TABLE users"));
    assert_eq!(bench.heads(), "b2c4");
}

#[test]
fn a_stamp_sets_heads_only() {
    let bench = Bench::chain();
    assert_snapshot!(bench.db("stamp b2c4").all(), @r"
    The database is stamped b2c4
    --- 0
    Running stamp base -> b2c4, add invoices
    ");
    assert_eq!(bench.schema("app.db").tables.len(), 0);
    let check = bench.db("current --check-heads");
    assert_snapshot!(check.all(), @r"
    b2c4 (billing), add invoices
    --- 1
    error[current/not-at-heads]: the database is at b2c4, the chain ends at d4e6: 2 pending
      help: Run `retort upgrade heads`
    ");
    bench.open("app.db").execute("UPDATE alembic_version SET version_num = 'gone'").unwrap();
    assert_snapshot!(bench.db("upgrade head").all(), @r"
    --- 2
    error[plan/unknown-current]: the database is at `gone`, which the chain does not have
      help: Add the files of this revision; they may be on another branch of the code.
      help: Run `retort stamp --purge TARGET` if the tables already are as TARGET leaves them.
    ");
    assert_snapshot!(bench.db("stamp --purge head").all(), @r"
    --- 2
    error[config/unconfirmed]: The database forgets that it is at gone. Nobody can be asked
      help: Write `--yes` to do it
    ");
    assert_eq!(bench.db("stamp --purge --yes head").code, 0);
    assert_eq!(bench.db("current -c").code, 0);
}

#[test]
fn two_runs_do_not_both_change_the_heads() {
    let bench = Bench::chain();
    bench.db("upgrade a1f3");
    // Another run that commits between reading the heads and writing them: here by a trigger.
    bench.open("app.db").run(
        "CREATE TRIGGER other AFTER INSERT ON users BEGIN UPDATE alembic_version SET version_num = 'x'; END",
        1,
    );
    bench.write(
        "chain/02_invoices.sql",
        b"-- revision: b2c4\n-- down_revision: a1f3\n-- upgrade\nINSERT INTO users VALUES (1, 'x');\n",
    );
    let answer = bench.db("upgrade b2c4");
    assert_eq!(answer.code, 4);
    assert!(answer.err.contains("another run has changed the heads"), "{answer:?}");
    assert_eq!(bench.heads(), "a1f3");
}

#[test]
fn a_chain_for_a_server_runs_on_sqlite_and_says_what_is_lost() {
    let bench = Bench::empty();
    bench.write(
        "chain/1.sql",
        b"-- revision: p1\n-- upgrade\nCREATE TABLE people (id BIGSERIAL PRIMARY KEY, data JSONB NOT NULL);\n\
          CREATE INDEX ix ON people USING gin (data);\n-- downgrade\nDROP TABLE people;\n",
    );
    bench.write(
        "chain/2.sql",
        b"-- revision: p2\n-- down_revision: p1\n-- upgrade\nALTER TABLE people ALTER COLUMN data DROP NOT NULL;\n\
          -- downgrade\nALTER TABLE people ALTER COLUMN data SET NOT NULL;\n",
    );
    assert_snapshot!(bench.db("upgrade head").all(), @r"
    2 revisions applied; the database is at p2
    --- 0
    Running upgrade base -> p1
    Running upgrade p1 -> p2
    1.sql:4: dropped: SQLite has no gin index: `ix` is not made
    On SQLite the statements are: 2 emulated, 1 dropped
    ");
    let sql = bench.look("upgrade head --sql --dialect sqlite").out;
    assert_eq!(bench.open("offline.db").run(&sql, 1).1, None);
    assert_eq!(bench.schema("offline.db"), bench.schema("app.db"));
    assert_eq!(bench.look("schema --dialect sqlite").out, bench.db("inspect").out);
    assert_eq!(bench.db("downgrade base").code, 0);
    assert!(bench.look("upgrade head --sql --dialect mysql").out.contains("AUTO_INCREMENT"));
    assert!(bench.look("upgrade head --sql").out.contains("BIGSERIAL"));
}

#[test]
fn a_table_changed_by_hand_keeps_its_column_when_it_is_rebuilt() {
    let bench = Bench::with(&CHAIN[..1]);
    bench.write(
        "chain/02.sql",
        b"-- revision: b2\n-- down_revision: a1f3\n-- upgrade\nALTER TABLE users ALTER COLUMN email SET DEFAULT 'x';\n",
    );
    bench.db("upgrade a1f3");
    bench
        .open("app.db")
        .run("ALTER TABLE users ADD COLUMN extra TEXT; INSERT INTO users VALUES (1, 'a', 'b')", 1);
    let answer = bench.db("upgrade head");
    assert_eq!(answer.code, 0, "{answer:?}");
    let rows = bench.open("app.db").query("SELECT extra FROM users").unwrap();
    assert_eq!(rows[0][0].as_str(), Some("b"));
}
