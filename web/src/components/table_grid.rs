//! Rows of values in a table that scrolls.

use yew::prelude::*;

use super::icon::{Icon, Sign};
use super::value::cell_html;
use crate::protocol::Cell;

#[derive(PartialEq, Properties)]
pub struct TableGridProps {
    pub label: AttrValue,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
    /// Columns that identify a row.
    #[prop_or_default]
    pub key_columns: Vec<String>,
    /// With it, each row begins with a button that chooses it.
    #[prop_or_default]
    pub onchoose: Option<Callback<usize>>,
    #[prop_or_default]
    pub chosen: Option<usize>,
}

#[component]
pub fn TableGrid(props: &TableGridProps) -> Html {
    let head = |column: &String| {
        let is_key = props.key_columns.contains(column);
        html! {
            <th scope="col">
                if is_key { <span class="key-sign" title="part of the key"><Icon sign={Sign::Key} /></span> }
                { column }
            </th>
        }
    };
    let row = |(index, cells): (usize, &Vec<Cell>)| {
        let chosen = props.chosen == Some(index);
        html! {
            <tr key={index} class={classes!(chosen.then_some("chosen"))}>
                if let Some(onchoose) = &props.onchoose {
                    <td class="choose">{ choose_button(index, chosen, onchoose, cells) }</td>
                }
                { for cells.iter().map(|cell| html! { <td>{ cell_html(cell) }</td> }) }
            </tr>
        }
    };
    html! {
        <div class="grid-scroll" role="group" aria-label={props.label.clone()} tabindex="0" data-keys="own">
            <table class="grid">
                <thead><tr>
                    if props.onchoose.is_some() { <th scope="col"><span class="visually-hidden">{ "Choose" }</span></th> }
                    { for props.columns.iter().map(head) }
                </tr></thead>
                <tbody>{ for props.rows.iter().enumerate().map(row) }</tbody>
            </table>
        </div>
    }
}

fn choose_button(index: usize, chosen: bool, onchoose: &Callback<usize>, cells: &[Cell]) -> Html {
    let onchoose = onchoose.clone();
    let first = cells.first().map(super::value::cell_text).unwrap_or_default();
    html! {
        <button type="button" class="choose-row" aria-pressed={chosen.to_string()}
            aria-label={format!("Choose row {first}")} onclick={move |_| onchoose.emit(index)}>
            <span aria-hidden="true">{ if chosen { "◉" } else { "○" } }</span>
        </button>
    }
}
