//! A form for one new row.

use std::rc::Rc;

use std::collections::BTreeMap;

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::context::use_page;
use crate::protocol::{Call, ColumnView, TableView};

#[derive(PartialEq, Properties)]
pub(super) struct InsertProps {
    pub table: Rc<TableView>,
}

/// An empty field leaves the column out, so that its default applies.
#[component]
pub(super) fn InsertForm(props: &InsertProps) -> Html {
    let page = use_page();
    let values = use_state(BTreeMap::<String, String>::new);
    let onsubmit = {
        let (ask, values, table) = (page.ask.clone(), values.clone(), props.table.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let filled = |column: &ColumnView| (column.name.clone(), values.get(&column.name).cloned());
            let columns = table.columns.iter().filter(|column| column.generated.is_none());
            ask.emit(Call::InsertRow { table: table.name.clone(), values: columns.map(filled).collect() });
            values.set(BTreeMap::new());
        })
    };
    let field = |column: &ColumnView| {
        let (values, name) = (values.clone(), column.name.clone());
        let value = values.get(&name).cloned().unwrap_or_default();
        let oninput = Callback::from(move |event: InputEvent| {
            let Some(input) = event.target_dyn_into::<HtmlInputElement>() else { return };
            let mut next = (*values).clone();
            if input.value().is_empty() {
                next.remove(&name);
            } else {
                next.insert(name.clone(), input.value());
            }
            values.set(next);
        });
        html! {
            <label class="insert-field" key={column.name.clone()}>
                <span>{ &column.name }<code class="muted">{ format!(" {}", column.declared) }</code></span>
                <input class="field" type="text" autocomplete="off" {value}
                    placeholder={placeholder(column)} {oninput} />
            </label>
        }
    };
    html! {
        <form class="insert-form" {onsubmit} aria-label={format!("New row of {}", props.table.name)}>
            { for props.table.columns.iter().filter(|column| column.generated.is_none()).map(field) }
            <button type="submit" class="button small primary">{ "Insert" }</button>
        </form>
    }
}

fn placeholder(column: &ColumnView) -> String {
    match &column.default {
        Some(default) => format!("default {default}"),
        None if column.nullable => "NULL".to_owned(),
        None => "needed".to_owned(),
    }
}
