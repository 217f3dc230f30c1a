//! Projects of Alembic's: found, linked, judged and written to.

use insta::assert_snapshot;

use crate::bench::Bench;

const INI: &str = "[alembic]\nscript_location = %(here)s/migrations\nfile_template = %%(slug)s\n";

fn revision(id: &str, down: &str) -> String {
    format!(
        "\"\"\"about {id}\"\"\"\nfrom alembic import op\n\nrevision: str = '{id}'\ndown_revision = {down}\n\n\n\
         def upgrade():\n    pass\n\n\ndef downgrade():\n    pass\n"
    )
}

/// A chain whose revisions do nothing, with a version table of its own.
fn bench() -> Bench {
    let bench = Bench::empty();
    bench.write("chain/alembic.ini", INI.as_bytes());
    bench.write(
        "chain/migrations/env.py",
        b"from alembic import context\nNAME = 'own_heads'\ncontext.configure(version_table=NAME)\n",
    );
    for (id, down) in [("aa11", "None"), ("bb22", "'aa11'"), ("cc33", "('aa11',)")] {
        bench.write(&format!("chain/migrations/versions/{id}.py"), revision(id, down).as_bytes());
    }
    bench
}

#[test]
fn a_chain_is_read_in_place() {
    let bench = bench();
    assert_snapshot!(bench.look("history --quiet").all(), @r"
    aa11 -> bb22 (head), about bb22
    aa11 -> cc33 (head), about cc33
    <base> -> aa11 (branchpoint), about aa11
    --- 0
    ");
    let run = bench.db("upgrade heads --format json");
    assert_eq!((run.code, run.json()["end"].as_array().unwrap().len()), (0, 2), "{run:?}");
    assert!(bench.schema("app.db").table(&retort_core::schema::ObjectName::bare("own_heads")).is_some());
    assert_eq!(bench.heads(), "bb22 cc33");
    assert_eq!(bench.db("downgrade base").code, 0);
    assert_eq!(bench.heads(), "");
}

#[test]
fn a_revision_and_a_merge_are_written_and_read_back() {
    let bench = bench();
    let refused = bench.look("revision -m x --rev-id dd44");
    assert_eq!((refused.code, refused.out.as_str()), (2, ""));
    let made = bench.look("revision -m New --rev-id dd44 --head bb22 --branch-label side --depends-on cc");
    assert_eq!((made.code, made.out.as_str()), (0, "migrations/versions/new.py\n"), "{made:?}");
    // A head that another depends on is none: there is one head now.
    assert_eq!(bench.look("merge").code, 2);
    let merged = bench.look("merge cc33 dd44 --rev-id ee55");
    assert_eq!(merged.out, "migrations/versions/merge_cc33_and_dd44.py\n", "{merged:?}");
    assert_snapshot!(bench.look("history --quiet -r dd44:").out, @r"
    cc33, dd44 -> ee55 (side) (head) (mergepoint), merge cc33 and dd44
    bb22 (cc33) -> dd44 (side), New
    ");
    let taken = bench.look("revision -m New --rev-id ff66");
    assert!(taken.code == 2 && taken.err.contains("is there already"), "{taken:?}");
    assert_eq!(bench.look("revision --rev-id a-b").code, 2);
}

#[test]
fn what_is_wrong_with_the_graph_is_said() {
    let bench = bench();
    bench.write("chain/migrations/versions/d.py", revision("dd-44", "'bb23'").as_bytes());
    bench.write("chain/migrations/versions/e.py", revision(&"e".repeat(33), "'bb22'").as_bytes());
    let heads = bench.look("heads --format json").json();
    let said = heads["diagnostics"].as_array().unwrap();
    let find = |code: &str| said.iter().find(|said| said["code"] == code).unwrap_or_else(|| panic!("{code}"));
    let missing = find("graph/missing-down-revision");
    assert_eq!(missing["labels"][0]["file"], "migrations/versions/d.py");
    assert_eq!(missing["labels"][0]["line"], 5);
    assert!(missing["help"][0].as_str().unwrap().contains("bb22"), "{missing}");
    find("graph/id-too-long");
    find("graph/id-character");
    find("graph/multiple-heads");
    bench.write("chain/migrations/versions/f.py", b"revision = 'f'\ndown_revision = (\n");
    let run = bench.db("upgrade bb22");
    assert!(run.code == 2 && run.err.contains("alembic/syntax-error"), "{run:?}");
}

/// A column is added where it is not there yet: the program looks into the words of the refusal.
#[test]
fn a_program_that_catches_what_is_there_already_goes_on() {
    const TEXT: &str = "
from alembic import op
import sqlalchemy as sa

revision = 'dd44'
down_revision = ('bb22', 'cc33')


def add(table, column):
    try:
        op.add_column(table, column)
    except sa.exc.DBAPIError as e:
        said = str(e).lower()
        if 'already exists' not in said and 'duplicate column name' not in said:
            raise


def upgrade():
    op.create_table('t', sa.Column('a', sa.Integer))
    add('t', sa.Column('a', sa.Integer))
    add('t', sa.Column('b', sa.Integer))
    op.drop_table('nowhere')
    op.create_table('last', sa.Column('a', sa.Integer))


def downgrade():
    pass
";
    let bench = bench();
    bench.write("chain/migrations/versions/dd44.py", TEXT.as_bytes());
    for dialect in ["sqlite", "postgresql", "mysql"] {
        let run = bench.look(&format!("upgrade heads --sql --dialect {dialect}"));
        assert_eq!(run.code, 0, "{run:?}");
        assert_eq!(run.out.matches("ADD COLUMN").count(), 1, "{run:?}");
        // What nobody catches is a warning, and the rest is seen.
        assert!(run.out.contains("CREATE TABLE last"), "{run:?}");
        assert!(run.err.contains("there is no table `nowhere`"), "{run:?}");
    }
}
