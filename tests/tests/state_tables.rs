//! The tables in which other tools remember what they ran, made as the tools make them, and what Retort reads of
//! them.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

use retort_core::database::Database;
use retort_core::layout::LayoutKind;
use retort_core::project::{self, Options, Project};
use retort_core::revision::RevisionId;
use retort_core::state_table::{State, find, read};
use retort_drivers::Sqlite;

fn open(layout: LayoutKind, files: &[(&str, &str)]) -> Project {
    let files: Vec<(String, Vec<u8>)> =
        files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    project::open(&files, &Options { layout: Some(layout), ..Options::default() }).value
}

fn database(statements: &[&str]) -> Sqlite {
    let mut db = Sqlite::in_memory().unwrap();
    for sql in statements {
        db.execute(sql).unwrap();
    }
    db
}

/// What a state says, in a line for each part that is not empty.
fn lines(state: &State) -> Vec<String> {
    let ids = |ids: &[RevisionId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    let parts = [
        ("applied", ids(&state.applied)),
        ("pending", ids(&state.pending)),
        ("passed over", ids(&state.passed_over)),
        ("failed", state.failed.clone()),
        ("missing", state.missing.clone()),
        ("changed", ids(&state.changed)),
    ];
    let filled = parts.into_iter().filter(|(_, ids)| !ids.is_empty());
    filled.map(|(name, ids)| format!("{name}: {}", ids.join(", "))).collect()
}

#[track_caller]
fn check(project: &Project, statements: &[&str], expected: &[&str]) -> State {
    let state = read(&mut database(statements), project).unwrap().unwrap();
    assert_eq!(lines(&state), expected, "{:?}", state.diagnostics);
    state
}

/// The checksum that a revision has in the chain.
fn sum(project: &Project, id: &str) -> String {
    project.graph.get(&RevisionId::new(id)).unwrap().native.checksum.clone().unwrap()
}

const FLYWAY: &str = "CREATE TABLE flyway_schema_history (installed_rank INT NOT NULL PRIMARY KEY, version VARCHAR(50), \
    description VARCHAR(200) NOT NULL, type VARCHAR(20) NOT NULL, script VARCHAR(1000) NOT NULL, checksum INT, \
    installed_by VARCHAR(100) NOT NULL, installed_on TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, \
    execution_time INT NOT NULL, success BOOLEAN NOT NULL)";

fn flyway_row(
    rank: u32,
    version: &str,
    description: &str,
    kind: &str,
    checksum: &str,
    success: u8,
) -> String {
    format!(
        "INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, checksum, \
         installed_by, execution_time, success) VALUES ({rank}, {version}, '{description}', '{kind}', '-', \
         {checksum}, 'me', 1, {success})"
    )
}

#[test]
fn flyway() {
    let project = open(
        LayoutKind::Flyway,
        &[
            ("V1__a.sql", "SELECT 1;"),
            ("V1.5__late.sql", "SELECT 15;"),
            ("V2__b.sql", "SELECT 2;"),
            ("V3__c.sql", "SELECT 3;"),
            ("V4__d.sql", "SELECT 4;"),
            ("R__same.sql", "SELECT 'same';"),
            ("R__other.sql", "SELECT 'other';"),
        ],
    );
    let rows = [
        FLYWAY.to_owned(),
        flyway_row(1, "'1.0'", "a", "SQL", &sum(&project, "1"), 1),
        flyway_row(2, "'2'", "b", "SQL", "99", 1),
        flyway_row(3, "'3'", "c", "SQL", &sum(&project, "3"), 1),
        flyway_row(4, "NULL", "same", "SQL", &sum(&project, "R__same"), 1),
        flyway_row(5, "NULL", "other", "SQL", "7", 1),
        flyway_row(6, "'3'", "c", "UNDO_SQL", "1", 1),
        flyway_row(7, "'2.5'", "gone", "SQL", "1", 1),
        flyway_row(8, "'4'", "d", "SQL", &sum(&project, "4"), 0),
    ];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let state = check(
        &project,
        &rows,
        &[
            "applied: 1, 2, R__other, R__same",
            "pending: 3, 4, R__other",
            "passed over: 1.5",
            "failed: 4",
            "missing: 2.5",
            "changed: 2",
        ],
    );
    assert!(state.is_dirty());
    assert!(state.diagnostics.iter().any(|said| said.help[0].contains("flyway repair")));
}

#[test]
fn flyway_with_a_baseline() {
    let files = [("V1__a.sql", "SELECT 1;"), ("V2__b.sql", "SELECT 2;"), ("V3__c.sql", "SELECT 3;")];
    let project = open(LayoutKind::Flyway, &files);
    let row = flyway_row(1, "'2'", "<< Flyway Baseline >>", "BASELINE", "NULL", 1);
    check(&project, &[FLYWAY, &row], &["applied: 1, 2", "pending: 3"]);
    // A chain that begins with a baseline, on a database that went the long way.
    let project = open(LayoutKind::Flyway, &[files[0], files[1], files[2], ("B2__all.sql", "SELECT 12;")]);
    let (one, two) = (flyway_row(1, "'1'", "a", "SQL", "1", 1), flyway_row(2, "'2'", "b", "SQL", "1", 1));
    let state = read(&mut database(&[FLYWAY, &one]), &project).unwrap().unwrap();
    assert_eq!(state.diagnostics[0].code, "state/below-baseline");
    let state = read(&mut database(&[FLYWAY, &one, &two]), &project).unwrap().unwrap();
    assert_eq!(lines(&state)[..2], ["applied: 2", "pending: 3"]);
}

#[test]
fn sqlx() {
    let files = [
        ("1_a.sql", "SELECT 1;"),
        ("2_b.sql", "SELECT 2;"),
        ("3_c.sql", "SELECT 3;"),
        ("4_d.sql", "SELECT 4;"),
    ];
    let project = open(LayoutKind::Sqlx, &files);
    let table = "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL, installed_on \
        TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL, checksum BLOB NOT NULL, \
        execution_time BIGINT NOT NULL)";
    let row = |version: u32, success: u8, checksum: &str| {
        format!("INSERT INTO _sqlx_migrations VALUES ({version}, 'x', 'now', {success}, X'{checksum}', 1)")
    };
    let rows = [row(2, 1, &sum(&project, "2")), row(3, 1, "00"), row(4, 0, "00"), row(9, 1, "00")];
    let rows: Vec<&str> = std::iter::once(table).chain(rows.iter().map(String::as_str)).collect();
    check(&project, &rows, &["applied: 2, 3", "pending: 1, 4", "failed: 4", "missing: 9", "changed: 3"]);
}

#[test]
fn golang_migrate() {
    let files = [("1_a.up.sql", "SELECT 1;"), ("2_b.up.sql", "SELECT 2;"), ("3_c.up.sql", "SELECT 3;")];
    let project = open(LayoutKind::GolangMigrate, &files);
    let table = "CREATE TABLE schema_migrations (version uint64, dirty bool)";
    check(&project, &[table], &["pending: 1, 2, 3"]);
    let row = "INSERT INTO schema_migrations VALUES (2, false)";
    check(&project, &[table, row], &["applied: 1, 2", "pending: 3"]);
    let row = "INSERT INTO schema_migrations VALUES (2, true)";
    let state = check(&project, &[table, row], &["applied: 1", "pending: 2, 3", "failed: 2"]);
    assert!(state.diagnostics[0].help[0].contains("migrate force"));
}

#[test]
fn tables_of_one_name_are_told_by_their_columns() {
    let tools = |statements: &[&str]| -> Vec<LayoutKind> {
        find(&mut database(statements)).unwrap().iter().map(|found| found.tool).collect()
    };
    let bare = "CREATE TABLE schema_migrations (version varchar PRIMARY KEY)";
    assert_eq!(tools(&[bare]), [LayoutKind::Dbmate]);
    let internal =
        "CREATE TABLE ar_internal_metadata (key varchar PRIMARY KEY, value varchar, created_at, updated_at)";
    assert_eq!(tools(&[bare, internal]), [LayoutKind::Rails]);
    assert_eq!(tools(&["CREATE TABLE schema_migrations (version, dirty)"]), [LayoutKind::GolangMigrate]);
    let supabase = "CREATE TABLE schema_migrations (version text PRIMARY KEY, statements text, name text)";
    assert_eq!(tools(&[supabase]), [LayoutKind::Supabase]);
    assert_eq!(tools(&["CREATE TABLE schema_migrations (version, comment)"]), []);
    assert_eq!(tools(&["CREATE TABLE changes (id, what)"]), []);
    let other = open(LayoutKind::Dbmate, &[("1_a.sql", "-- migrate:up\n-- migrate:down\n")]);
    assert_eq!(read(&mut database(&["CREATE TABLE schema_migrations (version, dirty)"]), &other), Ok(None));
}

#[test]
fn dbmate_rails_and_diesel() {
    let text = "-- migrate:up\nSELECT 1;\n-- migrate:down\n";
    let project = open(LayoutKind::Dbmate, &[("01_a.sql", text), ("02_b.sql", text), ("03_c.sql", text)]);
    let table = "CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY)";
    let rows = "INSERT INTO schema_migrations VALUES ('02'), ('1')";
    check(&project, &[table, rows], &["applied: 02", "pending: 01, 03", "missing: 1"]);

    let dump = "INSERT INTO \"schema_migrations\" (version) VALUES ('20240101000000'), ('20240202000000');";
    let project = open(LayoutKind::Rails, &[("db/structure.sql", dump)]);
    let internal = "CREATE TABLE ar_internal_metadata (key varchar PRIMARY KEY, value varchar)";
    let rows =
        "INSERT INTO schema_migrations VALUES ('20240101000000'), ('20240202000000'), ('20250101000000')";
    let all = ["applied: 20240202000000", "missing: 20250101000000"];
    check(&project, &[table, internal, rows], &all);
    let rows = "INSERT INTO schema_migrations VALUES ('20240202000000')";
    check(&project, &[table, internal, rows], &["pending: 20240202000000"]);

    let project = open(
        LayoutKind::Diesel,
        &[("m/2024-01-01-000000_a/up.sql", "SELECT 1;"), ("m/2_b/up.sql", "SELECT 2;")],
    );
    let table = "CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP)";
    let row = "INSERT INTO __diesel_schema_migrations VALUES ('20240101000000', 'now')";
    check(&project, &[table, row], &["applied: 20240101000000", "pending: 2"]);
}

#[test]
fn goose() {
    let text = "-- +goose Up\nSELECT 1;\n";
    let project = open(
        LayoutKind::Goose,
        &[("1_a.sql", text), ("2_b.sql", text), ("3_c.sql", text), ("4_d.sql", text)],
    );
    let table = "CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL, \
        is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT (datetime('now')))";
    let rows =
        "INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, 1), (1, 1), (3, 1), (4, 1), (4, 0)";
    check(&project, &[table, rows], &["applied: 1, 3", "pending: 4", "passed over: 2"]);
}

#[test]
fn refinery() {
    let files = [
        ("V1__a.sql", "SELECT 1;"),
        ("V2__b.sql", "SELECT 2;"),
        ("U3__c.sql", "SELECT 3;"),
        ("V4__d.sql", "SELECT 4;"),
        ("V5__e.sql", "SELECT 5;"),
    ];
    let project = open(LayoutKind::Refinery, &files);
    let table = "CREATE TABLE refinery_schema_history (version int4 PRIMARY KEY, name VARCHAR(255), \
        applied_on VARCHAR(255), checksum VARCHAR(255))";
    let rows = format!(
        "INSERT INTO refinery_schema_history VALUES (1, 'a', '-', '{}'), (4, 'd', '-', '12')",
        sum(&project, "1")
    );
    let expected = ["applied: 1, 4", "pending: 3, 5", "passed over: 2", "changed: 4"];
    check(&project, &[table, &rows], &expected);
}

#[test]
fn prisma() {
    let files = [
        ("m/1_a/migration.sql", "SELECT 1;"),
        ("m/2_b/migration.sql", "SELECT 2;"),
        ("m/3_c/migration.sql", "SELECT 3;"),
    ];
    let project = open(LayoutKind::Prisma, &files);
    let table = "CREATE TABLE _prisma_migrations (id TEXT PRIMARY KEY NOT NULL, checksum TEXT NOT NULL, finished_at \
        DATETIME, migration_name TEXT NOT NULL, logs TEXT, rolled_back_at DATETIME, started_at DATETIME NOT NULL \
        DEFAULT current_timestamp, applied_steps_count INTEGER UNSIGNED NOT NULL DEFAULT 0)";
    let insert = "INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, rolled_back_at, started_at) VALUES ";
    let rows = format!(
        "{insert} ('a', '{}', 5, '1_a', NULL, 1), ('b', 'x', NULL, '2_b', 4, 2), ('c', 'x', NULL, '2_b', NULL, 3)",
        sum(&project, "1_a")
    );
    let state = check(&project, &[table, &rows], &["applied: 1_a", "pending: 2_b, 3_c", "failed: 2_b"]);
    assert!(state.diagnostics[0].help[0].contains("P3009"));
}

#[test]
fn drizzle() {
    let journal = r#"{"dialect": "sqlite", "entries": [{"tag": "0_a", "when": 100}, {"tag": "1_b", "when": 50}, {"tag": "2_c", "when": 200}]}"#;
    let files = [
        ("d/meta/_journal.json", journal),
        ("d/0_a.sql", "SELECT 1;"),
        ("d/1_b.sql", "SELECT 2;"),
        ("d/2_c.sql", "SELECT 3;"),
    ];
    let project = open(LayoutKind::Drizzle, &files);
    let table =
        "CREATE TABLE __drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric)";
    let row = format!(
        "INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('{}', 100)",
        sum(&project, "0_a")
    );
    check(&project, &[table, &row], &["applied: 0_a", "pending: 2_c", "passed over: 1_b"]);
    // Newer: directories, told by their text.
    let files = [("d/1_a/migration.sql", "SELECT 1;"), ("d/2_b/migration.sql", "SELECT 2;")];
    let project = open(LayoutKind::Drizzle, &files);
    let row =
        format!("INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('{}', 7)", sum(&project, "1_a"));
    check(&project, &[table, &row], &["applied: 1_a", "pending: 2_b"]);
}

#[test]
fn supabase_and_atlas() {
    let project = open(
        LayoutKind::Supabase,
        &[("supabase/migrations/1_a.sql", "select 1;"), ("supabase/migrations/2_b.sql", "select 2;")],
    );
    let table = "CREATE TABLE schema_migrations (version text PRIMARY KEY, statements text, name text)";
    let row = "INSERT INTO schema_migrations VALUES ('2', NULL, 'b')";
    check(&project, &[table, row], &["applied: 2", "passed over: 1"]);

    let files = [("1_a.sql", "SELECT 1;"), ("2_b.sql", "SELECT 2;"), ("3_c.sql", "SELECT 3;")];
    let project = open(LayoutKind::Atlas, &files);
    let table = "CREATE TABLE atlas_schema_revisions (version text PRIMARY KEY, description text, type integer DEFAULT 2, \
        applied integer DEFAULT 0, total integer DEFAULT 0, executed_at datetime, execution_time integer, error text, \
        error_stmt text, hash text, partial_hashes json, operator_version text)";
    let insert = "INSERT INTO atlas_schema_revisions (version, type, applied, total, error, hash) VALUES ";
    let rows = format!(
        "{insert} ('.atlas_cloud_identifier', 2, 0, 0, '', ''), ('1', 1, 0, 0, '', ''), ('2', 2, 1, 3, 'no such table', 'x')"
    );
    check(&project, &[table, &rows], &["applied: 1", "pending: 2, 3", "failed: 2"]);
}

#[test]
fn liquibase() {
    let one = "--liquibase formatted sql\n--changeset ann:1\nSELECT 1;\n--changeset ann:2\nSELECT 2;\n";
    let two = "--liquibase formatted sql\n--changeset ann:1\nSELECT 3;\n--changeset bob:1\nSELECT 4;\n";
    let project = open(LayoutKind::Liquibase, &[("db/one.sql", one), ("db/two.sql", two)]);
    let table = "CREATE TABLE DATABASECHANGELOG (ID VARCHAR(255) NOT NULL, AUTHOR VARCHAR(255) NOT NULL, FILENAME \
        VARCHAR(255) NOT NULL, DATEEXECUTED TEXT NOT NULL, ORDEREXECUTED INT NOT NULL, EXECTYPE VARCHAR(10) NOT NULL, \
        MD5SUM VARCHAR(35), DESCRIPTION VARCHAR(255), COMMENTS VARCHAR(255), TAG VARCHAR(255), LIQUIBASE VARCHAR(20))";
    let insert =
        "INSERT INTO DATABASECHANGELOG (ID, AUTHOR, FILENAME, DATEEXECUTED, ORDEREXECUTED, EXECTYPE) VALUES ";
    let rows = format!(
        "{insert} ('1', 'ann', 'two.sql', '-', 1, 'EXECUTED'), ('2', 'ann', 'db/one.sql', '-', 2, 'FAILED'), \
         ('1', 'bob', 'db/two.sql', '-', 3, 'MARK_RAN'), ('9', 'cid', 'x.sql', '-', 4, 'EXECUTED')"
    );
    let expected = [
        "applied: db/two.sql/ann/1, bob/1",
        "pending: db/one.sql/ann/1, 2",
        "failed: ann:2",
        "missing: cid:9",
    ];
    check(&project, &[table, &rows], &expected);
}

#[test]
fn sqitch() {
    let plan = "%project=x\n\na 2024-01-01T00:00:00Z A <a@example.org>\nb [a] 2024-01-02T00:00:00Z A <a@example.org>\n";
    let files = [("sqitch.plan", plan), ("deploy/a.sql", "SELECT 1;"), ("deploy/b.sql", "SELECT 2;")];
    let project = open(LayoutKind::Sqitch, &files);
    let table = "CREATE TABLE changes (change_id TEXT PRIMARY KEY, script_hash TEXT, change TEXT NOT NULL, project TEXT NOT \
        NULL, note TEXT, committed_at TEXT NOT NULL)";
    let id = project.graph.get(&RevisionId::new("a")).unwrap().native.key.clone().unwrap();
    let rows = format!(
        "INSERT INTO changes VALUES ('{id}', 'old', 'a', 'x', '', '1'), ('ff', 'y', 'gone', 'x', '', '2')"
    );
    check(&project, &[table, &rows], &["applied: a", "pending: b", "missing: gone", "changed: a"]);
}
