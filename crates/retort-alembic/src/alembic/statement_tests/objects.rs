//! Declarative classes and sessions.

use retort_core::database::Value;
use retort_core::source::DialectKind::Sqlite;

use super::support::{Answer, heard};

const HEAD: &str = r#"
from sqlalchemy.orm import declarative_base, Session, sessionmaker, relationship
Base = declarative_base()
class Stamp:
    note = sa.Column(sa.String(5))
class User(Stamp, Base):
    __tablename__ = "users"
    id = sa.Column(sa.Integer, primary_key=True)
    name = sa.Column(sa.String(10), nullable=False)
    active = sa.Column(sa.Boolean, default=True)
    posts = relationship("Post", back_populates="user")
class Post(Base):
    __tablename__ = "posts"
    id = sa.Column("post_id", sa.Integer, primary_key=True)
    user_id = sa.Column(sa.Integer, sa.ForeignKey("users.id"))
    title = sa.Column(sa.Text)
    user = relationship("User", back_populates="posts")
"#;

fn user(id: i64, name: &str) -> Vec<Value> {
    vec![Value::Integer(id), Value::Text(name.to_owned()), Value::Integer(1), Value::Null]
}

fn answers() -> Vec<Answer> {
    vec![
        ("count(*)", vec!["n"], vec![vec![Value::Integer(2)]]),
        ("SELECT users.name", vec!["name"], vec![vec![Value::Integer(1)], vec![Value::Integer(2)]]),
        ("FROM users", vec!["id", "name", "active", "note"], vec![user(1, "ann"), user(2, "bob")]),
        (
            "FROM posts",
            vec!["post_id", "user_id", "title"],
            vec![vec![Value::Integer(5), Value::Integer(1), Value::Null]],
        ),
        ("last_insert_rowid", vec!["x"], vec![vec![Value::Integer(7)]]),
    ]
}

/// What is changed, with the answers above.
fn changed(body: &str) -> Vec<String> {
    let body = format!("session = Session(bind=conn)\nsay = lambda x: op.execute('-- ' + str(x))\n{body}");
    heard(HEAD, &body, Sqlite, Some(answers())).into_iter().filter(|line| !line.starts_with("? ")).collect()
}

fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn classes_have_tables() {
    let log = heard(HEAD, "Base.metadata.create_all(conn)", Sqlite, None);
    let expected = [
        "CREATE TABLE users ( id INTEGER NOT NULL, name VARCHAR(10) NOT NULL, active BOOLEAN, note VARCHAR(5), PRIMARY KEY (id) )",
        "CREATE TABLE posts ( post_id INTEGER NOT NULL, user_id INTEGER, title TEXT, PRIMARY KEY (post_id), FOREIGN KEY(user_id) REFERENCES users (id) )",
    ];
    assert_eq!(log.iter().map(|line| plain(line)).collect::<Vec<_>>(), expected);
}

#[test]
fn annotated_classes_have_tables() {
    let head = r#"
from typing import Optional
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase):
    pass
class Thing(Base):
    __tablename__ = "things"
    __table_args__ = (sa.UniqueConstraint("name"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(30))
    size: Mapped[Optional[float]]
"#;
    let log = heard(head, "Thing.__table__.create(conn)", Sqlite, None);
    let expected = "CREATE TABLE things ( id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, name VARCHAR(30) NOT NULL, size FLOAT, UNIQUE (name) )";
    assert_eq!(log.iter().map(|line| plain(line)).collect::<Vec<_>>(), [expected]);
}

#[test]
fn a_class_with_an_annotation_that_is_not_known_has_no_table() {
    let head = |line: &str| {
        format!(
            "from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship\n\
             class Base(DeclarativeBase):\n    pass\n\
             class Thing(Base):\n    __tablename__ = 'things'\n    id: Mapped[int] = mapped_column(primary_key=True)\n    {line}\n"
        )
    };
    for (line, ends) in [
        ("name: Mapped[Nowhere]", false),
        ("name: Mapped[Nowhere] = mapped_column(sa.String(30))", false),
        ("name: Mapped[Nowhere] = mapped_column(sa.String(30), nullable=False)", true),
        ("others: Mapped[list[Nowhere]] = relationship('Other')", true),
    ] {
        let log = heard(&head(line), "Base.metadata.create_all(conn)", Sqlite, None).join("\n");
        assert_eq!(log.starts_with("CREATE TABLE things"), ends, "{line}: {log}");
        assert_eq!(
            log.contains("the annotation `Mapped[Nowhere]` cannot be evaluated"),
            !ends,
            "{line}: {log}"
        );
    }
}

#[test]
fn objects_are_loaded_changed_and_put_in() {
    let rows: [(&str, &[&str]); 9] = [
        (
            "for u in session.query(User).filter(User.name != 'x'):\n    u.name = u.name.upper()\nsession.commit()",
            &[
                "UPDATE users SET name='ANN' WHERE users.id = 1",
                "UPDATE users SET name='BOB' WHERE users.id = 2",
            ],
        ),
        (
            "session.add(User(name='cy'))\nsession.flush()",
            &["INSERT INTO users (name, active, note) VALUES ('cy', 1, NULL)"],
        ),
        (
            "u = User(name='cy', note='n')\nu.posts.append(Post(title='t'))\nsession.add(u)\nsession.flush()\nsay(u.id)",
            &[
                "INSERT INTO users (name, active, note) VALUES ('cy', 1, 'n')",
                "INSERT INTO posts (user_id, title) VALUES (7, 't')",
                "-- 7",
            ],
        ),
        (
            "session.delete(session.query(User).first())\nsession.flush()",
            &["DELETE FROM users WHERE users.id = 1"],
        ),
        ("say(session.query(User).count())", &["-- 2"]),
        ("say([n for n, in session.query(User.name)])", &["-- [1, 2]"]),
        (
            "say(session.query(User).filter_by(name='q').update({'active': False}))",
            &["UPDATE users SET active=0 WHERE users.name = 'q'", "-- 1"],
        ),
        ("say(session.execute(sa.select(User).where(User.active)).scalars().all()[1].name)", &["-- bob"]),
        ("say(session.query(Post).first().user.name)", &["-- ann"]),
    ];
    for (body, expected) in rows {
        assert_eq!(changed(body), expected, "{body}");
    }
}

#[test]
fn without_rows_a_session_is_opaque_data() {
    let rows = [
        "session = Session(bind=conn)\nfor u in session.query(User):\n    u.name = u.name.upper()\nsession.commit()",
        "session = Session(bind=conn)\nu = session.query(User).first()\nif u:\n    u.name = 'x'\nsession.flush()",
        "session = sessionmaker(bind=conn)()\nsession.add(User(name=session.query(User).one().name))\nsession.flush()",
    ];
    for body in rows {
        let log = heard(HEAD, body, Sqlite, None);
        assert!(log.iter().all(|line| line.starts_with("opaque data:")), "{body}: {log:?}");
        assert!(log.iter().any(|line| line.starts_with("opaque data:")), "{body}: {log:?}");
    }
}
