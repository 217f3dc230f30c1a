//! A statement fails half-way: where the database stands then, and what is said of it.

use retort_core::database::Database;
use retort_core::execute::{Failure, execute};
use retort_core::inspect::inspect;
use retort_core::plan::plan;
use retort_core::replay::Replay;
use retort_core::schema::ObjectName;
use retort_core::script::{RenderOptions, Script, render};
use retort_core::source::DialectKind;
use retort_core::version_table::VersionTable;

use crate::chains::{Run, project, up};
use crate::server::Scratch;

/// Runs a chain whose second revision fails; gives its script and its failure.
fn fail(
    dialect: DialectKind,
    second: &str,
) -> Option<(Script, Failure, Box<dyn retort_drivers::Engine>, Scratch)> {
    let scratch = Scratch::new(dialect)?;
    let name = dialect.name();
    let first = format!(
        "-- revision: a1\n-- dialect: {name}\n-- upgrade\nCREATE TABLE a (n int NOT NULL);\n-- downgrade\n"
    );
    let second = format!(
        "-- revision: b1\n-- down_revision: a1\n-- dialect: {name}\n-- upgrade\n{second}\n-- downgrade\n"
    );
    let project = project(&[("a.sql", &first), ("b.sql", &second)]);
    let mut run = Run::new(&project, scratch.connect());
    let steps = plan(&project.graph, &run.heads(), &up()).unwrap().steps;
    run.step(&steps[0]).unwrap();
    let mut replay = Replay::from_base(&project, run.db.capabilities());
    steps[..1].iter().for_each(|step| drop(replay.step(step)));
    let replayed = replay.step(&steps[1]).value;
    let options = RenderOptions { capabilities: run.db.capabilities(), create_version_table: false };
    let script = render(&replayed, &options);
    let failure = execute(&script, &mut *run.db).unwrap_err();
    assert_eq!(run.heads(), steps[0].after);
    Some((script, failure, run.db, scratch))
}

fn has_table(db: &mut dyn Database, name: &str) -> bool {
    inspect(db, &VersionTable::default()).unwrap().table(&ObjectName::bare(name)).is_some()
}

fn kept(script: &Script, failure: &Failure) -> Vec<String> {
    failure.kept.iter().map(|at| script.statements[*at].sql.clone()).collect()
}

const DDL: &str = "CREATE TABLE b (n int);\nINSERT INTO a VALUES (1);\nINSERT INTO a VALUES (NULL);\nCREATE TABLE c (n int);";

#[test]
fn postgresql_is_left_at_the_last_good_step() {
    let Some((script, failure, mut db, _scratch)) = fail(DialectKind::Postgres, DDL) else { return };
    assert!(failure.rolled_back);
    assert_eq!(kept(&script, &failure), [""; 0]);
    assert_eq!(failure.error.code, "23502");
    assert!(!has_table(&mut *db, "b"));
}

#[test]
fn postgresql_keeps_what_ran_outside_of_a_transaction() {
    let sql = "CREATE TABLE b (n int);\nCREATE INDEX CONCURRENTLY i ON a (n);\nCREATE TABLE c (n int);\nINSERT INTO a VALUES (NULL);";
    let Some((script, failure, mut db, _scratch)) = fail(DialectKind::Postgres, sql) else { return };
    assert!(!failure.rolled_back);
    assert_eq!(kept(&script, &failure), ["CREATE TABLE b (n int)", "CREATE INDEX CONCURRENTLY i ON a (n)"]);
    assert!(has_table(&mut *db, "b"));
    assert!(!has_table(&mut *db, "c"));
    let text = script.to_sql();
    let order = [
        "BEGIN",
        "CREATE TABLE b",
        "COMMIT",
        "-- in no transaction",
        "CONCURRENTLY",
        "BEGIN",
        "UPDATE",
        "COMMIT",
    ];
    let mut rest = text.as_str();
    for word in order {
        rest = rest.split_once(word).unwrap_or_else(|| panic!("no {word} in its place in\n{text}")).1;
    }
}

#[test]
fn mariadb_says_which_statements_stay() {
    let Some((script, failure, mut db, _scratch)) = fail(DialectKind::Mysql, DDL) else { return };
    assert!(!failure.rolled_back);
    assert_eq!(kept(&script, &failure), ["CREATE TABLE b (n int)"]);
    assert_eq!(failure.error.code, "1048/23000");
    assert!(has_table(&mut *db, "b"));
    // The rows before the failure shared a transaction with it.
    assert_eq!(db.query("SELECT * FROM a").unwrap().len(), 0);
}

#[test]
fn mariadb_rolls_back_rows() {
    let sql = "INSERT INTO a VALUES (1);\nINSERT INTO a VALUES (NULL);";
    let Some((script, failure, mut db, _scratch)) = fail(DialectKind::Mysql, sql) else { return };
    assert!(failure.rolled_back);
    assert_eq!(kept(&script, &failure), [""; 0]);
    assert_eq!(db.query("SELECT * FROM a").unwrap().len(), 0);
}

#[test]
fn mariadb_does_not_claim_to_undo_rows_without_transactions() {
    let Some(scratch) = Scratch::new(DialectKind::Mysql) else { return };
    let text =
        "-- revision: a1\n-- dialect: mysql\n-- upgrade\nINSERT INTO m VALUES (1);\nFROM;\n-- downgrade\n";
    let project = project(&[("a.sql", text)]);
    let mut run = Run::new(&project, scratch.connect());
    run.db.execute("CREATE TABLE m (n int) ENGINE=MyISAM").unwrap();
    let options = RenderOptions { capabilities: run.db.capabilities(), create_version_table: true };
    let steps = plan(&project.graph, &run.heads(), &up()).unwrap().steps;
    let script = render(&run.replay.step(&steps[0]).value, &options);
    let failure = execute(&script, &mut *run.db).unwrap_err();
    assert!(!failure.rolled_back);
    assert!(kept(&script, &failure).contains(&"INSERT INTO m VALUES (1)".to_owned()));
}

#[test]
fn errors_point_into_the_statement() {
    for (dialect, code) in [(DialectKind::Postgres, "42601"), (DialectKind::Mysql, "1064/42000")] {
        let Some(scratch) = Scratch::new(dialect) else { continue };
        let sql = "SELECT 'ä',\n FROM WHERE";
        let error = scratch.connect().query(sql).unwrap_err();
        assert_eq!((error.code.as_str(), error.unreachable), (code, false));
        assert_eq!(&sql[error.offset.unwrap()..][..4], "FROM", "{error:?}");
    }
}
