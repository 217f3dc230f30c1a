//! SQLite's catalog: what the pragmas tell, and from the stored text only what they do not (names and
//! expressions of constraints, expressions of indexes).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::database::{Database, DatabaseError, Row, Value};
use crate::inspect::written;
use crate::operation::Operation;
use crate::schema::{
    Column, Expression, ForeignKey, Index, IndexKey, IndexPart, ObjectName, PrimaryKey, ReferentialAction,
    Schema, SqlType, Table, Unique, same_word,
};
use crate::source::DialectKind;
use crate::token::text_literal;

const SQLITE: DialectKind = DialectKind::Sqlite;

/// Reads `main`. Tables are known by their texts.
pub(super) fn inspect(
    db: &mut dyn Database,
    known: &mut BTreeMap<String, Arc<Table>>,
) -> Result<Schema, DatabaseError> {
    let mut schema = Schema::empty(SQLITE);
    let objects = db.query(
        "SELECT type, name, tbl_name, sql FROM sqlite_schema \
         WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid",
    )?;
    let texts = texts_of_tables(&objects);
    let unread: Vec<&str> =
        texts.iter().filter(|(_, text)| !known.contains_key(*text)).map(|(name, _)| name.as_str()).collect();
    let catalog = Catalog::read(db, &unread)?;
    let mut indexes: BTreeMap<String, Vec<Index>> = BTreeMap::new();
    for row in &objects {
        let [kind, name, table, sql] = row.as_slice() else { continue };
        let (Some(kind), Some(name)) = (kind.as_str(), name.as_str()) else { continue };
        let owner = table.as_str().unwrap_or_default().to_ascii_lowercase();
        match (kind, texts.get(&owner).and_then(|text| known.get(text))) {
            ("table", Some(table)) => {
                schema.put_table(Arc::clone(table));
                continue;
            }
            ("index", Some(_)) => continue,
            _ => {}
        }
        match (kind, sql.as_str().and_then(|sql| written(sql, SQLITE))) {
            ("table", written) => schema.put_table(catalog.table(name, written)),
            ("index", written) => indexes.entry(owner).or_default().push(catalog.index(name, written)),
            (_, Some(Operation::CreateView { view, .. })) => schema.put_view(*view),
            (_, Some(Operation::CreateTrigger { trigger, .. })) => schema.put_trigger(*trigger),
            _ => {}
        }
    }
    for (owner, indexes) in indexes {
        if let Some(table) = schema.table(&ObjectName::bare(&owner)) {
            let mut table = (**table).clone();
            table.indexes = indexes;
            schema.put_table(table);
        }
    }
    for (name, text) in texts {
        if let Some(table) = schema.table(&ObjectName::bare(&name)) {
            known.entry(text).or_insert_with(|| Arc::clone(table));
        }
    }
    Ok(schema)
}

/// All texts of each table, its own and those of its indexes, by its name in lower case.
fn texts_of_tables(objects: &[Row]) -> BTreeMap<String, String> {
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    for row in objects {
        let [Value::Text(kind), _, Value::Text(table), Value::Text(sql)] = row.as_slice() else { continue };
        if kind == "table" || kind == "index" {
            let text = texts.entry(table.to_ascii_lowercase()).or_default();
            text.push_str(sql);
            text.push('\0');
        }
    }
    texts
}

/// What the pragmas say of tables, asked once for each pragma.
#[derive(Default)]
struct Catalog {
    columns: BTreeMap<String, Vec<Row>>,
    foreign_keys: BTreeMap<String, Vec<Row>>,
    indexes: BTreeMap<String, Vec<Row>>,
    index_columns: BTreeMap<String, Vec<Row>>,
    unique_indexes: BTreeSet<String>,
}

impl Catalog {
    /// Reads what there is to say of these tables; their names are in lower case.
    fn read(db: &mut dyn Database, tables: &[&str]) -> Result<Catalog, DatabaseError> {
        if tables.is_empty() {
            return Ok(Catalog::default());
        }
        let mut by_table = |sql: &str| -> Result<BTreeMap<String, Vec<Row>>, DatabaseError> {
            let mut map: BTreeMap<String, Vec<Row>> = BTreeMap::new();
            for mut row in db.query(sql)? {
                if row.is_empty() {
                    continue;
                }
                let key = row.remove(0).as_str().unwrap_or_default().to_ascii_lowercase();
                map.entry(key).or_default().push(row);
            }
            Ok(map)
        };
        let from = "FROM sqlite_schema AS m, ";
        let names: Vec<String> = tables.iter().map(|name| text_literal(name)).collect();
        let chosen = format!("m.type = 'table' AND lower(m.name) IN ({})", names.join(", "));
        let mut catalog = Catalog {
            columns: by_table(&format!(
                "SELECT m.name, x.name, x.type, x.\"notnull\", x.dflt_value, x.pk, x.hidden {from} \
                 pragma_table_xinfo(m.name) AS x WHERE {chosen} ORDER BY m.name, x.cid"
            ))?,
            foreign_keys: by_table(&format!(
                "SELECT m.name, x.id, x.\"table\", x.\"from\", x.\"to\", x.on_update, x.on_delete {from} \
                 pragma_foreign_key_list(m.name) AS x WHERE {chosen} ORDER BY m.name, x.id DESC, x.seq"
            ))?,
            indexes: by_table(&format!(
                "SELECT m.name, x.name, x.\"unique\", x.origin, x.partial, x.seq {from} \
                 pragma_index_list(m.name) AS x WHERE {chosen} ORDER BY m.name, x.seq DESC"
            ))?,
            index_columns: by_table(&format!(
                "SELECT i.name, x.name, x.\"desc\", x.coll, x.cid {from} pragma_index_list(m.name) AS i, \
                 pragma_index_xinfo(i.name) AS x WHERE {chosen} AND x.key ORDER BY i.name, x.seqno"
            ))?,
            unique_indexes: BTreeSet::new(),
        };
        let unique = catalog
            .indexes
            .values()
            .flatten()
            .filter(|row| row.get(1).and_then(Value::as_integer) == Some(1));
        catalog.unique_indexes = unique.filter_map(|row| row.first()?.as_str().map(str::to_owned)).collect();
        Ok(catalog)
    }

    fn rows<'a>(map: &'a BTreeMap<String, Vec<Row>>, name: &str) -> &'a [Row] {
        map.get(&name.to_ascii_lowercase()).map_or(&[], Vec::as_slice)
    }

    fn table(&self, name: &str, written: Option<Operation>) -> Table {
        let written = match written {
            Some(Operation::CreateTable { table, .. }) => *table,
            _ => Table::new(ObjectName::bare(name)),
        };
        let mut table = Table::new(ObjectName::bare(name));
        table.options = written.options.clone();
        table.checks.clone_from(&written.checks);
        let mut key: Vec<(i64, String)> = Vec::new();
        for row in Catalog::rows(&self.columns, name) {
            let column = column(row, &written);
            if let Some(place) = row.get(4).and_then(Value::as_integer).filter(|place| *place > 0) {
                key.push((place, column.name.clone()));
            }
            table.columns.push(column);
        }
        key.sort();
        if !key.is_empty() {
            let name = written.primary_key.as_ref().and_then(|key| key.name.clone());
            table.primary_key = Some(PrimaryKey::new(name, key.into_iter().map(|(_, name)| name).collect()));
        }
        table.foreign_keys = self.foreign_keys(name, &written);
        table.uniques = self.uniques(name, &written);
        table
    }

    fn foreign_keys(&self, name: &str, written: &Table) -> Vec<ForeignKey> {
        let mut keys: Vec<(i64, ForeignKey)> = Vec::new();
        for row in Catalog::rows(&self.foreign_keys, name) {
            let text = |at: usize| row.get(at).and_then(Value::as_str).unwrap_or_default().to_owned();
            let id = row.first().and_then(Value::as_integer).unwrap_or_default();
            if keys.last().is_none_or(|(last, _)| *last != id) {
                let ref_table = ObjectName::bare(text(1));
                let key = ForeignKey {
                    on_delete: action(&text(5)),
                    on_update: action(&text(4)),
                    ..ForeignKey::new(None, Vec::new(), ref_table, Vec::new())
                };
                keys.push((id, key));
            }
            if let Some((_, key)) = keys.last_mut() {
                key.columns.push(text(2));
                key.ref_columns.extend(row.get(3).and_then(Value::as_str).map(str::to_owned));
            }
        }
        let mut keys: Vec<ForeignKey> = keys.into_iter().map(|(_, key)| key).collect();
        // The pragma numbers the keys in order of declaration, last first; names and deferral are in the text.
        for (place, key) in keys.iter_mut().enumerate() {
            let same = |other: &&ForeignKey| same_columns(&other.columns, &key.columns);
            let by_place = written.foreign_keys.get(place).filter(same);
            if let Some(other) = by_place.or_else(|| written.foreign_keys.iter().find(same)) {
                key.name.clone_from(&other.name);
                key.deferral = other.deferral;
            }
        }
        keys
    }

    fn uniques(&self, name: &str, written: &Table) -> Vec<Unique> {
        let rows = Catalog::rows(&self.indexes, name);
        let made_by_unique = rows.iter().filter(|row| row.get(2).and_then(Value::as_str) == Some("u"));
        let mut left: Vec<&Unique> = written.uniques.iter().collect();
        let mut uniques = Vec::new();
        for row in made_by_unique {
            let index = row.first().and_then(Value::as_str).unwrap_or_default();
            let parts = Catalog::rows(&self.index_columns, index).iter();
            let columns: Vec<String> =
                parts.filter_map(|part| part.first().and_then(Value::as_str)).map(str::to_owned).collect();
            let place = left.iter().position(|unique| same_columns(&unique.columns, &columns));
            let name = place.and_then(|place| left.remove(place).name.clone());
            uniques.push(Unique::new(name, columns));
        }
        // A key over the columns of another one has no index of its own (SQLite 3.54, `build.c`, sqlite3CreateIndex).
        let primary = written.primary_key.iter().map(|key| &key.columns);
        let indexed: Vec<Vec<String>> =
            uniques.iter().map(|unique| &unique.columns).chain(primary).cloned().collect();
        left.retain(|unique| indexed.iter().any(|columns| same_columns(columns, &unique.columns)));
        uniques.extend(left.into_iter().cloned());
        uniques
    }

    fn index(&self, name: &str, written: Option<Operation>) -> Index {
        let written = match written {
            Some(Operation::CreateIndex { index, .. }) => Some(*index),
            _ => None,
        };
        let parts = Catalog::rows(&self.index_columns, name).iter().enumerate().map(|(place, row)| {
            let said = written.as_ref().and_then(|index| index.parts.get(place));
            let key = match row.first().and_then(Value::as_str) {
                Some(column) => IndexKey::Column(column.to_owned()),
                None => said.map_or_else(
                    || IndexKey::Expression(Expression::new("", SQLITE)),
                    |part| part.key.clone(),
                ),
            };
            IndexPart {
                descending: row.get(1).and_then(Value::as_integer) == Some(1),
                collation: said.and_then(|part| part.collation.clone()),
                ..IndexPart::new(key)
            }
        });
        let unique = self.unique_indexes.contains(name);
        let parts = parts.collect();
        Index { unique, predicate: written.and_then(|index| index.predicate), ..Index::new(name, parts) }
    }
}

fn same_columns(a: &[String], b: &[String]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_word(a, b, SQLITE))
}

fn column(row: &Row, written: &Table) -> Column {
    let text = |at: usize| row.get(at).and_then(Value::as_str).unwrap_or_default();
    let number = |at: usize| row.get(at).and_then(Value::as_integer).unwrap_or_default();
    let mut column = Column::new(text(0), SqlType::new(text(1)));
    column.nullable = number(2) == 0;
    column.default = row
        .get(3)
        .and_then(Value::as_str)
        .filter(|default| !default.eq_ignore_ascii_case("null"))
        .map(|default| Expression::new(default, SQLITE));
    if let Some(said) = written.column(text(0), SQLITE) {
        column.collation.clone_from(&said.collation);
        column.identity.clone_from(&said.identity);
        column.generated.clone_from(&said.generated);
        // `hidden` 2 is virtual, 3 is stored (sqlite.org/pragma.html#pragma_table_xinfo).
        if let Some(generated) = &mut column.generated {
            generated.stored = number(5) == 3;
            // The pragma gives the type with the words GENERATED ALWAYS in some versions; the text is sure.
            column.column_type = said.column_type.clone();
        }
    }
    column
}

fn action(words: &str) -> ReferentialAction {
    match words {
        "CASCADE" => ReferentialAction::Cascade,
        "SET NULL" => ReferentialAction::SetNull,
        "SET DEFAULT" => ReferentialAction::SetDefault,
        "RESTRICT" => ReferentialAction::Restrict,
        _ => ReferentialAction::NoAction,
    }
}
