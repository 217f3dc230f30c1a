//! The command on real servers. As in `retort-tests`: addresses from `RETORT_TEST_POSTGRES_URL` and
//! `RETORT_TEST_MYSQL_URL`; without them a test says that it is skipped, or fails when
//! `RETORT_REQUIRE_SERVERS=1`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]
#![allow(clippy::print_stderr, reason = "a skipped test says so")]

use std::fs;
use std::process::Command;

use retort_core::source::DialectKind;
use retort_drivers::{Engine, Mysql, Postgres, ServerUrl};
use tempfile::TempDir;

/// A chain on a database of its own.
struct Stage {
    dialect: DialectKind,
    server: String,
    database: String,
    folder: TempDir,
}

fn connect(dialect: DialectKind, url: &str) -> Box<dyn Engine> {
    let url = ServerUrl::parse(url).unwrap();
    match dialect {
        DialectKind::Mysql => Box::new(Mysql::connect(&url).unwrap()),
        DialectKind::Postgres | DialectKind::Sqlite => Box::new(Postgres::connect(&url).unwrap()),
    }
}

impl Stage {
    fn new(dialect: DialectKind, name: &str) -> Option<Stage> {
        let variable = match dialect {
            DialectKind::Mysql => "RETORT_TEST_MYSQL_URL",
            DialectKind::Postgres | DialectKind::Sqlite => "RETORT_TEST_POSTGRES_URL",
        };
        let required = std::env::var_os("RETORT_REQUIRE_SERVERS").is_some_and(|value| value == "1");
        let server = std::env::var(variable).ok().filter(|url| !url.is_empty());
        assert!(server.is_some() || !required, "{variable} is not set, and RETORT_REQUIRE_SERVERS=1");
        let Some(server) = server else {
            eprintln!("skipped: {variable} is not set");
            return None;
        };
        let database = format!("retort_cli_{name}_{}", std::process::id());
        connect(dialect, &server).execute(&format!("CREATE DATABASE {database}")).unwrap();
        Some(Stage { dialect, server, database, folder: TempDir::new().unwrap() })
    }

    fn write(&self, name: &str, text: &str) {
        let head = format!("-- dialect: {}\n", self.dialect.name());
        fs::write(self.folder.path().join(name), format!("{head}{text}")).unwrap();
    }

    /// The server's address with the database of this stage.
    fn url(&self) -> String {
        let separator = if self.server.contains('?') { '&' } else { '?' };
        format!("{}{separator}dbname={}", self.server, self.database)
    }

    #[track_caller]
    fn run(&self, words: &str, code: i32) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_retort"));
        command.args(words.split(' ')).current_dir(self.folder.path()).env("DATABASE_URL", self.url());
        let output = command.output().unwrap();
        let both = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        assert_eq!(output.status.code(), Some(code), "{words}: {both}");
        both
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = connect(self.dialect, &self.server).execute(&format!("DROP DATABASE {}", self.database));
    }
}

fn commands(dialect: DialectKind) {
    let Some(stage) = Stage::new(dialect, "commands") else { return };
    stage.write(
        "1.sql",
        "-- revision: a1\n-- upgrade\nCREATE TABLE t (id int PRIMARY KEY, n varchar(9) DEFAULT 'x');\n-- downgrade\nDROP TABLE t;\n",
    );
    stage.write(
        "2.sql",
        "-- revision: b1\n-- down_revision: a1\n-- upgrade\nALTER TABLE t ADD COLUMN m int;\n-- downgrade\nALTER TABLE t DROP COLUMN m;\n",
    );
    assert!(stage.run("upgrade heads --dry-run", 0).contains("CREATE TABLE t"));
    assert!(stage.run("upgrade heads", 0).contains("the database is at b1"));
    assert!(stage.run("upgrade heads", 0).contains("Nothing to do"));
    stage.run("current --check-heads", 0);
    let seen = stage.run("inspect --format json", 0);
    assert!(seen.contains("\"m\"") && !seen.contains("alembic_version"), "{seen}");
    assert!(stage.run("inspect", 0).contains('m'));
    assert!(stage.run("history --indicate-current", 0).contains("(current)"));
    stage.run("show b1", 0);
    stage.run("schema a1", 0);
    stage.run("downgrade a1", 0);
    stage.run("current --check-heads", 1);
    stage.run("stamp b1", 0);
    stage.run("stamp a1", 0);
    assert!(stage.run("downgrade base", 0).contains("the database is at base"));
    assert!(!stage.run("inspect --format json", 0).contains("\"n\""));
}

#[test]
fn the_commands_work_on_postgresql() {
    commands(DialectKind::Postgres);
}

#[test]
fn the_commands_work_on_mariadb() {
    commands(DialectKind::Mysql);
}

const HALF: &str = "-- revision: a1\n-- upgrade\nCREATE TABLE t (n int NOT NULL);\nINSERT INTO t VALUES (NULL);\n-- downgrade\n";

#[test]
fn a_failure_on_postgresql_is_rolled_back() {
    let Some(stage) = Stage::new(DialectKind::Postgres, "failure") else { return };
    stage.write("1.sql", HALF);
    let said = stage.run("upgrade heads", 4);
    assert!(said.contains("the failed one was rolled back"), "{said}");
    assert!(!said.contains("stays"), "{said}");
}

#[test]
fn a_failure_on_mariadb_says_what_stays() {
    let Some(stage) = Stage::new(DialectKind::Mysql, "failure") else { return };
    stage.write("1.sql", HALF);
    let said = stage.run("upgrade heads", 4);
    assert!(said.contains("CREATE TABLE t (n int NOT NULL)"), "{said}");
    assert!(said.contains("2 statements of the failed one stay; the database is at base"), "{said}");
    assert!(!said.contains("rolled back"), "{said}");
}

fn example(name: &str) -> String {
    format!("{}/../../examples/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_alembic_examples_go_up_and_down_and_up_on_postgresql() {
    for name in ["cnc-licensing", "cnc-platform"] {
        let Some(stage) = Stage::new(DialectKind::Postgres, &name.replace('-', "_")) else { return };
        let project = format!("--project {}", example(name));
        stage.run(&format!("upgrade heads {project}"), 0);
        let first = stage.run("inspect --format json", 0);
        assert!(stage.run(&format!("downgrade base {project}"), 0).contains("the database is at base"));
        let empty: serde_json::Value =
            serde_json::from_str(&stage.run(&format!("inspect --format json {project}"), 0)).unwrap();
        for part in ["tables", "enums", "views", "functions"] {
            assert_eq!(empty[part].as_object().unwrap().len(), 0, "{name}: {part}");
        }
        stage.run(&format!("upgrade heads {project}"), 0);
        assert_eq!(stage.run("inspect --format json", 0), first, "{name}");
    }
}

#[test]
fn a_missing_extension_stops_a_run_before_anything_is_changed() {
    let Some(stage) = Stage::new(DialectKind::Postgres, "extensions") else { return };
    stage.write("1.sql", "-- revision: a1\n-- upgrade\nCREATE TABLE t (n int NOT NULL);\n");
    stage.write(
        "2.sql",
        "-- revision: b1\n-- down_revision: a1\n-- upgrade\nCREATE EXTENSION IF NOT EXISTS \"no such thing\";\n",
    );
    let said = stage.run("upgrade heads", 3);
    assert!(said.contains("plan/missing-extension") && said.contains("`b1` makes"), "{said}");
    let status = stage.run("status", 0);
    assert!(status.contains("no such thing: missing") && status.contains("no version table yet"), "{status}");
    stage.run("upgrade a1", 0);
}
