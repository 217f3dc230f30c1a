//! The rows of the catalogue, from the schema: of each table the columns that the schema knows.

use super::{Cell, Row};
use retort_core::schema::{IndexKey, IndexPart, ObjectName, Schema, Table};
use retort_core::source::DialectKind;

/// The columns by which an object is asked for.
pub(super) const NAMES: [&str; 20] = [
    "indexrelid",
    "table_name",
    "column_name",
    "constraint_name",
    "index_name",
    "schema_name",
    "tablename",
    "viewname",
    "matviewname",
    "indexname",
    "typname",
    "conname",
    "conrelid",
    "relname",
    "attrelid",
    "extname",
    "tgname",
    "name",
    "tbl_name",
    "nspname",
];

/// Types that no revision makes: the server's, and those of extensions.
pub(super) fn is_foreign_type(name: &str) -> bool {
    const OF_EXTENSIONS: &str = "citext hstore ltree lquery ltxtquery cube seg isbn vector halfvec sparsevec geometry \
                                 geography raster";
    const OF_SERVER: &str = "bit bool box bpchar bytea char cid cidr circle date daterange float4 float8 inet int2 int4 \
                             int4range int8 int8range interval json jsonb jsonpath line lseg macaddr macaddr8 money \
                             name numeric numrange oid path point polygon record text time timestamp timestamptz \
                             timetz tsquery tsrange tstzrange tsvector uuid varbit varchar xml";
    OF_EXTENSIONS.split(' ').chain(OF_SERVER.split(' ')).any(|own| own == name)
}

/// The schema of objects whose name says none.
pub(super) fn default_schema(dialect: DialectKind) -> Cell {
    match dialect {
        DialectKind::Postgres => text("public"),
        DialectKind::Mysql | DialectKind::Sqlite => Cell::Here,
    }
}

/// The rows of a table of the catalogue; `None` if it is not known here.
pub(super) fn of(table: &str, schema: &Schema) -> Option<Vec<Row>> {
    let catalogue = Catalogue { schema };
    let is_postgres = schema.dialect == DialectKind::Postgres;
    Some(match table {
        "sqlite_master" | "sqlite_schema" if schema.dialect == DialectKind::Sqlite => {
            catalogue.sqlite_schema()
        }
        _ if schema.dialect == DialectKind::Sqlite => return None,
        "information_schema.tables" => catalogue.tables(),
        "information_schema.views" => catalogue.views("table_schema", "table_name", |_| true),
        "information_schema.columns" => catalogue.columns(),
        "information_schema.table_constraints" => catalogue.table_constraints(),
        "information_schema.schemata" if is_postgres => catalogue.schemas("schema_name"),
        "information_schema.statistics" if !is_postgres => catalogue.statistics(),
        _ if !is_postgres => return None,
        "pg_tables" => catalogue.each_table(|own, row| {
            row.insert("tablename".to_owned(), text(&own.name.name));
            row.insert("schemaname".to_owned(), catalogue.schema_of(&own.name));
        }),
        "pg_views" => catalogue.views("schemaname", "viewname", |materialized| !materialized),
        "pg_matviews" => catalogue.views("schemaname", "matviewname", |materialized| materialized),
        "pg_indexes" => catalogue.indexes(),
        "pg_class" => catalogue.classes(),
        "pg_index" => catalogue.index_states(),
        "pg_namespace" => catalogue.schemas("nspname"),
        "pg_attribute" => catalogue.attributes(),
        "pg_constraint" => catalogue.constraints(),
        "pg_type" => catalogue.types(),
        "pg_enum" => catalogue.labels(),
        "pg_extension" => schema.extensions.keys().map(|name| row([("extname", text(name))])).collect(),
        "pg_trigger" => {
            let trigger = |name: &ObjectName, table: &ObjectName| {
                row([
                    ("tgname", text(&name.name)),
                    ("tgrelid", object(table)),
                    ("tgisinternal", Cell::Truth(false)),
                ])
            };
            schema.triggers.values().map(|own| trigger(&own.name, &own.table)).collect()
        }
        _ => return None,
    })
}

fn text(value: &str) -> Cell {
    Cell::Text(value.to_owned())
}

/// What `oid` and what points at it hold.
fn object(name: &ObjectName) -> Cell {
    Cell::Object(name.name.to_string())
}

fn row<const N: usize>(cells: [(&str, Cell); N]) -> Row {
    cells.into_iter().map(|(name, cell)| (name.to_owned(), cell)).collect()
}

fn plain_column(part: &IndexPart) -> Option<&str> {
    match &part.key {
        IndexKey::Column(name) => Some(name),
        IndexKey::Expression(_) => None,
    }
}

/// A constraint: its name, PostgreSQL's letter, the words of the standard.
type Constraint = (String, &'static str, &'static str);

struct Catalogue<'a> {
    schema: &'a Schema,
}

impl Catalogue<'_> {
    fn schema_of(&self, name: &ObjectName) -> Cell {
        name.schema.as_deref().map_or_else(|| default_schema(self.schema.dialect), text)
    }

    fn each_table(&self, fill: impl Fn(&Table, &mut Row)) -> Vec<Row> {
        let made = self.schema.tables.values().map(|table| {
            let mut row = Row::new();
            fill(table, &mut row);
            row
        });
        made.collect()
    }

    fn tables(&self) -> Vec<Row> {
        let of = |name: &ObjectName, kind: &str| {
            row([
                ("table_schema", self.schema_of(name)),
                ("table_name", text(&name.name)),
                ("table_type", text(kind)),
            ])
        };
        let tables = self.schema.tables.keys().map(|name| of(name, "BASE TABLE"));
        let views = self.schema.views.values().filter(|view| !view.materialized);
        tables.chain(views.map(|view| of(&view.name, "VIEW"))).collect()
    }

    fn views(&self, schema: &str, name: &str, wanted: impl Fn(bool) -> bool) -> Vec<Row> {
        let views = self.schema.views.values().filter(|view| wanted(view.materialized));
        views.map(|view| row([(schema, self.schema_of(&view.name)), (name, text(&view.name.name))])).collect()
    }

    /// Of tables alone: the columns of views hang on the types of what they select.
    fn columns(&self) -> Vec<Row> {
        let tables = self.schema.tables.values().flat_map(|table| {
            table.columns.iter().enumerate().map(move |(place, column)| {
                let is_key = table.primary_key.as_ref().is_some_and(|key| key.columns.contains(&column.name));
                row([
                    ("table_schema", self.schema_of(&table.name)),
                    ("table_name", text(&table.name.name)),
                    ("column_name", text(&column.name)),
                    ("ordinal_position", Cell::Number(place as i64 + 1)),
                    ("is_nullable", text(if column.nullable && !is_key { "YES" } else { "NO" })),
                ])
            })
        });
        tables.collect()
    }

    fn constraints_of(&self, table: &Table) -> Vec<Constraint> {
        let is_mysql = self.schema.dialect == DialectKind::Mysql;
        let mut found = Vec::new();
        if let Some(key) = &table.primary_key {
            let given = key.name.clone().filter(|_| !is_mysql);
            let otherwise = if is_mysql { "PRIMARY".to_owned() } else { format!("{}_pkey", table.name.name) };
            found.push((given.unwrap_or(otherwise), "p", "PRIMARY KEY"));
        }
        let mut put = |name: &Option<String>, letter, words| {
            found.extend(name.clone().map(|name| (name, letter, words)));
        };
        table.uniques.iter().for_each(|own| put(&own.name, "u", "UNIQUE"));
        table.checks.iter().for_each(|own| put(&own.name, "c", "CHECK"));
        table.foreign_keys.iter().for_each(|own| put(&own.name, "f", "FOREIGN KEY"));
        found
    }

    fn table_constraints(&self) -> Vec<Row> {
        let of = |table: &Table, (name, _, words): Constraint| {
            row([
                ("table_schema", self.schema_of(&table.name)),
                ("constraint_schema", self.schema_of(&table.name)),
                ("table_name", text(&table.name.name)),
                ("constraint_name", text(&name)),
                ("constraint_type", text(words)),
            ])
        };
        let tables = self.schema.tables.values();
        tables.flat_map(|table| self.constraints_of(table).into_iter().map(|own| of(table, own))).collect()
    }

    fn constraints(&self) -> Vec<Row> {
        let of = |table: &Table, name: &str, letter: &str| {
            row([
                ("conname", text(name)),
                ("contype", text(letter)),
                ("conrelid", object(&table.name)),
                ("connamespace", self.namespace(&table.name)),
            ])
        };
        let tables = self.schema.tables.values();
        let made = tables.flat_map(|table| {
            let exclusions = table.exclusions.iter().filter_map(|own| Some((own.name.clone()?, "x", "")));
            let all = self.constraints_of(table).into_iter().chain(exclusions);
            all.map(|(name, letter, _)| of(table, &name, letter)).collect::<Vec<_>>()
        });
        made.collect()
    }

    /// All indexes of a table, those of keys among them, by name; and which are unique.
    fn indexes_of(&self, table: &Table) -> Vec<(String, bool)> {
        let of_keys =
            self.constraints_of(table).into_iter().filter(|(_, letter, _)| matches!(*letter, "p" | "u"));
        let own = table.indexes.iter().map(|index| (index.name.clone(), index.unique));
        of_keys.map(|(name, ..)| (name, true)).chain(own).collect()
    }

    fn indexes(&self) -> Vec<Row> {
        let of = |table: &Table, name: &str| {
            row([
                ("schemaname", self.schema_of(&table.name)),
                ("tablename", text(&table.name.name)),
                ("indexname", text(name)),
            ])
        };
        let tables = self.schema.tables.values();
        tables
            .flat_map(|table| self.indexes_of(table).into_iter().map(move |(name, _)| of(table, &name)))
            .collect()
    }

    /// An index that was made is taken for a valid one.
    fn index_states(&self) -> Vec<Row> {
        let of = |table: &Table, name: &str, unique: bool| {
            row([
                ("indexrelid", Cell::Object(name.to_owned())),
                ("indrelid", object(&table.name)),
                ("indisunique", Cell::Truth(unique)),
                ("indisvalid", Cell::Truth(true)),
                ("indisready", Cell::Truth(true)),
                ("indislive", Cell::Truth(true)),
            ])
        };
        let tables = self.schema.tables.values();
        tables
            .flat_map(|table| {
                self.indexes_of(table).into_iter().map(move |(name, unique)| of(table, &name, unique))
            })
            .collect()
    }

    /// One row for each column of an index.
    fn statistics(&self) -> Vec<Row> {
        let made = self.schema.tables.values().flat_map(|table| {
            let of = |name: &str, unique: bool, column: Option<&str>| {
                row([
                    ("table_schema", self.schema_of(&table.name)),
                    ("table_name", text(&table.name.name)),
                    ("index_name", text(name)),
                    ("non_unique", Cell::Number(i64::from(!unique))),
                    ("column_name", column.map_or(Cell::Null, text)),
                ])
            };
            let mut rows = Vec::new();
            if let Some(key) = &table.primary_key {
                rows.extend(key.columns.iter().map(|column| of("PRIMARY", true, Some(column))));
            }
            for unique in &table.uniques {
                let name = unique.name.as_deref().unwrap_or_default();
                rows.extend(unique.columns.iter().map(|column| of(name, true, Some(column))));
            }
            for index in &table.indexes {
                rows.extend(index.parts.iter().map(|part| of(&index.name, index.unique, plain_column(part))));
            }
            rows
        });
        made.collect()
    }

    fn namespace(&self, name: &ObjectName) -> Cell {
        Cell::Object(format!("schema {}", name.schema.as_deref().unwrap_or("public")))
    }

    fn schemas(&self, column: &str) -> Vec<Row> {
        let own = ["public", "pg_catalog", "information_schema"];
        let names = own.into_iter().chain(self.schema.namespaces.iter().map(|name| &**name));
        names
            .map(|name| row([(column, text(name)), ("oid", Cell::Object(format!("schema {name}")))]))
            .collect()
    }

    fn classes(&self) -> Vec<Row> {
        let of = |name: &ObjectName, called: &str, kind: &str| {
            row([
                ("relname", text(called)),
                ("relkind", text(kind)),
                ("oid", Cell::Object(called.to_owned())),
                ("relnamespace", self.namespace(name)),
            ])
        };
        let mut rows = Vec::new();
        for table in self.schema.tables.values() {
            let kind = if table.partitioning.is_some() { "p" } else { "r" };
            rows.push(of(&table.name, &table.name.name, kind));
            rows.extend(self.indexes_of(table).iter().map(|(name, _)| of(&table.name, name, "i")));
            let numbered = table.columns.iter().filter(|column| column.identity.is_some());
            rows.extend(numbered.map(|own| of(&table.name, &table.name.sequence_of(&own.name).name, "S")));
        }
        for view in self.schema.views.values() {
            rows.push(of(&view.name, &view.name.name, if view.materialized { "m" } else { "v" }));
        }
        rows.extend(self.schema.sequences.keys().map(|name| of(name, &name.name, "S")));
        rows
    }

    fn attributes(&self) -> Vec<Row> {
        let made = self.schema.tables.values().flat_map(|table| {
            table.columns.iter().enumerate().map(|(place, column)| {
                row([
                    ("attrelid", object(&table.name)),
                    ("attname", text(&column.name)),
                    ("attnum", Cell::Number(place as i64 + 1)),
                    ("attisdropped", Cell::Truth(false)),
                ])
            })
        });
        made.collect()
    }

    fn types(&self) -> Vec<Row> {
        let of = |name: &ObjectName, kind: &str| {
            row([
                ("typname", text(&name.name)),
                ("typtype", text(kind)),
                ("oid", object(name)),
                ("typnamespace", self.namespace(name)),
            ])
        };
        let enums = self.schema.enums.keys().map(|name| of(name, "e"));
        let composites =
            self.schema.composites.keys().chain(self.schema.tables.keys()).map(|name| of(name, "c"));
        enums.chain(composites).chain(self.schema.domains.keys().map(|name| of(name, "d"))).collect()
    }

    fn labels(&self) -> Vec<Row> {
        let made = self.schema.enums.values().flat_map(|own| {
            own.labels.iter().enumerate().map(|(place, label)| {
                row([
                    ("enumlabel", text(label)),
                    ("enumtypid", object(&own.name)),
                    ("enumsortorder", Cell::Number(place as i64 + 1)),
                ])
            })
        });
        made.collect()
    }

    fn sqlite_schema(&self) -> Vec<Row> {
        let of = |kind: &str, name: &str, table: &str| {
            row([("type", text(kind)), ("name", text(name)), ("tbl_name", text(table))])
        };
        let mut rows = Vec::new();
        for table in self.schema.tables.values() {
            rows.push(of("table", &table.name.name, &table.name.name));
            rows.extend(table.indexes.iter().map(|index| of("index", &index.name, &table.name.name)));
        }
        rows.extend(self.schema.views.keys().map(|name| of("view", &name.name, &name.name)));
        let triggers = self.schema.triggers.values();
        rows.extend(triggers.map(|own| of("trigger", &own.name.name, &own.table.name)));
        rows
    }
}
