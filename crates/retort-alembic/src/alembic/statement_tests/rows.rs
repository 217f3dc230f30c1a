//! Connections and results.

use retort_core::database::Value;
use retort_core::source::DialectKind::{Mysql, Postgres, Sqlite};

use super::support::{Answer, heard};

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn people() -> Vec<Answer> {
    let rows = vec![vec![Value::Integer(1), text("ann")], vec![Value::Integer(2), text("bob")]];
    vec![
        ("FROM p", vec!["id", "name"], rows),
        ("count", vec!["n"], vec![vec![Value::Integer(2)]]),
        ("last_insert_rowid", vec!["x"], vec![vec![Value::Integer(9)]]),
    ]
}

const HEAD: &str = r#"
p = sa.table("p", sa.column("id", sa.Integer), sa.column("name", sa.String))
"#;

/// What a program says with `say()` when people answer.
fn said(body: &str) -> Vec<String> {
    let body = format!("say = lambda x: op.execute('-- ' + str(x))\n{body}");
    let log = heard(HEAD, &body, Sqlite, Some(people()));
    log.into_iter().filter(|line| !line.starts_with("? ")).collect()
}

#[test]
fn decorators_make_the_values_of_rows() {
    let head = "class Shout(sa.types.TypeDecorator):\n    impl = sa.String\n    \
                def process_result_value(self, value, dialect):\n        return value.upper() + dialect.name\n\
                q = sa.table('p', sa.column('id', sa.Integer), sa.column('name', Shout()))\n";
    let ask = "r = conn.execute(sa.select(q.c.id, q.c.name)).all()\n";
    assert_eq!(said(&format!("{head}{ask}say(r)")), ["-- [(1, 'ANNsqlite'), (2, 'BOBsqlite')]"]);
    // Values go to the database as they are.
    let put = "conn.execute(q.insert().values(name='x'))";
    assert_eq!(said(&format!("{head}{put}")), ["INSERT INTO p (name) VALUES ('x')"]);
    // What is done to them in SQL is not followed, and not left out.
    let secret = "class Secret(sa.types.TypeDecorator):\n    impl = sa.String\n    \
                  def bind_expression(self, value):\n        return sa.func.encrypt(value)\n    \
                  def column_expression(self, column):\n        return sa.func.decrypt(column)\n\
                  q = sa.table('p', sa.column('id', sa.Integer), sa.column('name', Secret()))\n";
    let said_of = |body: &str| said(&format!("{secret}{body}")).join(" ");
    assert!(
        said_of(put).contains("`bind_expression()` of the type `Secret` is not followed"),
        "{}",
        said_of(put)
    );
    let shown = said_of(&format!("{ask}say(r[0].name)"));
    assert!(shown.contains("`column_expression()` of the type `Secret` is not followed"), "{shown}");
}

#[test]
fn rows_are_tuples_with_names() {
    let ask = "r = conn.execute(sa.select(p.c.id, p.c.name))\n";
    let rows = [
        ("say([tuple(x) for x in r])", "-- [(1, 'ann'), (2, 'bob')]"),
        ("say(r.fetchall()[1].name)", "-- bob"),
        ("say(r.fetchone()[0]); ", "-- 1"),
        ("a, b = r.first(); say(b)", "-- ann"),
        ("say(r.mappings().all()[0]['name'])", "-- ann"),
        ("say(r.scalars().all())", "-- [1, 2]"),
        ("say(list(r.keys()))", "-- ['id', 'name']"),
        ("say(r.all()[0] == (1, 'ann'))", "-- True"),
        ("say(r.fetchmany(1)); ", "-- [(1, 'ann')]"),
        ("say({x.id: x.name for x in r})", "-- {1: 'ann', 2: 'bob'}"),
        ("say(r.fetchall()[0]._mapping[p.c.name])", "-- ann"),
        ("say(dict(r.first()._mapping))", "-- {'id': 1, 'name': 'ann'}"),
        ("say(r.first()._asdict())", "-- {'id': 1, 'name': 'ann'}"),
        ("say([list(x) for x in r.partitions(1)])", "-- [[(1, 'ann')], [(2, 'bob')]]"),
        ("say(conn.scalar(sa.text('SELECT count(*) n')))", "-- 2"),
        ("say(conn.execute(sa.text('UPDATE q SET a = 1')).rowcount)", "UPDATE q SET a = 1\n-- 1"),
        (
            "say(conn.execute(p.insert().values(name='x')).inserted_primary_key[0])",
            "INSERT INTO p (name) VALUES ('x')\n-- 9",
        ),
    ];
    for (body, expected) in rows {
        assert_eq!(said(&format!("{ask}{body}")).join("\n"), expected, "{body}");
    }
    let failed = said(&format!("{ask}r.one()"));
    assert_eq!(
        failed,
        ["! alembic/exception MultipleResultsFound: Multiple rows were found when exactly one was required"]
    );
}

#[test]
fn values_have_the_form_of_their_columns() {
    let body = "r = conn.execute(sa.text('SELECT b, s FROM x').columns(b=sa.Boolean, s=sa.String)).first()\nop.execute('-- ' + repr(tuple(r)))";
    let answers: Vec<Answer> = vec![("FROM x", vec!["b", "s"], vec![vec![Value::Integer(0), text("0")]])];
    assert_eq!(heard("", body, Sqlite, Some(answers)).last().unwrap(), "-- (False, '0')");
    let answers: Vec<Answer> = vec![("exists", vec!["exists"], vec![vec![text("f")]])];
    let body = "if conn.execute(sa.text('SELECT exists (SELECT 1)')).scalar():\n    op.execute('yes')";
    assert_eq!(heard("", body, Postgres, Some(answers)), ["? SELECT exists (SELECT 1)"]);
}

#[test]
fn parameters_are_written_out() {
    let rows = [
        ("conn.execute(sa.text('DELETE FROM q WHERE a = :a'), {'a': 1})", "DELETE FROM q WHERE a = 1"),
        (
            "conn.execute(sa.text('DELETE FROM q WHERE a = :a'), [{'a': 1}, {'a': 2}])",
            "DELETE FROM q WHERE a = 1\nDELETE FROM q WHERE a = 2",
        ),
        ("conn.execute(sa.text('DELETE FROM q WHERE a = :a'), a='x')", "DELETE FROM q WHERE a = 'x'"),
        ("conn.exec_driver_sql('DELETE FROM q WHERE a = %s', ('x%',))", "DELETE FROM q WHERE a = 'x%'"),
        ("conn.exec_driver_sql('DELETE FROM q WHERE a = %(b)s', {'b': 2})", "DELETE FROM q WHERE a = 2"),
        (
            "conn.execute(p.insert(), [{'id': 1}, {'id': 2}])",
            "INSERT INTO p (id) VALUES (1)\nINSERT INTO p (id) VALUES (2)",
        ),
        (
            "conn.execute(p.update().where(p.c.id == sa.bindparam('i')).values(name=sa.bindparam('n')), {'i': 1, 'n': 'z'})",
            "UPDATE p SET name='z' WHERE p.id = 1",
        ),
        (
            "conn.execute(p.update().where(p.c.id == 1), {'name': 'z'})",
            "UPDATE p SET name='z' WHERE p.id = 1",
        ),
    ];
    for (body, expected) in rows {
        assert_eq!(heard(HEAD, body, Mysql, Some(Vec::new())).join("\n"), expected, "{body}");
    }
}

#[test]
fn savepoints_are_set_and_left() {
    let body = "with conn.begin_nested():\n    conn.execute(sa.text('A'))\ntry:\n    with conn.begin_nested():\n        raise ValueError('x')\nexcept ValueError:\n    pass\nx = conn.begin_nested()\nx.rollback()";
    let expected = [
        "Savepoint(\"sa_savepoint_1\")",
        "A",
        "Release(\"sa_savepoint_1\")",
        "Savepoint(\"sa_savepoint_2\")",
        "RollBackTo(\"sa_savepoint_2\")",
        "Savepoint(\"sa_savepoint_3\")",
        "RollBackTo(\"sa_savepoint_3\")",
    ];
    assert_eq!(heard("", body, Postgres, None), expected);
}

#[test]
fn without_rows_what_depends_on_them_is_opaque() {
    let rows = [
        (
            "for r in conn.execute(sa.select(p.c.id)):\n    conn.execute(p.update().where(p.c.id == r.id).values(name=r.name))",
            "data",
        ),
        (
            "n = conn.execute(sa.select(sa.func.count()).select_from(p)).scalar()\nif n:\n    conn.execute(sa.text('DELETE FROM p'))",
            "data",
        ),
        (
            "for r in conn.execute(sa.text('SELECT n FROM q')).fetchall():\n    op.execute(f'DROP TABLE {r.n}')",
            "schema",
        ),
        (
            "for r in conn.execute(sa.text('SELECT n FROM q')):\n    conn.execute(sa.text('UPDATE q SET n = :n'), {'n': r.n})",
            "data",
        ),
    ];
    let texts = [
        ("op.execute(f\"UPDATE p SET name = '{n}' WHERE id = 1\")", "data"),
        ("op.execute(\"insert into p (name) values ('%s')\" % n)", "data"),
        ("op.execute(sa.text('DELETE FROM p WHERE id = ' + str(n)))", "data"),
        ("conn.exec_driver_sql('UPDATE p SET id = {}; DELETE FROM {}'.format(n, 'p'))", "data"),
        ("op.execute(f'{n} TABLE p')", "schema"),
        ("op.execute('DROP TABLE ' + n)", "schema"),
        ("op.execute(f\"SELECT create_hypertable('{n}', 'at')\")", "schema"),
        ("op.execute(f\"SELECT setval('s', max(id)) FROM p WHERE name = '{n}'\")", "data"),
        ("op.execute('UPDATE p SET id = 1; DROP TABLE ' + n)", "schema"),
        ("op.execute(('UPDATE p ' + n).split()[2])", "schema"),
        ("s = 'INSERT INTO p VALUES '\nfor r in n:\n    s += f'({r}),'\nop.execute(s[:-1] + ';')", "data"),
        ("s = 'DROP TABLE p'\nfor r in n:\n    s = f'DELETE FROM {r}'\nop.execute(s)", "schema"),
    ];
    let texts: Vec<(String, &str)> = texts
        .iter()
        .map(|(body, kind)| (format!("n = conn.execute(sa.text('SELECT n FROM q')).scalar()\n{body}"), *kind))
        .collect();
    let rows = rows.iter().map(|(body, kind)| (*body, *kind));
    for (body, kind) in rows.chain(texts.iter().map(|(body, kind)| (body.as_str(), *kind))) {
        let log = heard(HEAD, body, Postgres, None);
        assert_eq!(log.len(), 1, "{body}: {log:?}");
        assert!(log[0].starts_with(&format!("opaque {kind}:")), "{body}: {log:?}");
    }
    let quiet = heard(
        HEAD,
        "rows = conn.execute(sa.select(p.c.id)).fetchall()\nx = [r.id for r in rows]",
        Postgres,
        None,
    );
    assert!(quiet.is_empty(), "{quiet:?}");
    let known = heard(HEAD, "conn.execute(p.delete().where(p.c.id == 1))", Postgres, None);
    assert_eq!(known, ["DELETE FROM p WHERE p.id = 1"]);
}

#[test]
fn what_only_rows_would_change_is_not_known_afterwards() {
    // Changed in the loop over rows itself, through a function, an object, another name, a key.
    let bodies = [
        "found = []\nfor r in rows:\n    found.append(r.id)\nif found:\n    op.drop_table('a')",
        "found = []\ndef add(x):\n    found.append(x)\nfor r in rows:\n    add(r.id)\nif found:\n    op.drop_table('a')",
        "found = []\nother = found\nfor r in rows:\n    found.append(r.id)\nfor x in other:\n    op.drop_table('a')",
        "found = {}\ndef put(d, k):\n    d[k] = 1\nfor r in rows:\n    put(found, 'a')\nif 'a' in found:\n    op.drop_table('a')",
        "found = {}\nother = found\nfor r in rows:\n    found[r.id] = 1\nif not other:\n    op.drop_table('a')",
        "found = set()\nfor r in rows:\n    found |= {1}\nif len(found) == 0:\n    op.drop_table('a')",
        "class H:\n    n = 0\nh = H()\ndef count():\n    h.n += 1\nfor r in rows:\n    count()\nif h.n:\n    op.drop_table('a')",
        "n = 0\ndef count():\n    nonlocal n\n    n = n + 1\nfor r in rows:\n    count()\nif n:\n    op.drop_table('a')",
        "import collections\nfound = collections.defaultdict(list)\nfor r in rows:\n    found[r.id].append(r)\nfor k in found:\n    op.drop_table('a')",
        "import collections\nfound = collections.deque()\ndef add(x):\n    found.appendleft(x)\nfor r in rows:\n    add(r)\nif found:\n    op.drop_table('a')",
    ];
    // Objects of SQLAlchemy, and calls of which it is not known how many arguments they have.
    let objects = [
        "t = sa.Table('t', sa.MetaData(), sa.Column('a', sa.Integer))\nif rows:\n    t.append_column(sa.Column('b', sa.Integer))\nt.create(conn)",
        "t = sa.Table('t', sa.MetaData(), sa.Column('a', sa.Integer))\ndef add(t):\n    sa.Index('i', t.c.a)\n    t.append_constraint(sa.UniqueConstraint('a'))\nfor r in rows:\n    add(t)\nt.create(conn)",
        "m = sa.MetaData()\nfor r in rows:\n    sa.Table('t', m, sa.Column('a', sa.Integer))\nm.create_all(conn)",
        "m = sa.MetaData()\nfor r in rows:\n    sa.Table('t', m, sa.Column('a', sa.Integer))\nfor t in m.sorted_tables:\n    op.drop_table(t.name)",
        "columns = [sa.Column('a', sa.Integer)]\nif rows:\n    columns.append(sa.Column('b', sa.Integer))\nop.create_table('t', *columns)",
        "def make(*columns):\n    op.create_table('t', *columns)\nmake(*[r.id for r in rows])",
        "with op.batch_alter_table('p') as batch:\n    for r in rows:\n        batch.drop_column('name')",
        "with op.batch_alter_table('p') as batch:\n    batch.add_column(*[r.id for r in rows])",
    ];
    for body in bodies.into_iter().chain(objects) {
        let body = format!("rows = conn.execute(sa.text('SELECT id FROM p')).fetchall()\n{body}");
        let log = heard("", &body, Postgres, None);
        assert_eq!(log.len(), 1, "{body}: {log:?}");
        assert!(log[0].starts_with("opaque schema:"), "{body}: {log:?}");
    }
}
