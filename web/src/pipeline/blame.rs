//! Which revision made a thing and which changed it last, folded along the chain.

use imbl::OrdMap;
use retort_core::schema::{ChangeKind, Schema, diff};

/// Object, kind of thing, name: `("users", "column", "email")`; the table itself has kind `table` and no name.
type Thing = (String, &'static str, String);

/// Positions (from 1) of the steps that made and last changed each thing.
#[derive(Clone, Debug, Default)]
pub(super) struct Blame {
    things: OrdMap<Thing, (usize, usize)>,
}

impl Blame {
    /// The blame after a step that led from one schema to another.
    pub(super) fn after(&self, from: &Schema, to: &Schema, position: usize) -> Blame {
        let mut things = self.things.clone();
        for change in diff(from, to) {
            let table = (change.object.clone(), "table", String::new());
            let thing = (change.object.clone(), change.what, change.name.clone());
            match change.kind {
                ChangeKind::Removed => drop(things.remove(&thing)),
                ChangeKind::Added => {
                    things.insert(thing, (position, position));
                    if change.name.is_empty() {
                        continue;
                    }
                }
                ChangeKind::Changed => {
                    let made = things.get(&thing).map_or(position, |(made, _)| *made);
                    things.insert(thing, (made, position));
                }
            }
            if let Some((made, _)) = things.get(&table).copied() {
                things.insert(table, (made, position));
            }
        }
        Blame { things }
    }

    /// Who made a part of a table, and who changed it last. A part that came with its table has the table's
    /// maker.
    pub(super) fn of(&self, table: &str, what: &'static str, name: &str) -> Option<(usize, usize)> {
        let part = self.things.get(&(table.to_owned(), what, name.to_owned()));
        let made_with_table =
            || self.things.get(&(table.to_owned(), "table", String::new())).map(|(made, _)| (*made, *made));
        part.copied().or_else(made_with_table)
    }
}
