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
            &[
                "UPDATE posts SET user_id=NULL WHERE posts.user_id = 1",
                "DELETE FROM users WHERE users.id = 1",
            ],
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

const MANY: &str = r#"
from sqlalchemy.orm import aliased, backref, declarative_base, relationship, Session
Base = declarative_base()
grants = sa.Table("grants", Base.metadata, sa.Column("role", sa.ForeignKey("roles.id")), sa.Column("right", sa.ForeignKey("rights.id")))
class Role(Base):
    __tablename__ = "roles"
    id = sa.Column(sa.Integer, primary_key=True)
    rights = relationship("Right", secondary=grants, backref="roles")
    owner_id = sa.Column(sa.ForeignKey("roles.id"))
    owned = relationship("Role", backref=backref("owner", remote_side=[id]), cascade="all, delete-orphan")
class Right(Base):
    __tablename__ = "rights"
    id = sa.Column(sa.Integer, primary_key=True)
"#;

/// What is changed by a program over classes with a table between them.
fn changed_among_many(body: &str) -> Vec<String> {
    let one = |number: i64| vec![Value::Integer(number)];
    let answers = vec![
        ("roles.owner_id = 1", vec!["id", "owner_id"], vec![vec![Value::Integer(2), Value::Integer(1)]]),
        ("roles.owner_id = ", vec!["id", "owner_id"], vec![]),
        ("FROM rights, grants", vec!["id"], vec![one(7), one(8)]),
        ("FROM rights", vec!["id"], vec![one(7), one(8), one(9)]),
        ("FROM roles", vec!["id", "owner_id"], vec![vec![Value::Integer(1), Value::Null]]),
        ("last_insert_rowid", vec!["x"], vec![one(5)]),
    ];
    let body = format!("session = Session(bind=conn)\nsay = lambda x: op.execute('-- ' + str(x))\n{body}");
    let log = heard(MANY, &body, Sqlite, Some(answers));
    log.into_iter().filter(|line| !line.starts_with("? ")).collect()
}

#[test]
fn a_table_between_two_classes_follows_their_lists() {
    let rows: [(&str, &[&str]); 7] = [
        (
            "role = session.query(Role).first()\nseven, eight, nine = session.query(Right).all()\n\
             role.rights.remove(seven)\nrole.rights.append(nine)\nsession.commit()\nsession.commit()",
            &[
                "DELETE FROM grants WHERE grants.role = 1 AND grants.\"right\" = 7",
                "INSERT INTO grants (role, \"right\") VALUES (1, 9)",
            ],
        ),
        (
            "role = session.query(Role).first()\nrole.rights = session.query(Right).all()\nsession.commit()",
            &["INSERT INTO grants (role, \"right\") VALUES (1, 9)"],
        ),
        (
            "session.add(Role(rights=[Right(id=3)]))\nsession.commit()",
            &[
                "INSERT INTO rights (id) VALUES (3)",
                "INSERT INTO roles (owner_id) VALUES (NULL)",
                "INSERT INTO grants (role, \"right\") VALUES (5, 3)",
            ],
        ),
        (
            "session.delete(session.query(Right).first())\nsession.commit()",
            &["DELETE FROM grants WHERE grants.\"right\" = 7", "DELETE FROM rights WHERE rights.id = 7"],
        ),
        (
            "session.delete(session.query(Role).first())\nsession.commit()",
            &[
                "DELETE FROM grants WHERE grants.role = 2",
                "UPDATE roles SET owner_id=NULL WHERE roles.owner_id = 2",
                "DELETE FROM roles WHERE roles.id = 2",
                "DELETE FROM grants WHERE grants.role = 1",
                "UPDATE roles SET owner_id=NULL WHERE roles.owner_id = 1",
                "DELETE FROM roles WHERE roles.id = 1",
            ],
        ),
        ("say([r.id for r in session.query(Role).first().rights])", &["-- [7, 8]"]),
        ("say(session.query(Role).first().owner)", &["-- None"]),
    ];
    for (body, expected) in rows {
        assert_eq!(changed_among_many(body), expected, "{body}");
    }
}

#[test]
fn relationships_and_other_names_of_classes_stand_in_queries() {
    let rows = [
        (
            "session.query(Role.id).join(Role.rights)",
            "SELECT roles.id FROM roles JOIN (grants AS grants_1 JOIN rights ON rights.id = grants_1.\"right\") ON roles.id = grants_1.role",
        ),
        (
            "session.query(Role.id).filter(Role.rights.any(Right.id > 3))",
            "SELECT roles.id FROM roles WHERE EXISTS (SELECT 1 FROM grants AS grants_1 JOIN rights ON rights.id = grants_1.\"right\" WHERE roles.id = grants_1.role AND rights.id > 3)",
        ),
        (
            "session.query(Role.id).filter(Role.rights.contains(Right(id=3)))",
            "SELECT roles.id FROM roles WHERE EXISTS (SELECT 1 FROM grants WHERE grants.\"right\" = 3 AND roles.id = grants.role)",
        ),
        (
            "session.query(Role.id).filter(Role.owner == None)",
            "SELECT roles.id FROM roles WHERE roles.owner_id IS NULL",
        ),
        (
            "session.query(Role.id).filter(Role.owner != Role(id=4))",
            "SELECT roles.id FROM roles WHERE roles.owner_id != 4",
        ),
        (
            "(lambda o: session.query(Role.id, o.id).join(o, o.id == Role.owner_id))(aliased(Role))",
            "SELECT roles.id, roles_1.id AS id_1 FROM roles JOIN roles AS roles_1 ON roles_1.id = roles.owner_id",
        ),
        (
            "session.query(Role.id).select_from(sa.join(Role, Right, Role.id == Right.id))",
            "SELECT roles.id FROM roles JOIN rights ON roles.id = rights.id",
        ),
    ];
    for (query, expected) in rows {
        let body = format!("session = Session(bind=conn)\n{query}.all()");
        let log = heard(MANY, &body, Sqlite, Some(vec![("FROM", vec!["id"], vec![])]));
        let log: Vec<&str> = log.iter().flat_map(|line| line.split_whitespace()).collect();
        assert_eq!(log.join(" "), format!("? {expected}"), "{query}");
    }
}

#[test]
fn a_table_that_is_only_named_has_no_defaults() {
    let head = "t = sa.Table('t', sa.MetaData(), sa.Column('id', sa.Integer, primary_key=True), \
                sa.Column('n', sa.Integer, default=lambda: 7, onupdate=lambda: 8))\n\
                named = sa.table('t', sa.column('id'), sa.column('n'))";
    let rows = [
        ("conn.execute(t.insert().values(id=1))", "INSERT INTO t (id, n) VALUES (1, 7)"),
        ("conn.execute(named.insert().values(id=1))", "INSERT INTO t (id) VALUES (1)"),
        ("conn.execute(t.update().values(id=1))", "UPDATE t SET id=1, n=8"),
        ("conn.execute(named.update().values(id=1))", "UPDATE t SET id=1"),
    ];
    for (body, expected) in rows {
        assert_eq!(heard(head, body, Sqlite, None), [expected], "{body}");
    }
}

#[test]
fn a_dialect_is_told_by_its_class() {
    let head = "from sqlalchemy.dialects import mysql, postgresql, sqlite";
    let rows = [("sqlite.dialect", true), ("postgresql.dialect", false), ("mysql.dialect", false)];
    for (class, is_it) in rows {
        let body = format!("if isinstance(conn.dialect, {class}):\n    op.drop_table('t')");
        let expected: &[&str] = if is_it { &["DROP TABLE t"] } else { &[] };
        assert_eq!(heard(head, &body, Sqlite, None), expected, "{class}");
    }
    // A class of SQLAlchemy that is not known here may be its class.
    let body = "if isinstance(conn.dialect, sqlite.SQLiteDialect_aiosqlite):\n    op.drop_table('t')";
    assert!(heard(head, body, Sqlite, None)[0].starts_with("opaque schema: "));
}

const KINDS: &str = r#"
from sqlalchemy.orm import declarative_base, Session
Base = declarative_base()
class Worker(Base):
    __tablename__ = "workers"
    id = sa.Column(sa.Integer, primary_key=True)
    kind = sa.Column(sa.String(9))
    __mapper_args__ = {"polymorphic_on": kind, "polymorphic_identity": "any"}
class Boss(Worker):
    rank = sa.Column(sa.Integer)
    __mapper_args__ = {"polymorphic_identity": "boss"}
class Smith(Worker):
    __tablename__ = "smiths"
    id = sa.Column(sa.Integer, sa.ForeignKey("workers.id"), primary_key=True)
    __mapper_args__ = {"polymorphic_identity": "smith"}
"#;

#[test]
fn classes_that_inherit_have_a_table_of_their_own_or_share_one() {
    let log = heard(KINDS, "Base.metadata.create_all(conn)", Sqlite, None);
    let expected = [
        "CREATE TABLE workers ( id INTEGER NOT NULL, kind VARCHAR(9), rank INTEGER, PRIMARY KEY (id) )",
        "CREATE TABLE smiths ( id INTEGER NOT NULL, PRIMARY KEY (id), FOREIGN KEY(id) REFERENCES workers (id) )",
    ];
    assert_eq!(log.iter().map(|sql| plain(sql)).collect::<Vec<_>>(), expected);
}

#[test]
fn what_an_object_is_stands_in_its_row() {
    let rows = [
        ("session.add(Worker(id=1))", "INSERT INTO workers (id, kind) VALUES (1, 'any')"),
        ("session.add(Boss(id=1, rank=2))", "INSERT INTO workers (id, kind, rank) VALUES (1, 'boss', 2)"),
        ("session.add(Boss(id=1, kind='x'))", "INSERT INTO workers (id, kind, rank) VALUES (1, 'x', NULL)"),
    ];
    for (body, expected) in rows {
        let body = format!("session = Session(bind=conn)\n{body}\nsession.commit()");
        let log = heard(KINDS, &body, Sqlite, None);
        assert_eq!(log.iter().map(|sql| plain(sql)).collect::<Vec<_>>(), [expected], "{body}");
    }
    for body in ["session.add(Smith(id=1))", "session.query(Smith).all()", "session.query(Boss).all()"] {
        let body = format!("session = Session(bind=conn)\n{body}");
        let log = heard(KINDS, &body, Sqlite, Some(vec![("FROM", vec!["id"], vec![])]));
        assert!(log[0].starts_with("opaque"), "{body}: {log:?}");
    }
}
