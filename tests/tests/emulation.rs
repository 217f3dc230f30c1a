//! Chains as people write them, run on SQLite: the live schema must be the replayed one after every step.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use retort_core::database::{Database, Value};
use retort_core::dialect::{Fidelity, Note};
use retort_core::execute::execute;
use retort_core::graph::{Heads, Target};
use retort_core::inspect::{KnownTables, inspect, inspect_again};
use retort_core::plan::{Goal, plan};
use retort_core::project::{Options, Project, open};
use retort_core::replay::Replay;
use retort_core::schema::{ObjectName, Schema, diff};
use retort_core::script::{RenderOptions, render};
use retort_core::source::DialectKind;
use retort_core::version_table::VersionTable;
use retort_drivers::Sqlite;

/// One revision for each text.
fn project(dialect: DialectKind, steps: &[&str]) -> Project {
    let file = |(place, sql): (usize, &&str)| {
        let down = if place == 0 { "None".to_owned() } else { format!("r{}", place - 1) };
        let text = format!(
            "-- revision: r{place}\n-- down_revision: {down}\n-- dialect: {dialect}\n-- upgrade\n{sql}\n"
        );
        (format!("{place:03}.sql"), text.into_bytes())
    };
    let files: Vec<(String, Vec<u8>)> = steps.iter().enumerate().map(file).collect();
    let opened = open(&files, &Options { dialect: Some(dialect), ..Options::default() });
    assert!(opened.diagnostics.is_empty(), "{:#?}", opened.diagnostics);
    opened.value
}

/// Where a chain ended.
struct End {
    db: Sqlite,
    source: Schema,
    notes: Vec<Note>,
}

impl End {
    /// All values of all rows, NULL as a word.
    #[track_caller]
    fn values(&mut self, sql: &str) -> Vec<String> {
        let word = |value: &Value| match value {
            Value::Null => "NULL".to_owned(),
            Value::Integer(number) => number.to_string(),
            Value::Real(number) => format!("{number:?}"),
            Value::Text(text) => text.clone(),
            Value::Blob(bytes) => format!("{bytes:02x?}"),
        };
        self.db.query(sql).unwrap().iter().flatten().map(word).collect()
    }

    fn says(&self, code: &str, fidelity: Fidelity) -> bool {
        self.notes.iter().any(|note| note.code == code && note.fidelity == fidelity)
    }
}

/// Runs a chain whose last `refused` directives the model refuses (those are not run).
#[track_caller]
fn run_until(dialect: DialectKind, steps: &[&str], refused: &[&str]) -> End {
    let project = project(dialect, steps);
    let mut db = Sqlite::in_memory().unwrap();
    let up = plan(&project.graph, &Heads::base(), &Goal::Upgrade(vec![Target::parse("heads").unwrap()]));
    let mut replay = Replay::from_base(&project, db.capabilities());
    let (mut notes, mut refusals) = (Vec::new(), Vec::new());
    let mut known = KnownTables::default();
    for (place, step) in up.unwrap().steps.iter().enumerate() {
        let sql = steps[place];
        let replayed = replay.step(step);
        refusals.extend(replayed.diagnostics.iter().map(|diagnostic| diagnostic.code.to_owned()));
        let replayed = replayed.value;
        let options = RenderOptions { capabilities: db.capabilities(), create_version_table: place == 0 };
        let script = render(&replayed, &options);
        if let Err(failure) = execute(&script, &mut db) {
            panic!("{sql}\n{} in\n{}", failure.error, script.statements[failure.statement].sql);
        }
        let found = inspect(&mut db, &VersionTable::default()).unwrap();
        assert_eq!(inspect_again(&mut db, &VersionTable::default(), &mut known).unwrap(), found, "{sql}");
        let changes = diff(&replayed.engine, &found);
        assert!(changes.is_empty(), "{sql}\n{changes:#?}\n{}", script.to_sql());
        notes.extend(replayed.directives.into_iter().flat_map(|directive| directive.translated.notes));
    }
    assert_eq!(refusals, refused);
    End { db, source: replay.source().clone(), notes }
}

#[track_caller]
fn run(dialect: DialectKind, steps: &[&str]) -> End {
    run_until(dialect, steps, &[])
}

use DialectKind::{Mysql, Postgres, Sqlite as SqliteDialect};

#[test]
fn postgres_views_follow_renamings_and_keep_their_columns() {
    let mut end = run(
        Postgres,
        &[
            "CREATE TABLE users (id int PRIMARY KEY, name text); INSERT INTO users VALUES (1, 'a'); \
             CREATE VIEW v AS SELECT id, name FROM users; CREATE VIEW w AS SELECT v.name FROM v",
            "ALTER TABLE users RENAME COLUMN name TO full_name",
            "ALTER TABLE users RENAME TO people",
            "ALTER TABLE people DROP COLUMN full_name CASCADE",
        ][..3],
    );
    assert_eq!(end.values("SELECT name FROM w"), ["a"]);
    let view = end.source.view(&ObjectName::bare("v")).unwrap();
    assert_eq!(view.query.text(), "SELECT id, full_name AS name FROM people");
}

#[test]
fn sqlite_rewrites_views_and_triggers_itself() {
    let mut end = run(
        SqliteDialect,
        &[
            "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE log (name TEXT); \
             INSERT INTO users VALUES (1, 'a'); \
             CREATE VIEW v AS SELECT u.name, log.name AS other FROM users u LEFT JOIN log ON log.name = u.name; \
             CREATE TRIGGER t AFTER UPDATE OF name ON users WHEN NEW.name <> OLD.name \
             BEGIN INSERT INTO log (name) VALUES (NEW.name); UPDATE users SET name = upper(name) WHERE id = NEW.id; END; \
             CREATE TRIGGER l AFTER INSERT ON log BEGIN DELETE FROM users WHERE name IN (SELECT name FROM log); END",
            "ALTER TABLE users RENAME COLUMN name TO \"Full name\"",
            "ALTER TABLE users RENAME TO people",
            "ALTER TABLE log RENAME TO journal",
            "ALTER TABLE people ALTER COLUMN id TYPE BIGINT",
        ],
    );
    assert_eq!(end.values("SELECT \"Full name\" FROM v"), ["a"]);
}

#[test]
fn mysql_views_break_and_stop_nothing() {
    let end = run(
        Mysql,
        &[
            "CREATE TABLE a (id INT PRIMARY KEY, x INT); CREATE TABLE b (id INT PRIMARY KEY, y INT); \
             INSERT INTO b VALUES (1, 2); \
             CREATE VIEW v AS SELECT x FROM a; CREATE VIEW w AS SELECT y FROM b",
            "ALTER TABLE a RENAME COLUMN x TO z",
            "RENAME TABLE b TO c",
            "DROP TABLE a",
            "ALTER TABLE c DROP COLUMN y, MODIFY id BIGINT NOT NULL",
            "RENAME TABLE c TO d",
            "CREATE OR REPLACE VIEW w AS SELECT id FROM d",
            "DROP VIEW IF EXISTS v",
            "DROP VIEW IF EXISTS v",
        ],
    );
    assert!(end.says("dialect/broken-view", Fidelity::Exact));
}

#[test]
fn postgres_keeps_what_others_build_on() {
    let start = "CREATE TABLE a (id int PRIMARY KEY, x int); CREATE VIEW v AS SELECT x FROM a; \
                 CREATE VIEW w AS SELECT x FROM v; CREATE TYPE mood AS ENUM ('sad', 'happy'); \
                 CREATE TABLE b (id int PRIMARY KEY, m mood, n mood NOT NULL); INSERT INTO b VALUES (1, 'sad', 'happy')";
    for (sql, code) in [
        ("DROP TABLE a", "replay/still-referenced"),
        ("DROP VIEW v", "replay/still-referenced"),
        ("ALTER TABLE a DROP COLUMN x", "replay/still-referenced"),
        ("ALTER TABLE a ALTER COLUMN x TYPE bigint", "replay/column-in-use"),
        ("DROP TYPE mood", "replay/still-referenced"),
    ] {
        run_until(Postgres, &[start, sql], &[code]);
    }
    let end = run(Postgres, &[start, "DROP TABLE a CASCADE", "DROP TYPE mood CASCADE"]);
    assert!(end.source.views.is_empty());
    assert_eq!(end.source.table(&ObjectName::bare("b")).unwrap().columns.len(), 1);
    run(Postgres, &[start, "ALTER TABLE a DROP COLUMN x CASCADE", "DROP TABLE b, a"]);
}

#[test]
fn a_renamed_label_takes_the_rows_along() {
    let mut end = run(
        Postgres,
        &[
            "CREATE TYPE mood AS ENUM ('sad', 'it''s ok'); \
             CREATE TABLE b (id int PRIMARY KEY, m mood DEFAULT 'sad', n mood NOT NULL DEFAULT 'sad'::mood); \
             INSERT INTO b (id, m) VALUES (1, 'it''s ok')",
            "ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'",
            "ALTER TYPE mood RENAME VALUE 'it''s ok' TO 'it''s fine'",
            "INSERT INTO b (id) VALUES (2)",
        ],
    );
    assert_eq!(end.values("SELECT m, n FROM b ORDER BY id"), ["it's fine", "blue", "blue", "blue"]);
}

#[test]
fn mysql_needs_an_index_for_a_foreign_key() {
    let start = "CREATE TABLE u (id INT PRIMARY KEY); \
                 CREATE TABLE r (id INT PRIMARY KEY, u INT, t INT, KEY k (u), CONSTRAINT f FOREIGN KEY (u) REFERENCES u (id))";
    run_until(Mysql, &[start, "ALTER TABLE r DROP INDEX k"], &["replay/index-in-use"]);
    run_until(Mysql, &[start, "ALTER TABLE r DROP COLUMN u"], &["replay/column-in-use"]);
    run_until(Mysql, &[start, "ALTER TABLE u DROP COLUMN id"], &["replay/column-in-use"]);
    run(
        Mysql,
        &[
            start,
            "ALTER TABLE r DROP INDEX k, ADD INDEX k2 (u, t)",
            "ALTER TABLE r DROP FOREIGN KEY f, DROP INDEX k2",
        ],
    );
    run(Mysql, &[start, "ALTER TABLE r DROP INDEX k, ADD INDEX k (u, t)"]);
    run(Mysql, &[start, "ALTER TABLE r DROP COLUMN u, DROP FOREIGN KEY f"]);
}

#[test]
fn mysql_fills_new_columns_of_rows_that_are_there() {
    let mut end = run(
        Mysql,
        &[
            "CREATE TABLE t (id INT PRIMARY KEY); INSERT INTO t VALUES (1), (2)",
            "ALTER TABLE t ADD COLUMN n INT NOT NULL, ADD COLUMN s VARCHAR(20) NOT NULL, \
             ADD COLUMN e ENUM('x', 'y') NOT NULL, ADD COLUMN d DOUBLE NOT NULL, ADD COLUMN z DATETIME",
        ],
    );
    assert_eq!(end.values("SELECT n, s, e, d, z FROM t WHERE id = 1"), ["0", "", "x", "0.0", "NULL"]);
    assert!(end.says("dialect/implicit-default", Fidelity::Emulated));
}

#[test]
fn columns_come_with_their_constraints() {
    let start = "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (a text); \
                 INSERT INTO p VALUES (1); INSERT INTO t VALUES ('x'), ('y')";
    let mut end = run(
        Postgres,
        &[
            start,
            "ALTER TABLE t ADD COLUMN id serial PRIMARY KEY",
            "ALTER TABLE t ADD COLUMN c int CHECK (c > 0) UNIQUE, ADD COLUMN p int REFERENCES p (id)",
            "ALTER TABLE t ADD COLUMN q int NOT NULL DEFAULT 1 REFERENCES p",
            "ALTER TABLE t ADD COLUMN IF NOT EXISTS q int NOT NULL DEFAULT 1 REFERENCES p",
            "ALTER TABLE t ADD COLUMN k uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE",
            "ALTER TABLE t ADD COLUMN number bigserial",
        ],
    );
    assert_eq!(end.values("SELECT id, q, number FROM t ORDER BY id"), ["1", "1", "1", "2", "1", "2"]);
    let table = end.source.table(&ObjectName::bare("t")).unwrap();
    assert_eq!(table.foreign_keys.len(), 2);
}

#[test]
fn what_is_there_or_not_there_already() {
    let steps = [
        "CREATE TABLE IF NOT EXISTS a (id int PRIMARY KEY); CREATE TABLE IF NOT EXISTS a (id int PRIMARY KEY)",
        "CREATE TABLE IF NOT EXISTS a (other int)",
        "DROP VIEW IF EXISTS v; DROP TABLE IF EXISTS b",
        "CREATE VIEW v AS SELECT id FROM a",
        "CREATE INDEX i ON a (id)",
    ];
    for dialect in [Postgres, Mysql, SqliteDialect] {
        run(dialect, &steps);
    }
    run(Postgres, &["DROP INDEX IF EXISTS gone; DROP TYPE IF EXISTS gone"]);
    run(SqliteDialect, &["DROP INDEX IF EXISTS gone"]);
    let replace = "CREATE OR REPLACE VIEW v AS SELECT id, id AS two FROM a";
    for dialect in [Postgres, Mysql] {
        run(dialect, &[steps[0], steps[3], replace, "DROP VIEW v", "DROP TABLE a"]);
    }
}

#[test]
fn a_renamed_table_keeps_rows_children_and_triggers() {
    let mut end = run(
        Mysql,
        &[
            "CREATE TABLE a (id INT AUTO_INCREMENT PRIMARY KEY, x INT, at TIMESTAMP NULL DEFAULT NULL ON UPDATE CURRENT_TIMESTAMP, KEY x (x)); \
             CREATE TABLE b (id INT PRIMARY KEY, a INT, x INT, KEY x (x), FOREIGN KEY (a) REFERENCES a (id) ON DELETE CASCADE); \
             INSERT INTO a (x) VALUES (1), (2); INSERT INTO b VALUES (1, 1, 1)",
            "RENAME TABLE a TO c, b TO d",
            "RENAME TABLE c TO e, d TO c, e TO d",
            "INSERT INTO d (x) VALUES (3)",
            "UPDATE d SET x = 5 WHERE id = 1",
            "DROP TABLE d, c",
        ][..5],
    );
    assert_eq!(
        end.values("SELECT id, x, at IS NULL FROM d ORDER BY id"),
        ["1", "5", "0", "2", "2", "1", "3", "3", "1"]
    );
}

#[test]
fn tables_are_dropped_together() {
    let start = "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY, a int, FOREIGN KEY (a) REFERENCES a (id)); \
                 INSERT INTO a VALUES (1); INSERT INTO b VALUES (1, 1)";
    for dialect in [Postgres, Mysql] {
        run(dialect, &[start, "DROP TABLE a, b"]);
    }
}

#[test]
fn values_are_computed_as_on_the_servers() {
    let start = "CREATE TABLE t (a int, b double precision, s text); INSERT INTO t VALUES (-7, 2.5, 'abcdef'); \
                 CREATE TABLE done (x text, y text)";
    let mut end =
        run(Postgres, &[start, "INSERT INTO done SELECT s::varchar(3), CAST(b * 1.2 AS int)::text FROM t"]);
    assert_eq!(end.values("SELECT x, y FROM done"), ["abc", "3"]);
    let mut end = run(
        Mysql,
        &[
            start,
            "INSERT INTO done SELECT CAST(s AS CHAR(2)), a DIV 2 FROM t; INSERT INTO done SELECT b DIV 2, 1 + a * 3 DIV -b FROM t",
        ],
    );
    assert_eq!(end.values("SELECT x, y FROM done"), ["ab", "-3", "1", "9"]);
}

#[test]
fn sqlite_tables_are_rebuilt_under_views_triggers_and_children() {
    let mut end = run(
        SqliteDialect,
        &[
            "CREATE TABLE p (id INTEGER PRIMARY KEY AUTOINCREMENT, code varchar(10), n int DEFAULT 1, CONSTRAINT u UNIQUE (code)); \
             CREATE TABLE c (id INTEGER PRIMARY KEY, p int, FOREIGN KEY (p) REFERENCES p (id) ON DELETE CASCADE); \
             CREATE INDEX i ON p (n DESC) WHERE n > 0; CREATE VIEW v AS SELECT * FROM p; \
             CREATE TRIGGER t AFTER INSERT ON c BEGIN UPDATE p SET n = n + 1 WHERE id = NEW.p; END; \
             INSERT INTO p (code) VALUES ('a'), ('b'); DELETE FROM p WHERE id = 2; INSERT INTO c VALUES (1, 1)",
            "ALTER TABLE p ALTER COLUMN n TYPE bigint USING n * 10",
            "ALTER TABLE p DROP CONSTRAINT u",
            "ALTER TABLE c ADD COLUMN q int; ALTER TABLE c ADD CONSTRAINT fq FOREIGN KEY (q) REFERENCES p (id) ON DELETE SET NULL",
            "ALTER TABLE p ALTER COLUMN n SET DEFAULT 5",
            "ALTER TABLE c DROP CONSTRAINT fq",
            "ALTER TABLE p ADD CONSTRAINT u2 UNIQUE (code, n)",
            "ALTER TABLE p ALTER COLUMN code SET NOT NULL",
            "ALTER TABLE p RENAME CONSTRAINT u2 TO u3",
            "INSERT INTO p (code) VALUES ('d'); INSERT INTO c (id, p) VALUES (2, 1)",
            "ALTER TABLE c DROP COLUMN q",
        ],
    );
    assert_eq!(end.values("SELECT id, n FROM v ORDER BY id"), ["1", "21", "3", "5"]);
    assert_eq!(end.values("SELECT p FROM c"), ["1", "1"]);
}

#[test]
fn one_statement_is_one_rebuild() {
    let mut end = run(
        Postgres,
        &[
            "CREATE TABLE t (id int PRIMARY KEY, a text, b int, c int); INSERT INTO t VALUES (1, '5', 2, 3)",
            "ALTER TABLE t ALTER a TYPE int USING a::int, ALTER a SET NOT NULL, ADD CHECK (b > 0), DROP COLUMN c, ADD COLUMN c text",
            "ALTER TABLE t ALTER COLUMN b TYPE text USING upper('x' || b)",
            "ALTER TABLE t ALTER COLUMN b TYPE text USING lower(b)",
        ][..2],
    );
    assert_eq!(end.values("SELECT a, b, c FROM t"), ["5", "2", "NULL"]);
    let rebuilds = end.notes.iter().filter(|note| note.code == "dialect/table-rebuild").count();
    assert_eq!(rebuilds, 1);
}

#[test]
fn a_conversion_runs_even_where_the_type_is_the_same_here() {
    let mut end = run(
        Postgres,
        &[
            "CREATE TABLE t (id int PRIMARY KEY, b text); INSERT INTO t VALUES (1, 'X')",
            "ALTER TABLE t ALTER COLUMN b TYPE text USING lower(b)",
        ],
    );
    assert_eq!(end.values("SELECT b FROM t"), ["x"]);
}

#[test]
fn a_star_in_a_view_is_said() {
    let end = run(
        Postgres,
        &[
            "CREATE TABLE t (id int PRIMARY KEY, b text); CREATE VIEW v AS SELECT * FROM t",
            "ALTER TABLE t ADD COLUMN c int",
        ],
    );
    assert!(end.says("dialect/view-star", Fidelity::Weakened));
}
