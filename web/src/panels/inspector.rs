//! The selected table: its shape, its indexes, its rows, and what a delete takes with it.

mod cascade;
mod indexes;
mod insert;
mod rows;
mod shape;

use yew::prelude::*;

use crate::components::{MarkSign, TabItem, Tabs};
use crate::context::{Page, use_page};
use crate::protocol::{Mark, StepView};
use crate::state::{Action, InspectorTab, Shared, plural};

#[component]
pub fn Inspector() -> Html {
    let page = use_page();
    html! {
        <aside class="inspector" aria-label="Inspector" data-region="" tabindex="-1">
            <button type="button" class="button quiet small icon drawer-close" aria-label="Close the inspector"
                onclick={page.on(|| Action::ToggleDrawer)}>{ "✕" }</button>
            { if page.state.selected_table().is_some() { selected(&page) } else { nothing(&page) } }
        </aside>
    }
}

fn selected(page: &Page) -> Html {
    let state = &page.state;
    let Some(table) = state.selected_table() else { return html! {} };
    let ghost =
        state.step.as_ref().is_some_and(|step| step.ghosts.iter().any(|ghost| ghost.name == table.name));
    let items = InspectorTab::ALL
        .iter()
        .map(|tab| TabItem {
            slug: tab.slug(),
            label: tab.label(),
            badge: match tab {
                InspectorTab::Indexes => Some(table.indexes.len().to_string().into()),
                InspectorTab::Rows => Some(table.rows.to_string().into()),
                InspectorTab::Table | InspectorTab::Cascade => None,
            },
            alarming: false,
        })
        .collect::<Vec<_>>();
    let act = page.act.clone();
    let onselect = Callback::from(move |slug: &'static str| {
        if let Some(tab) = InspectorTab::find(slug) {
            act.emit(Action::Inspect(tab));
        }
    });
    let kind = if table.is_view { "view" } else { "table" };
    html! {
        <>
            <header class="inspector-title">
                <h2><MarkSign mark={if ghost { Mark::Removed } else { table.mark }} />{ &table.name }</h2>
                <p class="muted">{ format!("{kind} · {} · {}", plural(table.columns.len() as u64, "column"), plural(table.rows, "row")) }</p>
            </header>
            <Tabs name="inspector" label="Inspector" {items} active={state.inspector.slug()} {onselect}>
                {
                    match state.inspector {
                        InspectorTab::Table => html! { <shape::Shape table={table.clone()} /> },
                        InspectorTab::Indexes => html! { <indexes::Indexes table={table.clone()} /> },
                        InspectorTab::Rows => html! { <rows::Rows key={table.name.clone()} table={table.clone()} {ghost} /> },
                        InspectorTab::Cascade => html! { <cascade::Cascade /> },
                    }
                }
            </Tabs>
        </>
    }
}

fn nothing(page: &Page) -> Html {
    let Some(step) = page.state.step.clone() else { return html! {} };
    html! { <TablePicks {step} act={page.act.clone()} /> }
}

#[derive(PartialEq, Properties)]
struct TablePicksProps {
    step: Shared<StepView>,
    act: Callback<Action>,
}

/// In place of a table: all of them, to choose one.
#[component]
fn TablePicks(props: &TablePicksProps) -> Html {
    let button = |name: &String, mark: Mark| {
        let chosen = name.clone();
        html! {
            <li key={name.clone()}><button type="button" class="table-pick"
                onclick={props.act.reform(move |_: MouseEvent| Action::SelectTable(Some(chosen.clone())))}>
                <MarkSign {mark} />{ name }
            </button></li>
        }
    };
    html! {
        <div class="inspector-empty">
            <h2>{ "Inspector" }</h2>
            <p class="muted">{ "Choose a table here or in the diagram to see its columns, indexes and rows, and what a delete takes with it." }</p>
            <ul class="table-picks">{ for props.step.tables.iter().map(|table| button(&table.name, table.mark)) }</ul>
        </div>
    }
}
