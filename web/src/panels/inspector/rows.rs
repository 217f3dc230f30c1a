//! The rows of the selected table, page by page.

use std::rc::Rc;

use yew::prelude::*;

use super::insert::InsertForm;
use crate::components::TableGrid;
use crate::context::use_page;
use crate::protocol::{Call, RowsView, TableView};
use crate::state::{Action, InspectorTab, Kind, Shared};

const PAGE: u32 = 50;

#[derive(PartialEq, Properties)]
pub(super) struct RowsProps {
    pub table: Rc<TableView>,
    pub ghost: bool,
}

#[component]
pub(super) fn Rows(props: &RowsProps) -> Html {
    let page = use_page();
    let offset = use_state(|| 0_u32);
    let chosen = use_state(|| None::<usize>);
    let inserting = use_state(|| false);
    {
        let (ask, chosen, table, ghost) =
            (page.ask.clone(), chosen.clone(), props.table.name.clone(), props.ghost);
        use_effect_with((table, *offset, page.state.serial), move |(table, offset, _)| {
            chosen.set(None);
            if !ghost {
                ask.emit(Call::Rows { table: table.clone(), offset: *offset, limit: PAGE });
            }
        });
    }
    if props.ghost {
        return html! { <p class="empty">{ "This step removed the table; its rows are gone." }</p> };
    }
    let rows = page.state.rows.clone().filter(|rows| rows.table == props.table.name);
    let Some(rows) = rows else {
        let refused = !page.state.is_pending(Kind::Rows) && page.state.refusal.is_some();
        let words = if refused { "The rows could not be read." } else { "Reading rows…" };
        return html! { <p class="empty">{ words }</p> };
    };
    let onchoose = {
        let chosen = chosen.clone();
        Callback::from(move |index| chosen.set(Some(index)))
    };
    let preview = {
        let (page, rows, chosen) = (page.clone(), rows.clone(), *chosen);
        Callback::from(move |_: MouseEvent| {
            let Some(row) = chosen.and_then(|index| rows.rows.get(index)) else { return };
            page.act.emit(Action::Inspect(InspectorTab::Cascade));
            page.ask.emit(Call::Cascade { table: rows.table.clone(), key: row.key.clone() });
        })
    };
    let toggle = {
        let inserting = inserting.clone();
        Callback::from(move |_: MouseEvent| inserting.set(!*inserting))
    };
    let move_to = {
        let offset = offset.clone();
        Callback::from(move |to: u32| offset.set(to))
    };
    let cells: Vec<_> = rows.rows.iter().map(|row| row.cells.clone()).collect();
    html! {
        <div class="rows">
            <div class="row-tools">
                <button type="button" class="button small primary" disabled={chosen.is_none()} onclick={preview}
                    title="Choose a row first">{ "Preview delete" }</button>
                if !props.table.is_view {
                    <button type="button" class="button small" aria-expanded={inserting.to_string()} onclick={toggle}>{ "Add a row" }</button>
                }
            </div>
            if *inserting { <InsertForm table={props.table.clone()} /> }
            if rows.rows.is_empty() {
                <p class="empty">{ "No rows. Add some here or in the console: they are kept while you walk the chain." }</p>
            } else {
                <TableGrid label={format!("Rows of {}", rows.table)} columns={rows.columns.clone()} rows={cells}
                    key_columns={rows.key.clone()} {onchoose} chosen={*chosen} />
                { paging(&rows, &move_to) }
            }
        </div>
    }
}

fn paging(rows: &Shared<RowsView>, move_to: &Callback<u32>) -> Html {
    let end = u64::from(rows.offset) + rows.rows.len() as u64;
    let (before, after) = (rows.offset.saturating_sub(PAGE), rows.offset + PAGE);
    html! {
        <div class="paging">
            <button type="button" class="button small quiet" disabled={rows.offset == 0}
                onclick={move_to.reform(move |_: MouseEvent| before)}>{ "◀ Previous" }</button>
            <span>{ format!("{}–{end} of {}", rows.offset + 1, rows.total) }</span>
            <button type="button" class="button small quiet" disabled={end >= rows.total}
                onclick={move_to.reform(move |_: MouseEvent| after)}>{ "Next ▶" }</button>
        </div>
    }
}
