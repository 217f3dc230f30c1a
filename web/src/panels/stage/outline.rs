//! The diagram as text: the same tables, columns, keys and marks.

use std::rc::Rc;

use yew::prelude::*;

use super::edges::rule_sign;
use crate::components::MarkSign;
use crate::components::value::mark_class;
use crate::context::use_page;
use crate::protocol::{ColumnView, ForeignKeyView, Mark, TableView};
use crate::state::{Action, plural};

#[component]
pub(super) fn Outline() -> Html {
    let page = use_page();
    let Some(step) = &page.state.step else { return html! {} };
    let table = |(table, ghost): (&Rc<TableView>, bool)| {
        let selected = page.state.table.as_ref() == Some(&table.name);
        let name = table.name.clone();
        html! {
            <OutlineTable key={format!("{}{ghost}", table.name)} table={table.clone()} {ghost} {selected}
                onselect={page.on(move || Action::SelectTable(Some(name.clone())))} />
        }
    };
    let present = step.tables.iter().map(|table| (table, false));
    let ghosts = step.ghosts.iter().map(|table| (table, true));
    html! {
        <div class="outline" role="region" aria-label="Outline of the schema" tabindex="0">
            <ul class="outline-list">{ for present.chain(ghosts).map(table) }</ul>
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct OutlineTableProps {
    table: Rc<TableView>,
    ghost: bool,
    selected: bool,
    onselect: Callback<MouseEvent>,
}

#[component]
fn OutlineTable(props: &OutlineTableProps) -> Html {
    let table = &props.table;
    let mark = if props.ghost { Mark::Removed } else { table.mark };
    html! {
        <li class={classes!("outline-table", mark_class(mark))}>
            <details open={mark != Mark::Same}>
                <summary>
                    <MarkSign {mark} /><span class="outline-name">{ &table.name }</span>
                    <span class="muted">{ format!(" {}, {}", plural(table.columns.len() as u64, "column"), plural(table.rows, "row")) }</span>
                </summary>
                <button type="button" class="link" aria-pressed={props.selected.to_string()} onclick={props.onselect.clone()}>
                    { format!("Inspect {}", table.name) }
                </button>
                <ul>
                    { for table.columns.iter().map(column_line) }
                    { for table.foreign_keys.iter().map(key_line) }
                </ul>
            </details>
        </li>
    }
}

fn column_line(column: &ColumnView) -> Html {
    let mut facts = vec![column.declared.clone()];
    if column.primary {
        facts.push("primary key".into());
    }
    if column.foreign {
        facts.push("foreign key".into());
    }
    if !column.nullable {
        facts.push("not null".into());
    }
    facts.extend(column.in_indexes.iter().map(|(index, place)| format!("▤{place} of {index}")));
    html! {
        <li class={mark_class(column.mark)}>
            <MarkSign mark={column.mark} /><code class="outline-column">{ &column.name }</code>
            <span class="muted">{ format!(" {}", facts.join(", ")) }</span>
        </li>
    }
}

fn key_line(key: &ForeignKeyView) -> Html {
    html! {
        <li class={mark_class(key.mark)}>
            <MarkSign mark={key.mark} />
            { format!("↗ {} → {}.{} ", key.columns.join(", "), key.ref_table, key.ref_columns.join(", ")) }
            <span class="muted">{ format!("{} on delete {}", rule_sign(&key.on_delete), key.on_delete.to_lowercase()) }</span>
        </li>
    }
}
