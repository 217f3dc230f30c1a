//! A project in Python: its calls, its files, its dialects.

use super::*;
use crate::protocol::StatementView;

const INI: &str =
    "[alembic]\nscript_location = db\nprepend_sys_path = .\nsqlalchemy.url = postgresql://h/library\n";

const BOOKS: &str = "from alembic import op
import sqlalchemy as sa

revision = 'a1'
down_revision = None


def upgrade():
    op.create_table(
        'books',
        sa.Column('id', sa.Integer, primary_key=True),
        sa.Column('title', sa.String(80), nullable=False, index=True),
        sa.Column('state', sa.Enum('lent', 'here', name='book_state')),
    )
    op.execute(\"INSERT INTO books (id, title) VALUES (1, 'Emma'), (2, 'Dune')\")


def downgrade():
    op.drop_table('books')
";

const MARKS: &str = "from alembic import op
import sqlalchemy as sa
from tools.columns import add_stamps

revision = 'b2'
down_revision = 'a1'


def upgrade():
    with op.batch_alter_table('books') as batch:
        batch.alter_column('title', existing_type=sa.String(80), type_=sa.String(120))
        batch.add_column(sa.Column('shelf', sa.Integer))
    add_stamps('books')


def downgrade():
    for name in ('changed', 'made'):
        op.drop_column('books', name)
    with op.batch_alter_table('books') as batch:
        batch.drop_column('shelf')
        batch.alter_column('title', existing_type=sa.String(120), type_=sa.String(80))
";

const COLUMNS: &str = "from alembic import op
import sqlalchemy as sa


def add_stamps(table):
    op.add_column(table, sa.Column('made', sa.Integer))
    op.add_column(table, sa.Column('changed', sa.Integer))
";

const SHELVES: &str = "from alembic import op
import sqlalchemy as sa

revision = 'c3'
down_revision = 'b2'


def upgrade():
    bind = op.get_bind()
    for row in bind.execute(sa.text('SELECT id FROM books ORDER BY id')):
        bind.execute(sa.text('UPDATE books SET shelf = :shelf WHERE id = :id'), {'shelf': row.id * 10, 'id': row.id})


def downgrade():
    op.execute('UPDATE books SET shelf = NULL')
";

fn library() -> Vec<(String, Vec<u8>)> {
    let files = [
        ("alembic.ini", INI),
        ("db/env.py", "from app.models import Base\n"),
        ("db/versions/a1_books.py", BOOKS),
        ("db/versions/b2_marks.py", MARKS),
        ("db/versions/c3_shelves.py", SHELVES),
        ("tools/columns.py", COLUMNS),
        ("tools/unused.py", "x = 1\n"),
        ("app/models.py", "class Base: pass\n"),
    ];
    files.iter().map(|(name, text)| (format!("library/{name}"), text.as_bytes().to_vec())).collect()
}

fn open_library(files: Vec<(String, Vec<u8>)>) -> (Pipeline, Opened) {
    let mut pipeline = Pipeline::with_programs(retort_alembic::read);
    match pipeline.handle(Call::Open(Source::Files(files, LeftOut::default())), &mut |_| {}) {
        Reply::Opened(opened) => (pipeline, *opened),
        other => panic!("{other:?}"),
    }
}

fn for_dialect(pipeline: &mut Pipeline, dialect: Option<&str>, position: usize) -> Opened {
    let view = ViewState { position, dock: "statements".into(), ..ViewState::default() };
    match pipeline.handle(Call::ForDialect { dialect: dialect.map(str::to_owned), view }, &mut |_| {}) {
        Reply::Opened(opened) => *opened,
        other => panic!("{other:?}"),
    }
}

/// `call file:first-last statement`, one line each.
fn given(statements: &[StatementView]) -> Vec<String> {
    let line = |statement: &StatementView| {
        let StatementView { call, file, line, last_line, source, .. } = statement;
        let words: Vec<&str> = source.split_whitespace().take(4).collect();
        format!("{call} {file}:{line}-{last_line} {}", words.join(" "))
    };
    statements.iter().map(line).collect()
}

#[test]
fn each_statement_stands_at_the_call_that_gave_it() {
    let (mut pipeline, opened) = open_library(library());
    assert_eq!((opened.layout.as_str(), opened.dialect.as_str()), ("alembic", "postgresql"));
    assert_eq!(opened.step.position, 3, "{:?}", opened.problems);
    let first = step(&mut pipeline, Call::Seek(1));
    assert!(first.statements.iter().all(|statement| statement.is_given));
    assert_eq!(
        given(&first.statements),
        [
            "0 db/versions/a1_books.py:9-14 CREATE TYPE book_state AS",
            "0 db/versions/a1_books.py:9-14 CREATE TABLE books (",
            "0 db/versions/a1_books.py:9-14 CREATE INDEX ix_books_title ON",
            "1 db/versions/a1_books.py:15-15 INSERT INTO books (id,",
        ]
    );
    let second = step(&mut pipeline, Call::Seek(2));
    assert_eq!(
        given(&second.statements),
        [
            "0 db/versions/b2_marks.py:10-12 ALTER TABLE books ALTER",
            "0 db/versions/b2_marks.py:10-12 ALTER TABLE books ADD",
            "1 db/versions/b2_marks.py:13-13 ALTER TABLE books ADD",
            "1 db/versions/b2_marks.py:13-13 ALTER TABLE books ADD",
        ]
    );
    // What rows were read decides what is written.
    let third = step(&mut pipeline, Call::Seek(3));
    let written: Vec<&str> = third.statements.iter().map(|statement| statement.source.as_str()).collect();
    assert_eq!(written.len(), 2);
    assert!(written[0].contains("10") && written[1].contains("20"), "{written:?}");
    // The last downgrade forgets the type that `Enum` made.
    for (position, left) in [(2, None), (1, None), (0, Some("type `book_state` is there and should not be"))]
    {
        let down = step(&mut pipeline, Call::Down);
        let left = left.into_iter().map(str::to_owned).collect();
        assert_eq!((down.position, down.round_trip), (position, Some(left)));
    }
}

#[test]
fn a_program_runs_anew_for_the_dialect_that_is_chosen() {
    let (mut pipeline, opened) = open_library(library());
    assert!(!opened.dialect_chosen);
    let opened = for_dialect(&mut pipeline, Some("sqlite"), 2);
    assert_eq!((opened.dialect.as_str(), opened.dialect_chosen), ("sqlite", true));
    assert_eq!((opened.step.position, opened.view.dock.as_str()), (2, "statements"));
    // Alembic's own way on SQLite: nothing is emulated.
    assert_eq!(opened.fidelity[1..], [0; 4]);
    let texts: Vec<&str> = opened.step.statements.iter().map(|statement| statement.source.as_str()).collect();
    assert!(texts.iter().any(|text| text.contains("_alembic_tmp_books")), "{texts:?}");
    assert_eq!(opened.step.disagreements, [""; 0]);
    let opened = for_dialect(&mut pipeline, Some("mysql"), 1);
    assert!(
        opened.step.statements[0].source.contains("ENUM('lent','here')"),
        "{:?}",
        opened.step.statements[0]
    );
    let opened = for_dialect(&mut pipeline, None, 3);
    assert_eq!((opened.dialect.as_str(), opened.dialect_chosen), ("postgresql", false));
}

#[test]
fn edits_outlive_the_choice_of_a_dialect() {
    let (mut pipeline, _) = open_library(library());
    step(&mut pipeline, Call::Seek(1));
    pipeline.handle(
        Call::Console { sql: "INSERT INTO books (id, title) VALUES (3, 'Ivanhoe')".into() },
        &mut |_| {},
    );
    let opened = for_dialect(&mut pipeline, Some("sqlite"), 3);
    assert_eq!(opened.step.statements.len(), 3, "the row that was added is read by the program");
    assert_eq!(opened.step.tables[0].rows, 3);
}

#[test]
fn a_program_that_stops_shows_where_and_why() {
    let mut files = library();
    let text = "from alembic import op\n\nrevision = 'd4'\ndown_revision = 'c3'\n\n\ndef upgrade():\n    \
                op.execute('CREATE TABLE t (a INTEGER)')\n    raise RuntimeError('not today')\n    op.drop_table('t')\n";
    files.push(("library/db/versions/d4.py".into(), text.into()));
    let (mut pipeline, opened) = open_library(files);
    assert_eq!(opened.step.position, 3);
    let states: Vec<RunState> = opened.step.statements.iter().map(|statement| statement.state).collect();
    assert_eq!(states, [RunState::Ran, RunState::Failed]);
    let stop = &opened.step.statements[1];
    assert_eq!((stop.call, stop.line, stop.source.as_str()), (1, 9, ""));
    assert!(stop.error.as_ref().unwrap().contains("not today"), "{stop:?}");
    assert!(opened.step.tables.iter().all(|table| table.name != "t"));
    let _ = step(&mut pipeline, Call::Down);
}

#[test]
fn only_the_files_that_matter_are_shown_and_shared() {
    let (mut pipeline, opened) = open_library(library());
    let names = |files: &[crate::protocol::FileView]| -> Vec<String> {
        files.iter().map(|file| file.name.clone()).collect()
    };
    let expected = [
        "alembic.ini",
        "db/env.py",
        "db/versions/a1_books.py",
        "db/versions/b2_marks.py",
        "db/versions/c3_shelves.py",
        "tools/columns.py",
    ];
    assert_eq!(names(&opened.files), expected);
    let view = ViewState { position: 2, ..ViewState::default() };
    let Reply::Link(link) = pipeline.handle(Call::Share(view), &mut |_| {}) else { panic!() };
    let source = Source::Link(link.fragment.clone());
    let sql_only = Pipeline::new().handle(Call::Open(source.clone()), &mut |_| {});
    assert!(matches!(sql_only, Reply::NeedsPython), "{sql_only:?}");
    let reply = Pipeline::with_programs(retort_alembic::read).handle(Call::Open(source), &mut |_| {});
    let Reply::Opened(again) = reply else { panic!("{reply:?}") };
    assert_eq!(names(&again.files), expected);
    assert_eq!(given(&again.step.statements), given(&step(&mut pipeline, Call::Seek(2)).statements));
}

#[test]
fn python_beside_sql_is_nobodys_business() {
    let files = vec![
        ("p/setup.py".to_owned(), b"import os\n".to_vec()),
        ("p/migrations/001.sql".to_owned(), b"CREATE TABLE t (a INT);".to_vec()),
    ];
    let reply = Pipeline::new().handle(Call::Open(Source::Files(files, LeftOut::default())), &mut |_| {});
    assert!(matches!(reply, Reply::Opened(_)), "{reply:?}");
}

#[test]
fn what_of_a_folder_was_not_read_is_said() {
    let left_out = LeftOut { other_kinds: 2, too_large: vec!["db/dump.sql".into()], ..LeftOut::default() };
    let mut pipeline = Pipeline::with_programs(retort_alembic::read);
    let reply = pipeline.handle(Call::Open(Source::Files(library(), left_out)), &mut |_| {});
    let Reply::Opened(opened) = reply else { panic!("{reply:?}") };
    assert_eq!(opened.left_out.len(), 2);
    let problem = opened.problems.iter().find(|problem| problem.code == "load/left-out").unwrap();
    assert!(problem.help[0].contains("db/dump.sql"), "{problem:?}");
}
