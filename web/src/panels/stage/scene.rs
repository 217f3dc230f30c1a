//! What is drawn at a step: which tables, where, and which of them matter to the lens.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::geometry::{Rect, place};
use crate::protocol::{Mark, Opened, StepView, TableView};

pub(super) struct Item<'a> {
    pub table: &'a Rc<TableView>,
    pub rect: Rect,
    pub ghost: bool,
    /// Its place among all tables of the chain, the same at each step.
    pub place: usize,
}

/// The tables of the step and the ghosts of those it removed.
pub(super) fn items<'a>(document: &Opened, step: &'a StepView) -> Vec<Item<'a>> {
    let boxes = &document.placement.boxes;
    let mut strays = 0;
    let present = step.tables.iter().map(|table| (table, false));
    let ghosts = step.ghosts.iter().map(|table| (table, true));
    present
        .chain(ghosts)
        .map(|(table, ghost)| {
            let rect = place(&document.placement, table, strays);
            let place = boxes.iter().position(|place| place.table == table.name).unwrap_or_else(|| {
                strays += 1;
                boxes.len() + strays
            });
            Item { table, rect, ghost, place }
        })
        .collect()
}

/// The id of a table's element; names may hold characters that ids may not.
pub(super) fn table_id(item: &Item<'_>) -> String {
    format!("er-table-{}", item.place)
}

/// Tables that the step changed and their neighbours; None when the step changed no table.
pub(super) fn focus_of(items: &[Item<'_>]) -> Option<BTreeSet<String>> {
    let changed: BTreeSet<&str> = items
        .iter()
        .filter(|item| item.ghost || item.table.mark != Mark::Same)
        .map(|item| item.table.name.as_str())
        .collect();
    if changed.is_empty() {
        return None;
    }
    let mut focus: BTreeSet<String> = changed.iter().map(|name| (*name).to_owned()).collect();
    for item in items {
        for key in &item.table.foreign_keys {
            if changed.contains(item.table.name.as_str()) {
                focus.insert(key.ref_table.clone());
            }
            if changed.contains(key.ref_table.as_str()) {
                focus.insert(item.table.name.clone());
            }
        }
    }
    Some(focus)
}

/// `orders, 6 columns, changed: column total added; 2 foreign keys out, 3 in`.
pub(super) fn spoken(item: &Item<'_>, items: &[Item<'_>], step: &StepView, selected: bool) -> String {
    use crate::components::value::mark_word;
    use crate::state::plural;
    let table = item.table;
    let mut words = format!("{}, {}", table.name, plural(table.columns.len() as u64, "column"));
    if table.is_view {
        words.push_str(", view");
    }
    if item.ghost {
        words.push_str(", removed by this step");
    } else if table.mark != Mark::Same {
        words.push_str(&format!(", {}", mark_word(table.mark)));
        let changes: Vec<String> = step
            .changes
            .iter()
            .filter(|change| change.table == table.name && change.kind != "table")
            .take(4)
            .map(|change| format!("{} {} {}", change.kind, change.name, mark_word(change.mark)))
            .collect();
        if !changes.is_empty() {
            words.push_str(&format!(": {}", changes.join(", ")));
        }
    }
    let inward: usize = items
        .iter()
        .map(|other| other.table.foreign_keys.iter().filter(|key| key.ref_table == table.name).count())
        .sum();
    words.push_str(&format!("; {} out, {inward} in", plural(table.foreign_keys.len() as u64, "foreign key")));
    if selected {
        words.push_str(", selected");
    }
    words
}
