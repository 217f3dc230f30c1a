//! Chains of a few revisions, replayed: what one revision finds of what others left.

use retort_core::dialect::Capabilities;
use retort_core::graph::{Heads, Target};
use retort_core::plan::{Goal, plan};
use retort_core::project::{Options, open};
use retort_core::replay::Replay;
use retort_core::schema::{ObjectName, Schema};

/// The schema after all revisions, each the body of an `upgrade()`; and what was said.
fn after(dialect: &str, bodies: &[(&str, &str)]) -> (Schema, Vec<String>) {
    with_files(&[], dialect, bodies)
}

fn with_files(others: &[(&str, &str)], dialect: &str, bodies: &[(&str, &str)]) -> (Schema, Vec<String>) {
    let ini = format!("[alembic]\nscript_location = m\nsqlalchemy.url = {dialect}://h/d\n");
    let mut files = vec![("alembic.ini".to_owned(), ini.into_bytes())];
    files.extend(others.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())));
    for (at, (head, body)) in bodies.iter().enumerate() {
        let down = if at == 0 { "None".to_owned() } else { format!("'r{}'", at - 1) };
        let mut text = format!(
            "import sqlalchemy as sa\nfrom alembic import op\n{head}\nrevision = 'r{at}'\ndown_revision = {down}\n\
             def downgrade():\n    raise ValueError\ndef upgrade():\n"
        );
        for line in body.lines() {
            text.push_str(&format!("    {line}\n"));
        }
        files.push((format!("m/versions/r{at}.py"), text.into_bytes()));
    }
    let opened = open(&files, &Options { programs: Some(crate::read), ..Options::default() });
    let project = opened.value;
    let heads = Target::parse("heads").unwrap();
    let plan = plan(&project.graph, &Heads::base(), &Goal::Upgrade(vec![heads])).unwrap();
    let mut replay = Replay::from_base(&project, Capabilities::newest(project.dialect));
    let mut said = Vec::new();
    for step in &plan.steps {
        replay.step(step).into_value(&mut said);
    }
    (replay.source().clone(), said.into_iter().map(|each| each.message).collect())
}

#[test]
fn an_inspector_remembers_what_it_was_told() {
    let make = "op.create_table('a', sa.Column('id', sa.Integer, primary_key=True))\n\
                op.create_table('b', sa.Column('a_id', sa.Integer), sa.Column('n', sa.Integer),\n\
                \x20   sa.ForeignKeyConstraint(['a_id'], ['a.id'], name='k', ondelete='CASCADE'))";
    let change = "known = sa.inspect(op.get_bind())\n\
                  for key in known.get_foreign_keys('b'):\n\
                  \x20   op.drop_constraint(key['name'], 'b', type_='foreignkey')\n\
                  op.alter_column('b', 'a_id', new_column_name='owner')\n\
                  assert not sa.inspect(op.get_bind()).get_foreign_keys('b')\n\
                  for key in known.get_foreign_keys('b'):\n\
                  \x20   op.create_foreign_key(key['name'], 'b', key['referred_table'], ['owner'],\n\
                  \x20       key['referred_columns'], ondelete=key['options'].get('ondelete'))\n\
                  known.clear_cache()\n\
                  assert known.get_foreign_keys('b')[0]['constrained_columns'] == ['owner']";
    let (schema, said) = after("postgresql", &[("", make), ("", change)]);
    assert_eq!(said, [] as [String; 0]);
    let table = schema.table(&ObjectName::bare("b")).unwrap();
    assert_eq!(table.foreign_keys.len(), 1);
    assert_eq!(table.foreign_keys[0].columns, ["owner"]);
}

#[test]
fn a_copy_of_a_reflected_column_has_numbers_of_its_own_or_none() {
    let make = "op.create_table('a', sa.Column('id', sa.Integer, primary_key=True))\n\
                op.create_table('b', sa.Column('id', sa.Integer, primary_key=True, autoincrement=False))";
    let change = "for name in ('a', 'b'):\n\
                  \x20   old = sa.Table(name, sa.MetaData(), autoload_with=op.get_bind())\n\
                  \x20   op.create_table(name * 2, *[column._copy() for column in old.columns])";
    let (schema, said) = after("postgresql", &[("", make), ("", change)]);
    assert_eq!(said, [] as [String; 0]);
    for name in ["a", "b"] {
        let id = |name: &str| schema.table(&ObjectName::bare(name)).unwrap().columns[0].clone();
        assert_eq!(id(&name.repeat(2)), id(name));
    }
}

#[test]
fn what_a_revision_asks_of_the_catalogue_by_name_is_answered() {
    let make = "op.create_table('t', sa.Column('id', sa.Integer))";
    let change = "def has(name):\n\
                  \x20   asked = sa.text('SELECT 1 FROM information_schema.columns WHERE table_name = :t AND column_name = :c')\n\
                  \x20   return op.get_bind().execute(asked, {'t': 't', 'c': name}).scalar() is not None\n\
                  for name in ('id', 'a', 'a'):\n\
                  \x20   if not has(name):\n\
                  \x20       op.add_column('t', sa.Column(name, sa.Integer))";
    let (schema, said) = after("postgresql", &[("", make), ("", change)]);
    assert_eq!(said, [] as [String; 0]);
    assert_eq!(schema.table(&ObjectName::bare("t")).unwrap().columns.len(), 2);
}

#[test]
fn of_two_keys_over_the_same_columns_sqlalchemy_sees_the_first_on_sqlite() {
    let make = "op.create_table('a', sa.Column('id', sa.Integer, primary_key=True))\n\
                op.create_table('b', sa.Column('a_id', sa.Integer), sa.Column('n', sa.Integer, nullable=False),\n\
                \x20   sa.ForeignKeyConstraint(['a_id'], ['a.id'], name='one'),\n\
                \x20   sa.ForeignKeyConstraint(['a_id'], ['a.id'], name='two'))";
    let change = "with op.batch_alter_table('b') as batch:\n    batch.alter_column('n', nullable=True)";
    let (schema, said) = after("sqlite", &[("", make), ("", change)]);
    assert_eq!(said, [] as [String; 0]);
    let table = schema.table(&ObjectName::bare("b")).unwrap();
    let names: Vec<_> = table.foreign_keys.iter().map(|key| key.name.as_deref()).collect();
    assert_eq!(names, [Some("one")]);
}

#[test]
fn sqlite_tables_made_anew_keep_the_parentheses_that_alembic_keeps() {
    let make = "op.create_table('t', sa.Column('a', sa.String, server_default=sa.text(\"(lower('A'))\")),\n\
                \x20   sa.Column('b', sa.String, server_default=sa.text(\"((\\nlower('B')\\n))\")),\n\
                \x20   sa.Column('n', sa.Integer), sa.UniqueConstraint('n'), sa.UniqueConstraint('n', name='u'))\n\
                op.create_index('i', 't', ['n'], sqlite_where=sa.text('(n > 1)'))";
    let change = "with op.batch_alter_table('t') as batch:\n    batch.alter_column('n', nullable=False)";
    let (schema, said) = after("sqlite", &[("", make), ("", change), ("", change)]);
    assert_eq!(said, [] as [String; 0]);
    let table = schema.table(&ObjectName::bare("t")).unwrap();
    let default = |at: usize| table.columns[at].default.as_ref().unwrap().enclosed();
    assert_eq!((default(0), default(1)), ("lower('A')", "(\nlower('B')\n)"));
    assert_eq!(table.indexes[0].predicate.as_ref().unwrap().enclosed(), "(n > 1)");
    // SQLAlchemy tells keys of SQLite by their columns.
    assert_eq!(table.uniques.len(), 1);
}

#[test]
fn objects_of_other_revisions_are_found_through_the_script_directory() {
    let made = "made = 'CREATE TABLE t (id INTEGER)'";
    let body = "script = op.get_context().script.get_revision('r0')\n\
                op.execute(script.module.made)\n\
                assert script.revision == 'r0' and script.down_revision is None";
    let (schema, said) = after("sqlite", &[(made, "pass"), ("", body)]);
    assert_eq!(said, [] as [String; 0]);
    assert!(schema.table(&ObjectName::bare("t")).is_some());
}

#[test]
fn what_comes_from_outside_leaves_rows_unknown_and_the_schema_known() {
    let head = "import os, outside\nfrom datetime import datetime";
    let body = "t = op.create_table('t', sa.Column('id', sa.Integer), sa.Column('at', sa.DateTime))\n\
                place = os.path.join(outside.folder('x'), 'y')\n\
                op.bulk_insert(t, [{'id': 1, 'at': datetime.now(outside.zone)}, {'id': outside.number()}])\n\
                op.add_column('t', sa.Column('n', sa.Integer))";
    let (schema, said) = after("sqlite", &[(head, body)]);
    assert_eq!(schema.table(&ObjectName::bare("t")).unwrap().columns.len(), 3);
    assert!(said.len() == 1 && said[0].contains("outside.zone"), "{said:?}");
}

#[test]
fn a_model_that_cannot_be_made_stops_what_would_make_all_tables() {
    let models = "from sqlalchemy.orm import DeclarativeBase, Mapped\n\
                  class Base(DeclarativeBase):\n    pass\n\
                  class Odd(Base):\n    __tablename__ = 'odd'\n    kind: Mapped[object]\n";
    let body = "op.execute('SELECT 1')\nimport models\nmodels.Base.metadata.create_all(op.get_bind())";
    let (schema, said) = with_files(&[("models.py", models)], "sqlite", &[("", body)]);
    assert_eq!(schema.tables.len(), 0);
    assert!(said.iter().any(|each| each.contains("`models.Odd` could not be made")), "{said:?}");
}

#[test]
fn reflected_keys_without_names_have_those_of_the_convention() {
    let make = "op.create_table('a', sa.Column('id', sa.Integer, primary_key=True),\n\
                \x20   sa.Column('up', sa.Integer, sa.ForeignKey('a.id')))";
    let change = "names = {'fk': 'fk_%(table_name)s_%(column_0_name)s'}\n\
                  a = sa.Table('a', sa.MetaData(naming_convention=names), autoload_with=op.get_bind())\n\
                  for key in a.foreign_keys.copy():\n\
                  \x20   assert key.column == a.c.id and key.parent == a.c.up and not key.parent == a.c.id\n\
                  \x20   with op.batch_alter_table('a', naming_convention=names) as batch:\n\
                  \x20       batch.drop_constraint(key.constraint.name, type_='foreignkey')";
    let (schema, said) = after("sqlite", &[("", make), ("", change)]);
    assert_eq!(said, [] as [String; 0]);
    assert!(schema.table(&ObjectName::bare("a")).unwrap().foreign_keys.is_empty());
}

const SHOP: [(&str, &str); 3] = [
    (
        "shop/__init__.py",
        "from flask import Flask\n\ndef create_app(config=None):\n    app = Flask(__name__)\n    \
         app.config.from_object(config or 'shop.config')\n    return app\n",
    ),
    ("shop/config.py", "import secret_settings\nWIDTH = 30\nwidth = 7\nKEY = secret_settings.key()\n"),
    (
        "shop/extensions.py",
        "class Types:\n    _width = None\n    def init_app(self, app):\n        self._width = app.config['WIDTH']\n    \
         def text(self, sa):\n        if self._width is None:\n            raise Exception('not initialised')\n        \
         return sa.String(self._width)\ntypes = Types()\n",
    ),
];

#[test]
fn a_flask_application_has_its_default_configuration() {
    let head = "from flask import current_app\nfrom shop.extensions import types";
    let make = "op.create_table('t', sa.Column('a', types.text(sa)), sa.Column('b', sa.String(current_app.config['WIDTH'])))";
    let (schema, said) = with_files(&SHOP, "sqlite", &[(head, make), (head, "types.text(sa)")]);
    assert_eq!(said, ["the application's configuration is the default one, of `shop.config`"]);
    let table = schema.table(&ObjectName::bare("t")).unwrap();
    let types: Vec<&str> = table.columns.iter().map(|column| column.column_type.text()).collect();
    assert_eq!(types, ["VARCHAR(30)", "VARCHAR(30)"]);

    // What the configuration does not say, or says by means from outside, is not known.
    for key in ["OTHER", "KEY", "width"] {
        let body = format!(
            "if current_app.config.get('{key}'):\n    op.create_table('u', sa.Column('a', sa.Integer))"
        );
        let (schema, said) = with_files(&SHOP, "sqlite", &[(head, &body)]);
        assert!(schema.table(&ObjectName::bare("u")).is_none(), "{key}");
        assert!(said.iter().any(|said| said.contains("known by a live database only")), "{key}: {said:?}");
    }
    // Two configurations: which one it is, nobody says.
    let mut two = SHOP.to_vec();
    two.push(("app.py", "def create_app():\n    app.config.from_object('shop.extensions')\n"));
    let (schema, said) = with_files(&two, "sqlite", &[(head, make)]);
    assert!(schema.table(&ObjectName::bare("t")).is_none());
    assert!(
        said[0].ends_with("op.create_table() depends on the configuration of the application"),
        "{said:?}"
    );
}

#[test]
fn the_first_sqlalchemy_puts_the_columns_of_mixins_in_front() {
    let head = "from sqlalchemy.ext.declarative import declarative_base, declared_attr\nBase = declarative_base()\n\
                class Stamp:\n    made = sa.Column(sa.Integer)\n    @declared_attr\n    def by(cls):\n        \
                return sa.Column(sa.Integer)\n\
                class T(Stamp, Base):\n    __tablename__ = 't'\n    id = sa.Column(sa.Integer, primary_key=True)";
    for (wanted, expected) in [("<2", ["made", "id", "by"]), (">=2", ["id", "made", "by"])] {
        let project = format!("[project]\ndependencies = [\"sqlalchemy{wanted}\"]\n");
        let files = [("pyproject.toml", project.as_str())];
        let (schema, said) =
            with_files(&files, "sqlite", &[(head, "Base.metadata.create_all(op.get_bind())")]);
        assert_eq!(said, [] as [String; 0]);
        let table = schema.table(&ObjectName::bare("t")).unwrap();
        let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, expected, "{wanted}");
    }
}

#[test]
fn columns_without_a_type_take_that_of_what_they_point_at() {
    let make = "m = sa.MetaData()\n\
                sa.Table('c', m, sa.Column('b_id', sa.ForeignKey('b.id')))\n\
                sa.Table('b', m, sa.Column('id', sa.ForeignKey('a.id'), primary_key=True))\n\
                sa.Table('a', m, sa.Column('id', sa.String(9), primary_key=True))\n\
                m.create_all(op.get_bind())";
    let (schema, said) = after("postgresql", &[("", make)]);
    assert_eq!(said, [] as [String; 0]);
    for (table, column) in [("b", 0), ("c", 0)] {
        let table = schema.table(&ObjectName::bare(table)).unwrap();
        assert_eq!(table.columns[column].column_type.text(), "VARCHAR(9)");
    }
}
