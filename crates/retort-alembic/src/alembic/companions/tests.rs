//! What packages beside SQLAlchemy do to a schema. The texts of types and of `alembic_utils`' statements are those of
//! SQLAlchemy-Utils 0.42.0 and `alembic_utils` 0.8.8.

use retort_core::revision::Stop;
use retort_core::source::DialectKind;

use crate::alembic::test_stage::{Heard, TestStage, touched};

const HEAD: &str = "import sqlalchemy as sa\nfrom alembic import op\nrevision = 'a'";

fn ran(head: &str, body: &str, dialect: DialectKind) -> (String, Result<(), Stop>) {
    let mut stage = TestStage::new(dialect);
    let result = stage.run(&format!("{HEAD}\n{head}"), body);
    let lines = stage.heard.iter().filter_map(|heard| match heard {
        Heard::Emitted(emitted) => Some(emitted.sql.split_whitespace().collect::<Vec<_>>().join(" ")),
        Heard::Opaque(step) => Some(format!("opaque {}: {}", touched(step), step.reason)),
        Heard::Said(_) | Heard::Asked(_) | Heard::Act(_) => None,
    });
    (lines.collect::<Vec<_>>().join("\n"), result)
}

fn done(head: &str, body: &str, dialect: DialectKind) -> String {
    let (lines, result) = ran(head, body, dialect);
    assert!(result.is_ok(), "{body}: {result:?}");
    lines
}

#[test]
fn types_of_sqlalchemy_utils_are_those_of_the_dialect() {
    let cases = [
        ("UUIDType()", "BINARY(16)", "UUID"),
        ("types.uuid.UUIDType(binary=False)", "CHAR(32)", "UUID"),
        ("JSONType()", "TEXT", "JSON"),
        ("EmailType()", "VARCHAR(255)", "VARCHAR(255)"),
        ("types.url.URLType()", "TEXT", "TEXT"),
        ("IPAddressType()", "VARCHAR(50)", "VARCHAR(50)"),
        ("ChoiceType([('a', 'b')])", "VARCHAR(255)", "VARCHAR(255)"),
        ("ScalarListType()", "TEXT", "TEXT"),
    ];
    for (text, sqlite, postgres) in cases {
        let body = format!("op.add_column('t', sa.Column('c', sqlalchemy_utils.{text}))");
        for (dialect, kind) in [(DialectKind::Sqlite, sqlite), (DialectKind::Postgres, postgres)] {
            let found = done("import sqlalchemy_utils", &body, dialect);
            assert_eq!(found, format!("ALTER TABLE t ADD COLUMN c {kind}"), "{text}");
        }
    }
}

#[test]
fn entities_of_alembic_utils_are_written_as_it_writes_them() {
    let head = "from alembic_utils.pg_function import PGFunction\nfrom alembic_utils.pg_view import PGView\n\
                from alembic_utils.pg_policy import PGPolicy\n\
                f = PGFunction('public', 'f(a integer, b text default 1)', 'returns int as $$ select 1 $$ language sql;')\n\
                v = PGView('public', 'v', 'select 1 as a')\n\
                p = PGPolicy('public', 'p', 'for select using (true)', 't')";
    let body = "op.create_entity(f)\nop.replace_entity(f)\nop.drop_entity(f)\nop.create_entity(v)\n\
                op.drop_entity(v, cascade=True)\nop.replace_entity(p)";
    insta::assert_snapshot!(done(head, body, DialectKind::Postgres), @r#"
    CREATE FUNCTION "public"."f"(a integer, b text default 1) returns int as $$ select 1 $$ language sql
    CREATE OR REPLACE FUNCTION "public"."f"(a integer, b text default 1) returns int as $$ select 1 $$ language sql
    DROP FUNCTION "public"."f"(a integer, b text)
    CREATE VIEW "public"."v" AS select 1 as a
    DROP VIEW "public"."v" CASCADE
    DROP POLICY IF EXISTS p on public.t
    CREATE POLICY p on public.t for select using (true)
    "#);
}

#[test]
fn labels_of_an_enumeration_are_replaced() {
    let head = "from alembic_postgresql_enum import TableReference";
    let body = "op.sync_enum_values('public', 's', ['a', 'c'], [TableReference('public', 't', 'k', \
                existing_server_default=\"'b'::s\")], [('b', 'c')])";
    insta::assert_snapshot!(done(head, body, DialectKind::Postgres), @r#"
    ALTER TABLE "public"."t" ALTER COLUMN "k" DROP DEFAULT
    ALTER TYPE "public"."s" RENAME TO "s_old"
    CREATE TYPE "public"."s" AS ENUM('a', 'c')
    ALTER TABLE "public"."t" ALTER COLUMN "k" TYPE "public"."s" USING (CASE "k"::text WHEN 'b' THEN 'c' ELSE "k"::text END)::"public"."s"
    DROP TYPE "public"."s_old"
    ALTER TABLE "public"."t" ALTER COLUMN "k" SET DEFAULT 'c'::s
    "#);
}

#[test]
fn models_of_sqlmodel_have_the_columns_of_their_annotations() {
    let head = "import uuid\nfrom typing import Optional\nfrom sqlmodel import Field, SQLModel\n\
                class Base(SQLModel):\n    name: str = Field(index=True)\n\
                class Hero(Base, table=True):\n    id: Optional[int] = Field(default=None, primary_key=True)\n    \
                age: Optional[int] = None\n    team: int = Field(foreign_key='team.id')";
    let body = "SQLModel.metadata.tables['hero'].create(op.get_bind(), checkfirst=False)";
    insta::assert_snapshot!(done(head, body, DialectKind::Sqlite), @r#"
    CREATE TABLE hero ( name VARCHAR NOT NULL, id INTEGER NOT NULL, age INTEGER, team INTEGER NOT NULL, PRIMARY KEY (id), FOREIGN KEY(team) REFERENCES team (id) )
    CREATE INDEX ix_hero_name ON hero (name)
    "#);
}

#[test]
fn objects_of_sqlmodel_have_their_defaults() {
    let head = "from typing import Optional\nfrom sqlmodel import Field, Session, SQLModel\n\
                class Hero(SQLModel, table=True):\n    id: Optional[int] = Field(default=None, primary_key=True)\n    \
                name: str\n    age: Optional[int] = None\n    tags: str = Field(default_factory=lambda: 'new')";
    let body = "session = Session(op.get_bind())\nsession.add(Hero(name='a'))\nsession.add(Hero(name='b', age=3))\nsession.commit()";
    insta::assert_snapshot!(done(head, body, DialectKind::Sqlite), @r"
    INSERT INTO hero (name, age, tags) VALUES ('a', NULL, 'new')
    INSERT INTO hero (name, age, tags) VALUES ('b', 3, 'new')
    ");
}

#[test]
fn options_have_their_defaults() {
    let head = "from oslo_config import cfg\nCONF = cfg.CONF\n\
                CONF.register_opts([cfg.StrOpt('a-b', default='x')], group='g')";
    let body = "op.add_column('t', sa.Column('c', sa.String(9), server_default=CONF.g.a_b))";
    assert_eq!(done(head, body, DialectKind::Sqlite), "ALTER TABLE t ADD COLUMN c VARCHAR(9) DEFAULT 'x'");
}

#[test]
fn what_comes_from_outside_is_carried_to_where_it_matters() {
    let head = "import elsewhere\nfrom elsewhere import settings";
    let rows = "op.execute(sa.table('t', sa.column('c')).update().values(c=settings.get('c')))";
    assert!(done(head, rows, DialectKind::Sqlite).starts_with("opaque data: "));
    let branch = "if settings.fast:\n    op.drop_column('t', 'c')";
    assert!(done(head, branch, DialectKind::Sqlite).starts_with("opaque schema: "));
    // What is called for its effect, or is given the connection, may do anything.
    for body in [
        "elsewhere.add_columns('t')",
        "x = elsewhere.add_columns(op.get_bind())",
        "for table in ['t']:\n    elsewhere.add_columns(table)",
        "if op.get_bind().execute(sa.text('SELECT 1')).scalar():\n    elsewhere.add_columns('t')",
        "if op.get_bind().execute(sa.text('SELECT 1')).scalar():\n    x = elsewhere.add_columns(op)",
    ] {
        let lines = done(head, &format!("{body}\nop.drop_table('u')"), DialectKind::Sqlite);
        let (first, rest) = lines.split_once('\n').unwrap_or_default();
        assert!(first.starts_with("opaque schema: ") && first.contains("elsewhere"), "{body}: {lines}");
        assert_eq!(rest, "DROP TABLE u", "{body}");
    }
    // What cannot be followed may have returned.
    let perhaps = "with elsewhere.block(op):\n    return\nop.drop_table('u')";
    let lines = done(head, perhaps, DialectKind::Sqlite);
    assert!(lines.lines().all(|line| line.starts_with("opaque schema: ")), "{lines}");
    assert_eq!(done("from elsewhere import logger", "logger.info('x')", DialectKind::Sqlite), "");
}

#[test]
fn operations_of_the_project_are_directives() {
    let head = "from alembic.operations import MigrateOperation, Operations\n\
                @Operations.register_operation('create_own')\n\
                class Own(MigrateOperation):\n    def __init__(self, name):\n        self.name = name\n    \
                @classmethod\n    def create_own(cls, operations, name):\n        \
                return operations.invoke(cls(name))\n\
                @Operations.implementation_for(Own)\n\
                def create_own(operations, operation):\n    operations.execute('CREATE TABLE %s (a int)' % operation.name)";
    assert_eq!(done(head, "op.create_own('o')", DialectKind::Sqlite), "CREATE TABLE o (a int)");
}

#[test]
fn what_a_key_encrypts_is_not_known() {
    let head = "import sqlalchemy_utils\nkind = sqlalchemy_utils.StringEncryptedType(sa.String, 'key')";
    let body = "op.bulk_insert(sa.table('t', sa.column('a', kind)), [{'a': 'x'}])";
    assert!(done(head, body, DialectKind::Sqlite).starts_with("opaque data: "));
}

#[test]
fn plugins_of_neutron_use_its_helpers() {
    let head = "from neutron.db import migration\nfrom neutron.db.migration import cli\n\
                from neutron_lib.db import constants as size";
    let body = "if cli.EXPAND_BRANCH == 'expand' and migration.MITAKA == 'mitaka':\n    \
                op.add_column('t', sa.Column('id', sa.String(size.UUID_FIELD_SIZE)))";
    assert_eq!(done(head, body, DialectKind::Sqlite), "ALTER TABLE t ADD COLUMN id VARCHAR(36)");
    // What Alembic does not know of `alter_column` it passes over.
    let body = "op.alter_column('t', 'a', nullable=False, do_drop=False)";
    assert_eq!(done(head, body, DialectKind::Postgres), "ALTER TABLE t ALTER COLUMN a SET NOT NULL");
}

#[test]
fn a_compiler_writes_a_type_as_it_would_be_without_its_function() {
    let head = "from sqlalchemy.ext.compiler import compiles\nclass Text(sa.types.TypeDecorator):\n    \
                impl = sa.Unicode(9)\n@compiles(Text)\ndef plain(element, compiler, **kw):\n    \
                return compiler.visit_unicode(element, **kw) + ' '\n@compiles(Text, 'mysql')\n\
                def other(element, compiler, **kw):\n    return compiler.visit_VARCHAR(element) + ' COLLATE x'";
    let body = "op.add_column('t', sa.Column('a', Text))";
    assert_eq!(done(head, body, DialectKind::Postgres), "ALTER TABLE t ADD COLUMN a VARCHAR(9)");
    assert_eq!(done(head, body, DialectKind::Mysql), "ALTER TABLE t ADD COLUMN a VARCHAR(9) COLLATE x");
}
