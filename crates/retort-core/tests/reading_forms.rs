//! Forms of DDL and what they come to: the structure, not only the name of the operation.

use retort_core::operation::{Operation, SqlClass, apply, from_sql, kind_of_sql};
use retort_core::schema::Schema;
use retort_core::source::DialectKind::{self, Mysql, Postgres, Sqlite};
use retort_core::source::{SourceFile, SourceId};

fn read(dialect: DialectKind, sql: &str) -> (Vec<Operation>, Vec<String>) {
    let file = SourceFile::new(SourceId(0), "a.sql", sql);
    let read = from_sql(&file, 0..sql.len(), dialect);
    assert!(read.diagnostics.is_empty(), "{dialect}: {sql}: {:?}", read.diagnostics);
    let skipped = read.value.iter().flat_map(|directive| directive.skipped.clone()).collect();
    (read.value.into_iter().flat_map(|directive| directive.operations).collect(), skipped)
}

/// Each of the parts stands in what the operations print as.
fn check(dialect: DialectKind, sql: &str, parts: &[&str]) {
    let (operations, skipped) = read(dialect, sql);
    let text = format!("{operations:?} skipped {skipped:?}");
    for part in parts {
        assert!(text.contains(part), "{dialect}: {sql}\n  no {part}\n  in {text}");
    }
}

fn class(dialect: DialectKind, sql: &str) -> (SqlClass, &'static str) {
    match read(dialect, sql).0.as_slice() {
        [Operation::ExecuteSql { sql, class }] => (*class, kind_of_sql(sql, dialect)),
        other => panic!("{sql}: {other:?}"),
    }
}

#[test]
fn objects_of_postgresql() {
    let table = [
        (
            "CREATE SEQUENCE s AS integer INCREMENT BY -2 START WITH 5 NO MINVALUE MAXVALUE 9 CACHE 3 CYCLE OWNED BY app.t.c",
            &[
                "start: Some(5), increment: Some(-2), minimum: None, maximum: Some(9), cache: Some(3), cycle: true",
                "Some(\"app\"), name: \"t\" }, \"c\"",
            ][..],
        ),
        ("ALTER SEQUENCE s MINVALUE -9223372036854775808", &["minimum: Some(Some(-9223372036854775808))"]),
        ("ALTER SEQUENCE s RESTART", &["restart: Some(None)"]),
        ("ALTER SEQUENCE s RESTART WITH 7 NO MAXVALUE", &["restart: Some(Some(7))", "maximum: Some(None)"]),
        (
            "ALTER SEQUENCE app.s SET SCHEMA b",
            &["RenameObject { kind: Sequence", "schema: Some(\"b\"), name: \"s\""],
        ),
        (
            "CREATE DOMAIN d AS text DEFAULT 'x'::text NOT NULL CONSTRAINT c CHECK (VALUE <> '') COLLATE \"C\"",
            &[
                "nullable: false",
                "default: Some(Expression { text: \"'x'::text\"",
                "name: Some(\"c\")",
                "collation: Some(\"C\")",
            ],
        ),
        (
            "ALTER DOMAIN d ADD CHECK (VALUE > 1) NOT VALID",
            &["AddCheck(Check { name: None", "validated: false"],
        ),
        (
            "CREATE TYPE a AS (b int, c varchar(3))",
            &["Composite { name", "(\"b\", SqlType { written: \"int\" })"],
        ),
        (
            "ALTER TYPE a RENAME ATTRIBUTE b TO c CASCADE",
            &["AlterComposite", "Rename { from: \"b\", to: \"c\" }"],
        ),
        (
            "CREATE FUNCTION app.f(a int, OUT b text, c varchar(3)[] DEFAULT '{}') RETURNS int LANGUAGE 'SQL' AS $x$ SELECT ';' $x$ STABLE",
            &[
                "name: \"f(integer, character varying[])\"",
                "returns: Some(\"int\")",
                "language: Some(\"sql\")",
                "body: Some(\" SELECT ';' \")",
            ],
        ),
        (
            "CREATE PROCEDURE p(OUT a timestamptz) LANGUAGE plpgsql AS ''",
            &["name: \"p(timestamp with time zone)\"", "kind: Procedure"],
        ),
        (
            "CREATE AGGREGATE a(BASETYPE = int8, SFUNC = f, STYPE = int8)",
            &["name: \"a(bigint)\"", "kind: Aggregate"],
        ),
        (
            "DROP FUNCTION IF EXISTS f(int), g CASCADE",
            &["name: \"f(integer)\" }, if_exists: true, cascade: true", "name: \"g\" }"],
        ),
        (
            "ALTER FUNCTION f(double precision) RENAME TO g",
            &["RenameObject { kind: Routine(Function)", "f(double precision)"],
        ),
        (
            "CREATE EXTENSION IF NOT EXISTS x WITH SCHEMA app VERSION '2'",
            &["schema: Some(\"app\"), version: Some(\"2\")"],
        ),
        ("CREATE SCHEMA AUTHORIZATION bob", &["Namespace(\"bob\")", "skipped [\"AUTHORIZATION bob\"]"]),
        (
            "CREATE SCHEMA a CREATE TABLE t (b int)",
            &["Namespace(\"a\")", "CreateTable { table: Table { name: ObjectName { schema: Some(\"a\")"],
        ),
        (
            "DROP TRIGGER IF EXISTS x ON t",
            &["DropTrigger { name: ObjectName { schema: None, name: \"x\" }, table: Some("],
        ),
        (
            "CREATE OR REPLACE TRIGGER x AFTER UPDATE OF a ON t EXECUTE FUNCTION f()",
            &["[DropTrigger", "if_exists: true", "CreateTrigger"],
        ),
        ("ALTER TRIGGER x ON t RENAME TO y", &["RenameTrigger", "from: \"x\", to: \"y\""]),
        (
            "CREATE VIEW v AS SELECT 1 WITH LOCAL CHECK OPTION",
            &["text: \"SELECT 1\"", "{\"CHECK OPTION\": \"LOCAL\"}"],
        ),
        (
            "CREATE RECURSIVE VIEW v (n) AS SELECT 1",
            &["text: \"WITH RECURSIVE v (n) AS (SELECT 1) SELECT n FROM v\""],
        ),
        (
            "CREATE MATERIALIZED VIEW v WITH (fillfactor=70) AS SELECT 1 WITH NO DATA",
            &["materialized: true, with_data: false", "fillfactor"],
        ),
        ("REFRESH MATERIALIZED VIEW v WITH NO DATA", &["RefreshView", "with_data: false"]),
        ("TRUNCATE a, ONLY b RESTART IDENTITY CASCADE", &["restart_identity: true, cascade: true"]),
        (
            "CREATE POLICY p ON t AS RESTRICTIVE FOR SELECT TO a, PUBLIC USING (b) WITH CHECK (c)",
            &[
                "permissive: false, command: \"SELECT\", roles: [\"a\"], using: Some(Expression { text: \"b\"",
                "check: Some(Expression { text: \"c\"",
            ],
        ),
        ("COMMENT ON VIEW v IS 'x'", &["Comment { on: View(", "text: Some(\"x\")"]),
        ("COMMENT ON FUNCTION f(int) IS NULL", &["Comment { on: Other, text: None"]),
    ];
    for (sql, parts) in table {
        check(Postgres, sql, parts);
    }
}

#[test]
fn tables_of_postgresql() {
    let table = [
        (
            "CREATE TABLE t (a int) PARTITION BY LIST (lower(a), b text_ops)",
            &[
                "Partitioning { method: \"LIST\"",
                "Expression { text: \"lower(a)\"",
                "operator_class: Some(\"text_ops\")",
            ][..],
        ),
        (
            "CREATE TABLE t PARTITION OF p FOR VALUES FROM (1) TO (MAXVALUE)",
            &["partition_of: Some(PartitionOf", "text: \"FROM (1) TO (MAXVALUE)\""],
        ),
        (
            "CREATE TABLE t PARTITION OF p (a NOT NULL DEFAULT 1) DEFAULT",
            &["nullable: false, default: Some(", "bounds: Expression { text: \"DEFAULT\""],
        ),
        (
            "CREATE TABLE t (a int) INHERITS (b, app.c)",
            &["inherits: [ObjectName { schema: None, name: \"b\" }, ObjectName { schema: Some(\"app\")"],
        ),
        (
            "CREATE TABLE t (LIKE b INCLUDING ALL EXCLUDING INDEXES)",
            &["options: [(true, \"ALL\"), (false, \"INDEXES\")]"],
        ),
        ("CREATE TABLE t OF ty (a WITH OPTIONS PRIMARY KEY)", &["(true, \"OF\")", "columns: [\"a\"]"]),
        (
            "CREATE UNLOGGED TABLE t (a int) USING heap WITH (fillfactor=70)",
            &["\"UNLOGGED\": \"\"", "\"USING\": \"heap\"", "\"fillfactor\": \"70\""],
        ),
        (
            "CREATE TABLE t (a int, EXCLUDE USING gist (a WITH =, b WITH &&) WHERE (a > 0) DEFERRABLE)",
            &["method: Some(\"gist\")", "\"&&\"", "deferral: Deferrable"],
        ),
        (
            "CREATE TABLE t (a int REFERENCES b (c) ON DELETE SET NULL (a) NOT ENFORCED)",
            &["set_columns: [\"a\"]", "enforced: false"],
        ),
        (
            "CREATE TABLE t (a int CONSTRAINT n NOT NULL, b text STORAGE EXTERNAL COMPRESSION lz4)",
            &["{\"NOT NULL\": \"n\"}", "\"STORAGE\": \"EXTERNAL\"", "\"COMPRESSION\": \"LZ4\""],
        ),
        (
            "CREATE TABLE t (a int GENERATED BY DEFAULT AS IDENTITY (SEQUENCE NAME s INCREMENT 2 START WITH 3))",
            &["kind: ByDefault, start: Some(3), increment: Some(2)", "SEQUENCE NAME s"],
        ),
        ("CREATE TABLE t (a int GENERATED ALWAYS AS (b) VIRTUAL)", &["stored: false"]),
        (
            "CREATE TABLE t (a int, UNIQUE (a) INCLUDE (b) WITH (fillfactor=70) USING INDEX TABLESPACE x DEFERRABLE)",
            &["include: [\"b\"], deferral: Deferrable"],
        ),
        (
            "ALTER TABLE t ADD CONSTRAINT c PRIMARY KEY USING INDEX i",
            &["AdoptIndex", "index: \"i\", constraint: Primary(PrimaryKey { name: Some(\"c\")"],
        ),
        (
            "ALTER TABLE t ADD CONSTRAINT c NOT NULL a",
            &["change: Nullable(false)", "Option { name: \"NOT NULL\", value: \"c\" }"],
        ),
        (
            "ALTER TABLE t ALTER CONSTRAINT c DEFERRABLE INITIALLY DEFERRED",
            &["deferral: Some(InitiallyDeferred)"],
        ),
        ("ALTER TABLE t VALIDATE CONSTRAINT c", &["ValidateConstraint"]),
        (
            "ALTER TABLE t ALTER a SET GENERATED ALWAYS SET START 3 RESTART",
            &["Identity(Some(Identity { kind: Always, start: Some(3)", "skipped [\"RESTART\"]"],
        ),
        (
            "ALTER TABLE t ALTER a SET (n_distinct = -0.5), ALTER a SET STATISTICS -1",
            &["name: \"n_distinct\", value: \"-0.5\"", "name: \"STATISTICS\", value: \"-1\""],
        ),
        (
            "ALTER TABLE t ALTER a SET EXPRESSION AS (b + 1), ALTER c DROP EXPRESSION",
            &["Expression(Expression { text: \"b + 1\"", "DropGenerated"],
        ),
        ("ALTER TABLE app.t SET SCHEMA b", &["RenameTable", "schema: Some(\"b\"), name: \"t\""]),
        (
            "ALTER TABLE t ATTACH PARTITION p FOR VALUES IN (1, 2), DETACH PARTITION q CONCURRENTLY",
            &["text: \"IN (1, 2)\"", "DetachPartition"],
        ),
        (
            "ALTER TABLE t NO INHERIT p, FORCE ROW LEVEL SECURITY, SET UNLOGGED, RESET (fillfactor)",
            &[
                "inherits: false",
                "Forced(true)",
                "name: \"UNLOGGED\", value: Some(\"\")",
                "name: \"fillfactor\", value: None",
            ],
        ),
        (
            "ALTER TABLE t DISABLE TRIGGER ALL, REPLICA IDENTITY FULL",
            &["skipped [\"DISABLE TRIGGER ALL\", \"REPLICA IDENTITY FULL\"]"],
        ),
        (
            "CREATE UNIQUE INDEX i ON ONLY t USING btree (a c.ops (x=1) DESC NULLS LAST) INCLUDE (b) NULLS NOT DISTINCT WITH (fillfactor=7) WHERE a > 0",
            &[
                "operator_class: Some(\"c.ops (x=1)\")",
                "nulls_first: Some(false)",
                "nulls_not_distinct: true",
                "method: None",
                "\"fillfactor\": \"7\"",
            ],
        ),
    ];
    for (sql, parts) in table {
        check(Postgres, sql, parts);
    }
}

#[test]
fn mysql_and_mariadb() {
    let table = [
        (
            "CREATE TABLE t (a int) PARTITION BY RANGE COLUMNS (a) (PARTITION p VALUES LESS THAN (1))",
            &["method: \"RANGE COLUMNS\"", "text: \"(PARTITION p VALUES LESS THAN (1))\""][..],
        ),
        (
            "CREATE TABLE t (a int) /*!50100 PARTITION BY HASH (a + 1) PARTITIONS 4 */",
            &["method: \"HASH\"", "text: \"a + 1\"", "text: \"PARTITIONS 4\""],
        ),
        ("CREATE TABLE a LIKE b", &["likes: [TableLike", "(true, \"ALL\")"]),
        ("CREATE OR REPLACE TABLE t (a int)", &["[DropTable", "if_exists: true", "CreateTable"]),
        (
            "CREATE TABLE t (a varchar(3) CHARSET utf8mb4 INVISIBLE, UNIQUE KEY u (a(2)), VECTOR INDEX (a)) WITH SYSTEM VERSIONING",
            &[
                "{\"CHARSET\": \"utf8mb4\", \"INVISIBLE\": \"\"}",
                "prefix_length: Some(2)",
                "unique: true",
                "\"SYSTEM VERSIONING\"",
                "method: Some(\"vector\")",
            ],
        ),
        (
            "CREATE TABLE t (a int REFERENCES b (c) ON DELETE CASCADE)",
            &["foreign_keys: []", "skipped [\"REFERENCES b (c) ON DELETE CASCADE\"]"],
        ),
        (
            "CREATE TABLE t (a point SRID 4326, b int AS (1) PERSISTENT)",
            &["{\"SRID\": \"4326\"}", "stored: true"],
        ),
        (
            "ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
            &["ConvertCharset", "charset: Some(\"utf8mb4\"), collation: Some(\"utf8mb4_bin\")"],
        ),
        (
            "ALTER TABLE t DEFAULT CHARACTER SET = latin1, ENGINE InnoDB, COMMENT ''",
            &["name: \"CHARSET\", value: Some(\"latin1\")", "name: \"ENGINE\"", "text: None"],
        ),
        ("ALTER TABLE t PARTITION BY KEY (a) PARTITIONS 2", &["SetPartitioning", "method: \"KEY\""]),
        ("ALTER TABLE t REMOVE PARTITIONING", &["partitioning: None"]),
        ("ALTER TABLE t DROP PARTITION a, b", &["class: Structure"]),
        ("ALTER TABLE t TRUNCATE PARTITION a", &["class: Data"]),
        (
            "ALTER TABLE t RENAME KEY a TO b, DROP CHECK c, ALTER CHECK d NOT ENFORCED, FORCE",
            &["RenameIndex", "kind: Some(Check)", "enforced: Some(false)", "skipped [\"FORCE\"]"],
        ),
        ("ALTER ONLINE TABLE t NOWAIT RENAME u", &["RenameTable", "skipped [\"NOWAIT\"]"]),
        (
            "ALTER TABLE t ADD COLUMN (a int, b int), ADD UNIQUE KEY (a(3) DESC)",
            &["AddColumn", "CreateIndex", "unique: true"],
        ),
        (
            "CREATE DEFINER=`a`@`%` FUNCTION f(a int) RETURNS varchar(3) CHARSET utf8 DETERMINISTIC RETURN 1",
            &["name: \"f\"", "returns: Some(\"varchar(3) CHARSET utf8\")", "body: Some(\"RETURN 1\")"],
        ),
        (
            "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM t",
            &["kind: Event", "body: Some(\"DELETE FROM t\")"],
        ),
        (
            "CREATE ALGORITHM=MERGE DEFINER=CURRENT_USER SQL SECURITY INVOKER VIEW v AS SELECT 1 WITH CHECK OPTION",
            &[
                "\"ALGORITHM\": \"MERGE\"",
                "\"CHECK OPTION\": \"CASCADED\"",
                "\"SQL SECURITY\": \"INVOKER\"",
                "\"DEFINER\": \"CURRENT_USER\"",
            ],
        ),
        (
            "CREATE SEQUENCE s START 5 INCREMENT=2 NOCACHE NOCYCLE ENGINE=InnoDB",
            &["start: Some(5), increment: Some(2)", "cache: Some(0)"],
        ),
        ("TRUNCATE t", &["restart_identity: true"]),
    ];
    for (sql, parts) in table {
        check(Mysql, sql, parts);
    }
}

#[test]
fn statements_that_are_not_read_have_a_kind() {
    let table = [
        (Postgres, "GRANT SELECT ON t TO a", SqlClass::Access, "grant"),
        (Postgres, "CREATE ROLE a", SqlClass::Access, "role"),
        (Postgres, "COPY t FROM stdin;\n1\n\\.\n", SqlClass::Data, "copy"),
        (Postgres, "DO $$ BEGIN END $$", SqlClass::Routine, "anonymous block"),
        (Postgres, "CREATE CAST (a AS b) WITH INOUT", SqlClass::Routine, "cast"),
        (Postgres, "CREATE EVENT TRIGGER a ON b EXECUTE FUNCTION c()", SqlClass::Routine, "event trigger"),
        (Postgres, "CREATE FOREIGN TABLE a (b int) SERVER c", SqlClass::Structure, "foreign data"),
        (Postgres, "CREATE TEMP TABLE a (b int)", SqlClass::Session, "temporary object"),
        (Postgres, "SELECT * INTO a FROM b", SqlClass::Structure, "select into"),
        (
            Postgres,
            "WITH a AS (DELETE FROM b RETURNING *) INSERT INTO c SELECT * FROM a",
            SqlClass::Data,
            "with data change",
        ),
        (Postgres, "\\connect a", SqlClass::Session, "client command"),
        (Mysql, "SELECT 1 INTO @a", SqlClass::Query, "select"),
        (Mysql, "CREATE USER 'a'@'%'", SqlClass::Access, "user"),
        (Mysql, "LOAD DATA INFILE 'a' INTO TABLE b", SqlClass::Data, "load data"),
        (Mysql, "ALTER EVENT e DISABLE", SqlClass::Routine, "event"),
        (Mysql, "CREATE DATABASE a", SqlClass::Storage, "database"),
        (Sqlite, "CREATE VIRTUAL TABLE a USING fts5(b)", SqlClass::Structure, "virtual table"),
        (Sqlite, "FROBNICATE", SqlClass::Unknown, "unknown"),
    ];
    for (dialect, sql, expected, kind) in table {
        assert_eq!(class(dialect, sql), (expected, kind), "{sql}");
    }
}

#[test]
fn what_is_left_over_is_a_fault_at_its_word() {
    for (dialect, sql, word) in [
        (Postgres, "ALTER TABLE t ADD COLUMN a int NOWAT", "NOWAT"),
        (Postgres, "CREATE TABLE t (a text DEFAULT 'x' FROB)", "FROB"),
        (Postgres, "CREATE DOMAIN d AS text DEFAULT 'x' NOT NULL FROB", "FROB"),
        (Postgres, "ALTER TABLE t ALTER a SET DEFAULT 1 FROB", "FROB"),
        (Postgres, "CREATE TABLE t (a int, b int PRIMARY)", "PRIMARY"),
        (Postgres, "CREATE TABLE t (a int, PRIMARY KEY (a b))", "b)"),
        (Postgres, "CREATE INDEX i ON t (a,)", ")"),
        (Mysql, "ALTER TABLE t ENGINE=InnoDB FROB x", "FROB"),
        (Mysql, "CREATE TABLE t (a int) FROB", "FROB"),
        (Mysql, "ALTER TABLE t ALTER INDEX i FROB", "FROB"),
        (Sqlite, "CREATE TABLE t (a int) STRICT FROB", "FROB"),
    ] {
        let file = SourceFile::new(SourceId(0), "a.sql", sql);
        let read = from_sql(&file, 0..sql.len(), dialect);
        let at = read.diagnostics.first().map(|diagnostic| diagnostic.labels[0].span.start as usize);
        assert_eq!(at, sql.rfind(word), "{sql}: {:?}", read.diagnostics);
    }
}

/// Each of the parts stands in what the schema prints as after all statements.
fn check_applied(dialect: DialectKind, sql: &str, parts: &[&str]) {
    let mut schema = Schema::empty(dialect);
    for operation in read(dialect, sql).0 {
        apply(&mut schema, &operation).unwrap_or_else(|refusal| panic!("{sql}: {refusal:?}"));
    }
    let text = format!("{schema:?}");
    for part in parts {
        let (wanted, part) = part.strip_prefix('!').map_or((true, *part), |part| (false, part));
        assert_eq!(text.contains(part), wanted, "{sql}\n  {part}\n  in {text}");
    }
}

#[test]
fn what_is_read_is_applied() {
    let start = "CREATE TABLE t (a int CONSTRAINT n NOT NULL, b text, CONSTRAINT k PRIMARY KEY (b)); ";
    for (sql, parts) in [
        (
            "CREATE MATERIALIZED VIEW m AS SELECT 1 AS a; CREATE INDEX i ON m (a); CREATE INDEX j ON m (a); \
             DROP INDEX i; ALTER INDEX j RENAME TO l",
            &["indexes: [Index { name: \"l\"", "!name: \"i\"", "!name: \"j\""][..],
        ),
        ("ALTER INDEX k RENAME TO l", &["name: Some(\"l\")", "!name: Some(\"k\")"]),
        (
            "ALTER TABLE t DROP CONSTRAINT n",
            &["name: \"a\", column_type: SqlType { written: \"int\" }, nullable: true"],
        ),
        ("ALTER TABLE t RENAME CONSTRAINT n TO o", &["{\"NOT NULL\": \"o\"}"]),
        (
            "CREATE DOMAIN d AS int CHECK (VALUE > 1) CHECK (VALUE < 9)",
            &["Some(\"d_check\")", "Some(\"d_check1\")"],
        ),
        (
            "CREATE TYPE c AS (x int, y text); ALTER TYPE c ADD ATTRIBUTE z int, DROP ATTRIBUTE x, RENAME ATTRIBUTE y TO w; \
             CREATE TABLE u OF c (w WITH OPTIONS NOT NULL)",
            &[
                "name: \"w\", column_type: SqlType { written: \"text\" }, nullable: false",
                "name: \"z\", column_type",
                "!name: \"x\"",
            ],
        ),
        (
            "CREATE TRIGGER x BEFORE INSERT ON t EXECUTE FUNCTION f(); ALTER TRIGGER x ON t RENAME TO y",
            &["text: \"CREATE TRIGGER y BEFORE INSERT"],
        ),
        (
            "CREATE VIEW v AS SELECT a, b FROM t; ALTER VIEW v RENAME COLUMN a TO c; ALTER VIEW v SET (security_barrier)",
            &["columns: [\"c\", \"b\"]", "\"security_barrier\": \"true\""],
        ),
        ("DROP SCHEMA public CASCADE; CREATE SCHEMA public", &["tables: {}"]),
        ("CREATE TABLE s (id serial); ALTER SEQUENCE s_id_seq RENAME TO x", &["kind: Serial"]),
    ] {
        check_applied(Postgres, &format!("{start}{sql}"), parts);
    }
    check_applied(
        Mysql,
        "CREATE TABLE t (a varchar(3) CHARSET latin1 COLLATE latin1_bin, b int); \
         ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4",
        &["options: {\"CHARSET\": \"utf8mb4\"}", "!latin1"],
    );
}
