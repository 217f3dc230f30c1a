//! What the step changed in the schema, one line each.

use yew::prelude::*;

use crate::components::MarkSign;
use crate::components::value::mark_class;
use crate::context::use_page;
use crate::protocol::{ChangeView, StepView};
use crate::state::{Action, Shared};

#[derive(PartialEq, Properties)]
pub(super) struct ChangesProps {
    pub step: Shared<StepView>,
}

#[component]
pub(super) fn Changes(props: &ChangesProps) -> Html {
    let page = use_page();
    if props.step.changes.is_empty() {
        return html! { <p class="empty">{ "This step leaves the schema as it was." }</p> };
    }
    let row = |(place, change): (usize, &ChangeView)| {
        let table = change.table.clone();
        html! {
            <tr key={place} class={mark_class(change.mark)}>
                <td><MarkSign mark={change.mark} /></td>
                <td>{ &change.kind }</td>
                <td><button type="button" class="link" onclick={page.on(move || Action::SelectTable(Some(table.clone())))}>{ &change.table }</button></td>
                <td><code>{ if change.kind == "table" { "" } else { &change.name } }</code></td>
                <td>{ &change.detail }</td>
            </tr>
        }
    };
    html! {
        <table class="grid changes">
            <thead><tr>
                <th scope="col"><span class="visually-hidden">{ "Mark" }</span></th>
                <th scope="col">{ "What" }</th><th scope="col">{ "Table" }</th>
                <th scope="col">{ "Name" }</th><th scope="col">{ "Detail" }</th>
            </tr></thead>
            <tbody>{ for props.step.changes.iter().enumerate().map(row) }</tbody>
        </table>
    }
}
