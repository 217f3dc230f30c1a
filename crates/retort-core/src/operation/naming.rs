//! Names that a server gives to constraints and indexes whose author gave none.
//!
//! PostgreSQL: `ChooseConstraintName` and `ChooseIndexName` of its sources (`t_a_key`, `t_pkey`, a number on a
//! clash, 63 bytes). MySQL 8.4, 15.1.20: an index is named after its first column, a foreign key `t_ibfk_1`,
//! a check `t_chk_1`. SQLite leaves them unnamed.

use crate::schema::{Constraint, ForeignKey, Index, IndexKey, IndexPart, Table};
use crate::source::DialectKind;

/// Gives names to everything in a table that its server would name.
pub(super) fn name_all(table: &mut Table, dialect: DialectKind) {
    for place in 0..table.uniques.len() {
        if table.uniques[place].name.is_none() {
            let columns = table.uniques[place].columns.clone();
            table.uniques[place].name = constraint_name(table, "key", &columns, dialect);
        }
    }
    for place in 0..table.checks.len() {
        if table.checks[place].name.is_none() {
            let column = only_column(table, place, dialect);
            table.checks[place].name = constraint_name(table, "check", &column, dialect);
        }
    }
    for place in 0..table.foreign_keys.len() {
        if table.foreign_keys[place].name.is_none() {
            let columns = table.foreign_keys[place].columns.clone();
            table.foreign_keys[place].name = constraint_name(table, "fkey", &columns, dialect);
        }
    }
    for place in 0..table.exclusions.len() {
        if table.exclusions[place].name.is_none() {
            let columns = index_columns(&table.exclusions[place].parts);
            table.exclusions[place].name = constraint_name(table, "excl", &columns, dialect);
        }
    }
    if dialect == DialectKind::Postgres
        && let Some(key) = table.primary_key.as_mut().filter(|key| key.name.is_none())
    {
        key.name = Some(format!("{}_pkey", table.name.name));
    }
    for place in 0..table.indexes.len() {
        if table.indexes[place].name.is_empty() {
            let columns = table.indexes[place].leading_columns();
            table.indexes[place].name = mysql_index_name(table, &columns);
        }
    }
    if dialect == DialectKind::Mysql {
        add_foreign_key_indexes(table);
    }
}

fn index_columns(parts: &[(IndexPart, String)]) -> Vec<String> {
    parts.iter().map(|(part, _)| part_name(part)).collect()
}

fn part_name(part: &IndexPart) -> String {
    match &part.key {
        IndexKey::Column(column) => column.clone(),
        IndexKey::Expression(_) => "expr".to_owned(),
    }
}

/// Gives a constraint its name before it joins a table.
pub(super) fn name_constraint(table: &Table, constraint: &mut Constraint, dialect: DialectKind) {
    let (suffix, columns, name) = match constraint {
        Constraint::Primary(key) if dialect == DialectKind::Postgres => {
            let _ = key.name.get_or_insert_with(|| format!("{}_pkey", table.name.name));
            return;
        }
        Constraint::Primary(_) => return,
        Constraint::Unique(unique) => ("key", unique.columns.clone(), &mut unique.name),
        Constraint::Foreign(key) => ("fkey", key.columns.clone(), &mut key.name),
        Constraint::Check(check) => ("check", Vec::new(), &mut check.name),
        Constraint::Exclusion(exclusion) => ("excl", index_columns(&exclusion.parts), &mut exclusion.name),
    };
    if name.is_none() {
        *name = constraint_name(table, suffix, &columns, dialect);
    }
}

/// The name of an index that was given none.
pub(super) fn index_name(table: &Table, parts: &[IndexPart], dialect: DialectKind) -> String {
    match dialect {
        DialectKind::Mysql => {
            let columns: Vec<String> = parts.iter().map(part_name).collect();
            mysql_index_name(table, &columns)
        }
        DialectKind::Postgres | DialectKind::Sqlite => {
            let columns: Vec<String> = parts.iter().map(part_name).collect();
            postgres_name(table, &columns, "idx")
        }
    }
}

fn constraint_name(table: &Table, suffix: &str, columns: &[String], dialect: DialectKind) -> Option<String> {
    match dialect {
        DialectKind::Sqlite => None,
        DialectKind::Postgres => Some(postgres_name(table, columns, suffix)),
        DialectKind::Mysql => Some(match suffix {
            "key" => mysql_index_name(table, columns),
            "fkey" => numbered(table, "ibfk"),
            _ => numbered(table, "chk"),
        }),
    }
}

/// A check of one column is named after it, others after the table alone.
fn only_column(table: &Table, place: usize, dialect: DialectKind) -> Vec<String> {
    let text = table.checks[place].expression.text();
    let tokens = crate::token::tokens(text, dialect);
    let mut columns: Vec<String> = Vec::new();
    for token in tokens {
        let name = crate::token::identifier(token.text(text), dialect);
        if let Some(column) = table.column(&name, dialect).filter(|column| !columns.contains(&column.name)) {
            columns.push(column.name.clone());
        }
    }
    if columns.len() == 1 { columns } else { Vec::new() }
}

fn postgres_name(table: &Table, columns: &[String], suffix: &str) -> String {
    let stem = std::iter::once(&*table.name.name).chain(columns.iter().map(String::as_str));
    let stem = stem.collect::<Vec<_>>().join("_");
    (0..).map(|number| fit(&stem, suffix, number)).find(|name| !is_taken(table, name)).unwrap_or(stem)
}

/// 63 bytes are the longest name of PostgreSQL; the stem gives way.
fn fit(stem: &str, suffix: &str, number: usize) -> String {
    let number = if number == 0 { String::new() } else { number.to_string() };
    let room = 63 - suffix.len() - number.len() - 1;
    let mut end = stem.len().min(room);
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}_{suffix}{number}", &stem[..end])
}

fn is_taken(table: &Table, name: &str) -> bool {
    table.uniques.iter().any(|unique| unique.name.as_deref() == Some(name))
        || table.checks.iter().any(|check| check.name.as_deref() == Some(name))
        || table.foreign_keys.iter().any(|key| key.name.as_deref() == Some(name))
        || table.exclusions.iter().any(|exclusion| exclusion.name.as_deref() == Some(name))
        || table.indexes.iter().any(|index| index.name.eq_ignore_ascii_case(name))
}

fn numbered(table: &Table, word: &str) -> String {
    let name = |number: usize| format!("{}_{word}_{number}", table.name.name);
    (1..).map(name).find(|name| !is_taken(table, name)).unwrap_or_default()
}

fn mysql_index_name(table: &Table, columns: &[String]) -> String {
    let first = columns.first().map_or("functional_index", String::as_str);
    let name = |number: usize| if number == 1 { first.to_owned() } else { format!("{first}_{number}") };
    (1..).map(name).find(|name| !is_taken(table, name)).unwrap_or_default()
}

/// MySQL makes an index for each foreign key that has none.
pub(super) fn add_foreign_key_indexes(table: &mut Table) {
    for key in table.foreign_keys.clone() {
        add_foreign_key_index(table, &key);
    }
}

fn add_foreign_key_index(table: &mut Table, key: &ForeignKey) {
    if table.is_indexed(&key.columns, DialectKind::Mysql) {
        return;
    }
    // Named after the constraint where that name was given, else after the column.
    let given = key.name.clone().filter(|name| !name.starts_with(&format!("{}_ibfk_", table.name.name)));
    let name = given.unwrap_or_else(|| mysql_index_name(table, &key.columns));
    let parts = key.columns.iter().map(IndexPart::column).collect();
    table.indexes.push(Index { implied: true, ..Index::new(name, parts) });
}

/// MySQL drops an index it made for a foreign key when a new one serves the key as well.
pub(super) fn drop_served_indexes(table: &mut Table, new: &Index) {
    let leading = new.leading_columns();
    table.indexes.retain(|index| {
        let columns = index.leading_columns();
        let serves = leading.len() >= columns.len() && leading[..columns.len()] == columns[..];
        !(index.implied && serves && index.parts.iter().all(|part| matches!(part.key, IndexKey::Column(_))))
    });
}
