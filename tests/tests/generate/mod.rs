//! Schemas for property tests: every dialect's own types, columns, keys, indexes and objects, with names that
//! need quotes and texts that need escapes.

use proptest::collection::vec;
use proptest::prelude::*;
use retort_core::dialect::{Capabilities, Hints, change_schema};
use retort_core::operation::apply;
use retort_core::schema::{
    Check, Column, Composite, Deferral, Domain, EnumType, Expression, ForeignKey, Generated, Identity,
    IdentityKind, Index, IndexKey, IndexPart, ObjectName, PartitionOf, Partitioning, Policy, PrimaryKey,
    ReferentialAction, Schema, Sequence, SqlType, Table, TypeKind, Unique, View,
};
use retort_core::source::DialectKind::{self, Mysql, Postgres, Sqlite};
use retort_core::token;

/// What a column is to be; each number chooses from a list.
#[derive(Clone, Debug)]
struct ColumnSeed {
    kind: u8,
    nullable: bool,
    extra: u8,
}

/// What a table is to be.
#[derive(Clone, Debug)]
struct TableSeed {
    name: u8,
    columns: Vec<ColumnSeed>,
    key: u8,
    parts: Vec<u8>,
    spread: u8,
}

/// A schema of the dialect, as its server would know it.
pub(crate) fn schema(able: Capabilities) -> impl Strategy<Value = Schema> {
    let column = (any::<u8>(), any::<bool>(), any::<u8>()).prop_map(|(kind, nullable, extra)| ColumnSeed {
        kind,
        nullable,
        extra,
    });
    let table = (any::<u8>(), vec(column, 1..6), any::<u8>(), vec(any::<u8>(), 0..5), any::<u8>())
        .prop_map(|(name, columns, key, parts, spread)| TableSeed { name, columns, key, parts, spread });
    (vec(table, 1..4), vec(any::<u8>(), 0..4))
        .prop_map(move |(tables, objects)| build(&able, &tables, &objects))
}

fn build(able: &Capabilities, tables: &[TableSeed], objects: &[u8]) -> Schema {
    let mut raw = Schema::empty(able.dialect);
    let mut builder = Builder { able, raw: &mut raw };
    builder.types(objects);
    for (at, seed) in tables.iter().enumerate() {
        builder.table(at, seed);
    }
    for (at, seed) in objects.iter().enumerate() {
        builder.view(at, *seed);
    }
    settled(&raw, able)
}

/// The schema with what its server adds by itself.
fn settled(raw: &Schema, able: &Capabilities) -> Schema {
    if able.dialect == Sqlite {
        return raw.clone();
    }
    let mut schema = Schema::empty(able.dialect);
    for operation in change_schema(&schema, raw, &Hints::default(), able).operations {
        apply(&mut schema, &operation).unwrap_or_else(|refusal| panic!("{}: {operation:?}", refusal.message));
    }
    schema
}

const NAMES: [&str; 7] = ["a", "Order", "user name", "select", "qu\"o`te", "naïve", "window"];
const TEXTS: [&str; 4] = ["plain", "it's", "back\\slash", "two\nlines; -- no comment"];

struct Builder<'a> {
    able: &'a Capabilities,
    raw: &'a mut Schema,
}

impl Builder<'_> {
    fn dialect(&self) -> DialectKind {
        self.able.dialect
    }

    fn expression(&self, text: &str) -> Expression {
        Expression::new(text, self.dialect())
    }

    fn quote(&self, name: &str) -> String {
        token::quote_if_needed(name, self.dialect())
    }

    fn text(&self, seed: u8) -> String {
        TEXTS[usize::from(seed) % TEXTS.len()].to_owned()
    }

    fn literal(&self, text: &str) -> String {
        let text = if self.dialect() == Mysql { text.replace('\\', "\\\\") } else { text.to_owned() };
        format!("'{}'", text.replace('\'', "''"))
    }

    fn types(&mut self, objects: &[u8]) {
        if self.dialect() == Postgres {
            let labels = vec!["low".to_owned(), "it's".to_owned(), "high".to_owned()];
            self.raw.put_enum(EnumType { name: ObjectName::bare("Mood"), labels });
            self.raw.put_domain(Domain {
                name: ObjectName::bare("positive"),
                base: SqlType::new("integer"),
                nullable: objects.len().is_multiple_of(2),
                default: Some(self.expression("1")),
                checks: vec![Check::new(Some("positive_check".to_owned()), self.expression("VALUE > 0"))],
                collation: None,
            });
            let attributes =
                vec![("x".to_owned(), SqlType::new("integer")), ("y".to_owned(), SqlType::new("text"))];
            self.raw.put_composite(Composite { name: ObjectName::bare("pair"), attributes });
        }
        if self.able.sequences {
            for seed in objects.iter().take(1) {
                let start = i64::from(*seed) + 1;
                let mut sequence = Sequence::new(ObjectName::bare("Counter"));
                sequence.start = Some(start);
                sequence.increment = Some(2);
                sequence.maximum = Some(1000);
                sequence.cycle = seed.is_multiple_of(2);
                self.raw.put_sequence(sequence);
            }
        }
    }

    fn column_type(&self, seed: u8) -> &'static str {
        let types: &[&str] = match self.dialect() {
            Postgres => &[
                "integer",
                "text",
                "bigint",
                "character varying(20)",
                "boolean",
                "numeric(10,2)",
                "jsonb",
                "uuid",
                "timestamp with time zone",
                "text[]",
                "bytea",
                "date",
                "double precision",
                "\"Mood\"",
                "positive",
                "inet",
                "interval",
                "smallint",
                "character(3)",
                "time without time zone",
            ],
            Mysql => &[
                "int",
                "varchar(20)",
                "bigint",
                "int unsigned",
                "tinyint(1)",
                "decimal(10,2)",
                "json",
                "datetime(6)",
                "timestamp",
                "text",
                "varbinary(16)",
                "date",
                "double",
                "enum('low','it''s')",
                "set('a','b')",
                "smallint",
                "char(3)",
                "time",
                "longblob",
                "year",
            ],
            Sqlite => &[
                "INTEGER",
                "TEXT",
                "VARCHAR(20)",
                "REAL",
                "BLOB",
                "NUMERIC",
                "",
                "DECIMAL(10,2)",
                "BOOLEAN",
                "DATETIME",
            ],
        };
        types[usize::from(seed) % types.len()]
    }

    fn column(&self, at: usize, seed: &ColumnSeed) -> Column {
        let name = format!("{}{at}", NAMES[usize::from(seed.extra) % NAMES.len()]);
        let mut column = Column::new(name, SqlType::new(self.column_type(seed.kind)));
        column.nullable = seed.nullable;
        let kind = column.column_type.kind(self.dialect());
        match seed.extra % 5 {
            0 => column.default = self.default(&kind, seed.extra).map(|text| self.expression(&text)),
            1 if self.dialect() != Sqlite => column.comment = Some(self.text(seed.extra)),
            2 if matches!(kind, TypeKind::Text { .. }) => {
                column.collation = match self.dialect() {
                    Postgres => Some("C".to_owned()),
                    Mysql => Some("utf8mb4_bin".to_owned()),
                    Sqlite => Some("NOCASE".to_owned()),
                }
            }
            3 if self.dialect() == Mysql && column.column_type.text() == "datetime(6)" => {
                column.default = Some(self.expression("CURRENT_TIMESTAMP(6)"));
                column.on_update = Some(self.expression("CURRENT_TIMESTAMP(6)"));
            }
            _ => {}
        }
        column
    }

    fn default(&self, kind: &TypeKind, seed: u8) -> Option<String> {
        Some(match kind {
            TypeKind::Integer { .. } => "5".to_owned(),
            TypeKind::Decimal { .. } | TypeKind::Real => "1.5".to_owned(),
            TypeKind::Boolean if self.dialect() == Postgres => "true".to_owned(),
            TypeKind::Boolean => "1".to_owned(),
            TypeKind::Text { length: Some(3), .. } => "'abc'".to_owned(),
            TypeKind::Text { length: Some(_), .. } => self.literal(&self.text(seed)[..4]),
            TypeKind::Text { length: None, .. } if self.dialect() != Mysql => self.literal(&self.text(seed)),
            TypeKind::Uuid => "gen_random_uuid()".to_owned(),
            TypeKind::Timestamp { .. } if self.dialect() != Mysql => "CURRENT_TIMESTAMP".to_owned(),
            TypeKind::Date => "'2020-01-31'".to_owned(),
            TypeKind::Enum(_) => "'low'".to_owned(),
            _ => return None,
        })
    }

    fn table(&mut self, at: usize, seed: &TableSeed) {
        let name = ObjectName::bare(format!("{} t{at}", NAMES[usize::from(seed.name) % NAMES.len()]));
        let mut table = Table::new(name);
        let mut id =
            Column::new("id", SqlType::new(if self.dialect() == Sqlite { "INTEGER" } else { "bigint" }));
        id.nullable = false;
        id.identity = self.identity(seed.key);
        table.columns.push(id);
        table.columns.extend(seed.columns.iter().enumerate().map(|(at, column)| self.column(at, column)));
        let key_name = match self.dialect() {
            Postgres => Some(format!("t{at}_pkey")),
            Mysql | Sqlite => None,
        };
        table.primary_key = Some(PrimaryKey::new(key_name, vec!["id".to_owned()]));
        if self.dialect() == Mysql {
            table.options.insert("ENGINE".to_owned(), "InnoDB".to_owned());
            table.options.insert("CHARSET".to_owned(), "utf8mb4".to_owned());
        }
        if self.dialect() != Sqlite && seed.spread.is_multiple_of(3) {
            table.comment = Some(self.text(seed.spread));
        }
        for (place, part) in seed.parts.iter().enumerate() {
            self.part(&mut table, at, place, *part);
        }
        if seed.spread % 5 == 1 {
            self.spread(&mut table, at);
        }
        if self.dialect() == Postgres && seed.spread % 5 == 2 {
            table.row_security.enabled = true;
            table.policies.push(Policy {
                name: "See it".to_owned(),
                permissive: seed.spread.is_multiple_of(2),
                command: "SELECT".to_owned(),
                roles: Vec::new(),
                using: Some(self.expression("id > 0")),
                check: None,
            });
        }
        self.raw.put_table(table);
    }

    fn identity(&self, seed: u8) -> Option<Identity> {
        let kind = match (self.dialect(), seed % 4) {
            (_, 0) => return None,
            (Postgres, 1) => IdentityKind::Always,
            (Postgres, _) => IdentityKind::ByDefault,
            (Mysql | Sqlite, _) => IdentityKind::Auto,
        };
        let options = self.dialect() == Postgres && seed % 4 == 3;
        Some(Identity { kind, start: options.then_some(10), increment: options.then_some(5) })
    }

    /// A constraint or an index; its name is its own in the whole schema.
    fn part(&self, table: &mut Table, at: usize, place: usize, seed: u8) {
        let name = format!("p{at}_{place}");
        let target = &table.columns[usize::from(seed / 8) % table.columns.len()];
        let column = target.name.clone();
        let kind = target.column_type.kind(self.dialect());
        let plain = matches!(
            kind,
            TypeKind::Integer { .. }
                | TypeKind::Text { length: Some(_), .. }
                | TypeKind::Date
                | TypeKind::Decimal { .. }
        );
        match seed % 8 {
            0 if plain => {
                let key = Unique::new(Some(name).filter(|_| self.dialect() != Sqlite), vec![column]);
                let deferral = if self.dialect() == Postgres && seed > 128 {
                    Deferral::InitiallyDeferred
                } else {
                    key.deferral
                };
                table.uniques.push(Unique { deferral, ..key });
            }
            // No check looks at a column that numbers itself in MySQL.
            1 if column != "id" => table.checks.push(Check::new(
                Some(name),
                self.expression(&format!("{} IS NOT NULL", self.quote(&column))),
            )),
            2 if plain && column != "id" => {
                let part = IndexPart {
                    descending: seed > 128 && self.able.descending_keys,
                    ..IndexPart::column(column)
                };
                table.indexes.push(Index::new(name, vec![part, IndexPart::column("id")]));
            }
            3 if self.able.partial_indexes => {
                let predicate = Some(self.expression(&format!("{} IS NOT NULL", self.quote(&column))));
                table.indexes.push(Index {
                    predicate,
                    unique: true,
                    ..Index::new(name, vec![IndexPart::column("id")])
                });
            }
            4 if self.able.expression_indexes => {
                let key = IndexKey::Expression(self.expression("id + 1"));
                table.indexes.push(Index::new(name, vec![IndexPart::new(key)]));
            }
            5 => {
                if let Some(parent) = self.raw.tables.values().find(|parent| parent.partitioning.is_none()) {
                    let mut child = Column::new(
                        format!("ref{place}"),
                        SqlType::new(if self.dialect() == Sqlite { "INTEGER" } else { "bigint" }),
                    );
                    child.nullable = true;
                    let mut key = ForeignKey::new(
                        Some(name).filter(|_| self.dialect() != Sqlite),
                        vec![child.name.clone()],
                        parent.name.clone(),
                        vec!["id".to_owned()],
                    );
                    key.on_delete =
                        [ReferentialAction::Cascade, ReferentialAction::SetNull, ReferentialAction::NoAction]
                            [usize::from(seed / 8) % 3];
                    table.columns.push(child);
                    table.foreign_keys.push(key);
                }
            }
            6 => {
                let mut computed = Column::new(
                    format!("sum{place}"),
                    SqlType::new(if self.dialect() == Sqlite { "INTEGER" } else { "bigint" }),
                );
                let auto = table.columns[0].identity.is_some() && self.dialect() == Mysql;
                let stored = seed > 128 || !self.able.virtual_columns;
                if !auto {
                    computed.generated = Some(Generated { expression: self.expression("id * 2"), stored });
                }
                table.columns.push(computed);
            }
            7 if plain && column != "id" && self.dialect() == Postgres => {
                table.indexes.push(Index {
                    include: vec!["id".to_owned()],
                    unique: true,
                    ..Index::new(name, vec![IndexPart::column(column)])
                });
            }
            _ => {}
        }
    }

    /// Partitions: tables of their own in PostgreSQL, part of the table in MySQL.
    fn spread(&mut self, table: &mut Table, at: usize) {
        let parts = vec![IndexPart::column("id")];
        match self.dialect() {
            Postgres => {
                // A key of a partitioned table holds the columns that spread it.
                table.uniques.clear();
                table.exclusions.clear();
                table.indexes.clear();
                table.foreign_keys.clear();
                for column in &mut table.columns {
                    column.identity = None;
                }
                table.partitioning =
                    Some(Partitioning { method: "RANGE".to_owned(), parts, partitions: None });
                let mut partition = table.clone();
                partition.name = ObjectName::bare(format!("part{at}"));
                partition.partitioning = None;
                partition.comment = None;
                partition.policies.clear();
                partition.row_security = Default::default();
                partition.primary_key =
                    Some(PrimaryKey::new(Some(format!("part{at}_pkey")), vec!["id".to_owned()]));
                let bounds = self.expression("FROM (0) TO (100)");
                partition.partition_of = Some(PartitionOf { parent: table.name.clone(), bounds });
                self.raw.put_table(partition);
            }
            Mysql => {
                table.uniques.clear();
                table.foreign_keys.clear();
                table.indexes.retain(|index| !index.unique);
                let partitions = Some(Expression::verbatim(
                    "(PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE)",
                    Mysql,
                ));
                table.partitioning = Some(Partitioning { method: "RANGE".to_owned(), parts, partitions });
            }
            Sqlite => {}
        }
    }

    fn view(&mut self, at: usize, seed: u8) {
        let Some(table) = self.raw.tables.values().next().cloned() else { return };
        let name = ObjectName::bare(format!("view {at}"));
        let query = format!("SELECT id, id + {seed} AS more FROM {}", self.quote(&table.name.name));
        let columns = if seed.is_multiple_of(2) {
            vec!["first".to_owned(), "second one".to_owned()]
        } else {
            Vec::new()
        };
        let mut view = View::new(name, columns, self.expression(&query));
        view.materialized = self.dialect() == Postgres && seed.is_multiple_of(3);
        if self.dialect() == Postgres && seed.is_multiple_of(5) {
            view.comment = Some(self.text(seed));
        }
        self.raw.put_view(view);
    }
}
