//! From one schema to another of the same dialect: operations in an order that a server takes, and their words.
//!
//! Every operation is applied to the schema that was reached before it, so that what a server does by itself
//! (indexes of foreign keys, columns of partitions) is seen and not done twice. What stands in the way of a
//! change (views, foreign keys) goes first and comes back after it.

mod columns;
mod objects;
mod parts;
mod tables;

use std::collections::BTreeMap;
use std::sync::Arc;

use imbl::OrdMap;
use imbl::ordmap::DiffItem;

use super::{Capabilities, mysql, postgres, sqlite};
use crate::operation::{Operation, apply};
use crate::schema::{Expression, ObjectName, Schema, View};
use crate::source::DialectKind;

/// What two schemas do not tell by themselves.
#[derive(Clone, Debug, Default)]
pub struct Hints {
    /// Renamings, in order; every other operation is left out.
    pub renamings: Vec<Operation>,
    /// How the new values of a table's column come from the old ones.
    pub using: Vec<(ObjectName, String, Expression)>,
}

/// The way from one schema to another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Way {
    /// Step by step; none for SQLite, which rebuilds tables.
    pub operations: Vec<Operation>,
    /// What is to be run.
    pub sql: Vec<String>,
    /// Foreign keys must be off while it runs (SQLite).
    pub foreign_keys_off: bool,
    /// What the dialect has no way for; it stays as it was.
    pub left: Vec<String>,
}

/// Leads one schema to another.
pub fn change_schema(before: &Schema, after: &Schema, hints: &Hints, able: &Capabilities) -> Way {
    if able.dialect == DialectKind::Sqlite {
        return change_sqlite(before, after, hints);
    }
    let mut walk = Walk { reached: before.clone(), after, hints, able, way: Way::default() };
    walk.run();
    walk.way
}

/// An operation in the words of its own dialect's engine. `before` is the schema that it meets. Empty where
/// there is nothing to run, and for SQLite's ALTER TABLE, which depends on both states of the table.
pub fn say(operation: &Operation, before: &Schema, able: &Capabilities) -> Vec<String> {
    match able.dialect {
        DialectKind::Postgres => postgres::say(operation, before, able),
        DialectKind::Mysql => mysql::say(operation, before, able),
        DialectKind::Sqlite => Vec::new(),
    }
}

/// Everything in a schema as the statements that make it.
pub fn render(schema: &Schema, able: &Capabilities) -> Vec<String> {
    change_schema(&Schema::empty(schema.dialect), schema, &Hints::default(), able).sql
}

struct Walk<'a> {
    reached: Schema,
    after: &'a Schema,
    hints: &'a Hints,
    able: &'a Capabilities,
    way: Way,
}

impl Walk<'_> {
    fn run(&mut self) {
        for renaming in &self.hints.renamings {
            if is_renaming(renaming) {
                self.step(renaming.clone());
            }
        }
        self.set_types_aside();
        self.take_triggers();
        self.take_views();
        self.take_policies();
        self.take_foreign_keys();
        self.take_parts();
        self.take_tables();
        self.make_namespaces();
        self.make_types();
        self.make_sequences();
        self.make_routines(true);
        self.make_tables();
        self.alter_tables();
        self.make_parts();
        self.make_foreign_keys();
        self.take_implied();
        self.number_columns();
        self.attach_partitions();
        self.own_sequences();
        self.make_routines(false);
        self.make_views();
        self.make_triggers();
        self.make_policies();
        self.make_comments();
        self.take_leftovers();
    }

    /// Goes one step. A step that the model refuses is taken all the same: the server says why.
    fn step(&mut self, operation: Operation) {
        self.way.sql.extend(say(&operation, &self.reached, self.able));
        let _ = apply(&mut self.reached, &operation);
        self.way.operations.push(operation);
    }

    fn dialect(&self) -> DialectKind {
        self.able.dialect
    }

    fn is_postgres(&self) -> bool {
        self.able.dialect == DialectKind::Postgres
    }

    /// The keys of tables that are not alike in both schemas, in order of name.
    fn changed_tables(&self) -> Vec<ObjectName> {
        changed(&self.reached.tables, &self.after.tables)
    }
}

fn is_renaming(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::RenameTable { .. }
            | Operation::RenameColumn { .. }
            | Operation::RenameConstraint { .. }
            | Operation::RenameIndex { .. }
            | Operation::RenameEnumLabel { .. }
            | Operation::RenameObject { .. }
    )
}

/// The keys whose values are not alike. What two schemas share is not looked at.
pub(super) fn changed<T: PartialEq>(
    from: &OrdMap<ObjectName, Arc<T>>,
    to: &OrdMap<ObjectName, Arc<T>>,
) -> Vec<ObjectName> {
    let keys = from.diff(to).map(|item| match item {
        DiffItem::Add(key, _) | DiffItem::Remove(key, _) | DiffItem::Update { new: (key, _), .. } => {
            key.clone()
        }
    });
    keys.collect()
}

/// An order in which each comes after those it needs; what needs each other stays in the order given.
pub(super) fn sorted(count: usize, needs: impl Fn(usize) -> Vec<usize>) -> Vec<usize> {
    let mut left: BTreeMap<usize, Vec<usize>> =
        (0..count).map(|at| (at, needs(at).into_iter().filter(|need| *need != at).collect())).collect();
    let mut order = Vec::with_capacity(count);
    while !left.is_empty() {
        let is_free = |needs: &Vec<usize>| !needs.iter().any(|need| left.contains_key(need));
        let mut free: Vec<usize> =
            left.iter().filter(|(_, needs)| is_free(needs)).map(|(at, _)| *at).collect();
        if free.is_empty() {
            free.extend(left.keys().next());
        }
        for at in free {
            left.remove(&at);
            order.push(at);
        }
    }
    order
}

/// SQLite names indexes for the whole database: one that another table takes over goes first.
fn without_moved_indexes(before: &Schema, after: &Schema, way: &mut Way) -> Schema {
    let mut left = before.clone();
    for key in changed(&before.tables, &after.tables) {
        let (Some(old), Some(new)) = (before.tables.get(&key), after.tables.get(&key)) else { continue };
        for index in old.indexes.iter().filter(|index| new.index(&index.name, DialectKind::Sqlite).is_none())
        {
            if after.table_of_index(None, &index.name).is_some() {
                let drop = Operation::DropIndex { table: None, name: index.name.clone(), if_exists: false };
                way.sql.push(sqlite::drop_index(&index.name));
                // It is there, so nothing refuses it.
                let _ = apply(&mut left, &drop);
            }
        }
    }
    left
}

fn change_sqlite(before: &Schema, after: &Schema, hints: &Hints) -> Way {
    let mut way = Way::default();
    let before = &without_moved_indexes(before, after, &mut way);
    let mut tables = changed(&before.tables, &after.tables);
    // What goes makes room for what comes.
    tables.sort_by_key(|key| after.tables.contains_key(key));
    for key in changed(&before.triggers, &after.triggers) {
        let held = before.triggers.get(&key).or_else(|| after.triggers.get(&key));
        let table = held.map(|trigger| crate::schema::fold(&trigger.table, DialectKind::Sqlite));
        tables.extend(table.filter(|table| !tables.contains(table)));
    }
    let views: Vec<Arc<View>> = before.views.values().cloned().collect();
    let moved = !tables.is_empty();
    let same = |view: &Arc<View>| after.view(&view.name) == Some(view);
    // A rebuild must not meet a view that would not fit meanwhile.
    let hidden: Vec<&Arc<View>> = views.iter().filter(|view| moved || !same(view)).collect();
    way.sql.extend(hidden.iter().map(|view| format!("DROP VIEW {}", sqlite::table_name(&view.name))));
    let renamed = |key: &ObjectName| {
        hints.renamings.iter().find_map(|renaming| match renaming {
            Operation::RenameTable { from, to } if to == key => Some(from.clone()),
            _ => None,
        })
    };
    let old_names: Vec<ObjectName> = tables.iter().filter_map(&renamed).collect();
    for key in tables.iter().filter(|key| !old_names.contains(key)) {
        let columns = hints.renamings.iter().find_map(|renaming| match renaming {
            Operation::RenameColumn { table, from, to } if table == key => Some((from.clone(), to.clone())),
            _ => None,
        });
        let using = hints.using.iter().filter(|(table, ..)| table == key);
        let hint = sqlite::Hint {
            renamed_column: columns,
            renamed_table: renamed(key),
            using: using.map(|(_, column, using)| (column.clone(), using.clone())).collect(),
            unchecked: false,
        };
        let changed = sqlite::change(before, after, key, &hint);
        way.foreign_keys_off |= changed.rebuild;
        way.sql.extend(changed.sql);
    }
    let shown: Vec<&Arc<View>> =
        after.views.values().filter(|view| moved || before.view(&view.name) != Some(view)).collect();
    let needs = |at: usize| objects::views_below(after, &shown, at);
    way.sql.extend(sorted(shown.len(), needs).into_iter().map(|at| sqlite::create_view(shown[at])));
    way
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::from_sql;
    use crate::schema::diff;
    use crate::source::{SourceFile, SourceId};
    use DialectKind::{Mysql, Postgres, Sqlite};

    /// Runs SQL on the model.
    fn run(schema: &mut Schema, sql: &str) {
        let file = SourceFile::new(SourceId(0), "a.sql", sql);
        let read = from_sql(&file, 0..sql.len(), schema.dialect);
        assert_eq!(read.diagnostics, [], "{sql}");
        for operation in read.value.iter().flat_map(|directive| &directive.operations) {
            apply(schema, operation).unwrap_or_else(|refusal| panic!("{}: {sql}", refusal.message));
        }
    }

    fn schema(dialect: DialectKind, sql: &str) -> Schema {
        let mut schema = Schema::empty(dialect);
        run(&mut schema, sql);
        schema
    }

    /// The statements from one to the other, which do lead there.
    fn way(dialect: DialectKind, before: &str, after: &str) -> Vec<String> {
        let (before, after) = (schema(dialect, before), schema(dialect, after));
        let able = Capabilities::newest(dialect);
        let way = change_schema(&before, &after, &Hints::default(), &able);
        let mut reached = before;
        way.sql.iter().for_each(|sql| run(&mut reached, sql));
        let left = diff(&reached, &after);
        assert!(left.is_empty(), "{left:?}\n{}", way.sql.join(";\n"));
        way.sql
    }

    #[test]
    fn a_table_is_altered_no_more_than_needed() {
        let check = |dialect, before: &str, after: &str, expected: &[&str]| {
            assert_eq!(way(dialect, before, after), expected, "{before} -> {after}");
        };
        check(
            Postgres,
            "CREATE TABLE t (a int, b varchar(3) DEFAULT 'x')",
            "CREATE TABLE t (a bigint NOT NULL, b int DEFAULT 5, c text)",
            &[
                "ALTER TABLE t ADD COLUMN c text",
                "ALTER TABLE t ALTER COLUMN a TYPE bigint",
                "ALTER TABLE t ALTER COLUMN a SET NOT NULL",
                "ALTER TABLE t ALTER COLUMN b DROP DEFAULT",
                "ALTER TABLE t ALTER COLUMN b TYPE int USING b::int",
                "ALTER TABLE t ALTER COLUMN b SET DEFAULT 5",
            ],
        );
        check(
            Mysql,
            "CREATE TABLE t (a int, b varchar(3))",
            "CREATE TABLE t (c int, b varchar(5) NOT NULL COMMENT 'it''s', a int, KEY k (b))",
            &[
                "ALTER TABLE t ADD COLUMN c int FIRST",
                "ALTER TABLE t MODIFY COLUMN b varchar(5) NOT NULL COMMENT 'it''s'",
                "ALTER TABLE t MODIFY COLUMN b varchar(5) NOT NULL COMMENT 'it''s' AFTER c",
                "CREATE INDEX k ON t (b)",
            ],
        );
        check(
            Postgres,
            "CREATE TYPE m AS ENUM ('a', 'b'); CREATE TABLE t (a m DEFAULT 'a')",
            "CREATE TYPE m AS ENUM ('z', 'a', 'b', 'c'); CREATE TABLE t (a m DEFAULT 'a')",
            &["ALTER TYPE m ADD VALUE 'z' BEFORE 'a'", "ALTER TYPE m ADD VALUE 'c' AFTER 'b'"],
        );
    }

    #[test]
    fn what_stands_in_the_way_goes_and_comes_back() {
        let sql = way(
            Postgres,
            "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (p int REFERENCES p (id)); \
             CREATE VIEW v AS SELECT id FROM p; CREATE VIEW w AS SELECT id FROM v",
            "CREATE TABLE p (id uuid PRIMARY KEY); CREATE TABLE c (p uuid REFERENCES p (id)); \
             CREATE VIEW v AS SELECT id FROM p; CREATE VIEW w AS SELECT id FROM v",
        );
        assert_eq!(sql.first().map(String::as_str), Some("DROP VIEW w"));
        assert_eq!(sql.last().map(String::as_str), Some("CREATE VIEW w AS SELECT id FROM v"));
        way(
            Mysql,
            "CREATE TABLE p (id int AUTO_INCREMENT PRIMARY KEY); \
             CREATE TABLE c (p int, FOREIGN KEY (p) REFERENCES p (id))",
            "CREATE TABLE p (a int, id bigint AUTO_INCREMENT, PRIMARY KEY (id, a)); \
             CREATE TABLE c (p bigint, FOREIGN KEY (p) REFERENCES p (id))",
        );
        way(Postgres, "CREATE TABLE a (x int)", "CREATE TABLE b (y int)");
        way(Sqlite, "CREATE TABLE a (x int); CREATE VIEW v AS SELECT x FROM a", "CREATE TABLE a (y int)");
    }

    #[test]
    fn tables_that_refer_to_each_other_come_and_go() {
        for dialect in [Postgres, Mysql] {
            let both = "CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE b (id int PRIMARY KEY, a int); \
                        ALTER TABLE a ADD CONSTRAINT ab FOREIGN KEY (b) REFERENCES b (id); \
                        ALTER TABLE b ADD CONSTRAINT ba FOREIGN KEY (a) REFERENCES a (id)";
            assert_eq!(way(dialect, "", both).len(), 3);
            way(dialect, both, "");
        }
    }
}
