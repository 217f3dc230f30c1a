//! A new environment of Alembic's, and the first revisions in it.

use std::fs;

use insta::assert_snapshot;

use crate::bench::Bench;

#[test]
fn an_environment_is_written_and_worked_in() {
    let bench = Bench::empty();
    let made = bench.run("init");
    assert_snapshot!(made.all(), @r#"
    alembic.ini
    migrations/env.py
    migrations/script.py.mako
    --- 0
    Set `sqlalchemy.url` in alembic.ini, then write the first revision: retort revision -m "…"
    "#);
    assert_eq!(bench.run("revision -m First --rev-id aa11").out, "migrations/versions/aa11_first.py\n");
    assert_eq!(bench.run("revision -m Second --rev-id bb22").code, 0);
    assert_eq!(bench.run("revision -m Third --rev-id cc33 --head aa11 --splice").code, 0);
    assert_eq!(bench.run("merge heads --rev-id dd44").code, 0);
    assert_snapshot!(bench.run("history --quiet").out, @r"
    bb22, cc33 -> dd44 (head) (mergepoint), merge bb22 and cc33
    aa11 -> bb22, Second
    aa11 -> cc33, Third
    <base> -> aa11 (branchpoint), First
    ");
    let run = bench.run("upgrade heads --database sqlite:app.db");
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn the_template_of_the_settings_names_the_files() {
    let bench = Bench::empty();
    assert_eq!(bench.run("init db/chain --dialect postgresql").code, 0);
    let ini = fs::read_to_string(bench.path("alembic.ini")).unwrap();
    assert!(
        ini.contains("sqlalchemy.url = postgresql+psycopg://") && ini.contains("%(here)s/db/chain"),
        "{ini}"
    );
    let ini = ini.replace("%%(rev)s_%%(slug)s", "%%(year)d_%%(slug)s-%%(rev)s");
    fs::write(bench.path("alembic.ini"), ini).unwrap();
    let made = bench.run("revision --rev-id aa11 -m one").out;
    assert!(made.starts_with("db/chain/versions/2") && made.ends_with("_one-aa11.py\n"), "{made}");
}

#[test]
fn nothing_is_overwritten() {
    let bench = Bench::with(&[("alembic.ini", "[alembic]\n"), ("full/a.txt", "")]);
    for line in ["init", "init full", "init /tmp", "init ../x"] {
        let refused = bench.run(line);
        assert_eq!((refused.code, refused.out.as_str()), (2, ""), "{line}");
    }
    assert_eq!(fs::read_to_string(bench.path("alembic.ini")).unwrap(), "[alembic]\n");
    assert!(!bench.path("migrations").exists());
}

#[test]
fn a_pyproject_is_added_to() {
    let bench = Bench::with(&[("pyproject.toml", "[project]\nname = \"x\"\n")]);
    let made = bench.run("init -t pyproject --package --format json").json();
    let files = ["alembic.ini", "migrations/env.py", "migrations/script.py.mako", "pyproject.toml"];
    let names: Vec<&str> =
        made["files"].as_array().unwrap().iter().filter_map(|name| name.as_str()).collect();
    assert_eq!(names[..4], files);
    assert!(bench.path("migrations/versions/__init__.py").is_file());
    let text = fs::read_to_string(bench.path("pyproject.toml")).unwrap();
    assert!(text.starts_with("[project]\nname = \"x\"\n\n[tool.alembic]\n"), "{text}");
    assert_eq!(bench.run("revision -m First --rev-id aa11").code, 0);
    fs::remove_file(bench.path("alembic.ini")).unwrap();
    let refused = bench.run("init other -t pyproject");
    assert!(refused.code == 2 && refused.err.contains("settings of Alembic"), "{refused:?}");
}
