//! What deleting the chosen row takes with it, in the order in which SQLite does it.

use yew::prelude::*;

use crate::components::Chip;
use crate::components::value::{cell_html, key_text};
use crate::context::use_page;
use crate::protocol::{Blocked, CascadeEvent, CascadeView};
use crate::state::{Action, InspectorTab, Kind, plural};

#[component]
pub(super) fn Cascade() -> Html {
    let page = use_page();
    let rows = page.on(|| Action::Inspect(InspectorTab::Rows));
    let Some(cascade) = page.state.cascade.clone() else {
        if page.state.is_pending(Kind::Cascade) {
            return html! { <p class="empty">{ "Trying the delete and taking it back…" }</p> };
        }
        return html! {
            <div class="empty">
                <p>{ "Choose a row to see what its delete takes with it. The delete is tried on the real database and taken back; nothing is changed." }</p>
                <button type="button" class="button small" onclick={rows}>{ "Choose a row" }</button>
            </div>
        };
    };
    html! {
        <div class="cascade">
            <p class="cascade-what">
                <code>{ format!("DELETE FROM {} WHERE {}", cascade.table, key_text(&cascade.key)) }</code>
            </p>
            <div class="row-tools">
                <button type="button" class="button small" onclick={rows}>{ "Another row" }</button>
                <span class="muted">{ "A preview: nothing was changed." }</span>
            </div>
            if let Some(blocked) = &cascade.blocked { { refusal(blocked) } }
            { totals(&cascade) }
            <ol class="cascade-tree" aria-label="Effects in order">
                { for cascade.events.iter().enumerate().map(|(place, event)| effect(place, event)) }
            </ol>
            if cascade.truncated { <p class="muted">{ "More happened than is listed; the totals count everything." }</p> }
            <p class="muted small-print">{ "The order is SQLite's; other engines may do the same in another order." }</p>
        </div>
    }
}

fn refusal(blocked: &Blocked) -> Html {
    html! {
        <div class="verdict bad">
            <b>{ format!("⊘ Blocked {}", blocked.when) }</b>
            <p>{ &blocked.message }</p>
            <ul>
                { for blocked.by.iter().map(|blocker| html! {
                    <li>
                        <b>{ &blocker.table }</b>{ format!(": {} through ", plural(blocker.rows, "row")) }<code>{ &blocker.constraint }</code>
                        if !blocker.sample.is_empty() {
                            <span class="muted">{ format!(" ({})", blocker.sample.iter().map(|key| key_text(key)).collect::<Vec<_>>().join("; ")) }</span>
                        }
                    </li>
                }) }
            </ul>
        </div>
    }
}

fn totals(cascade: &CascadeView) -> Html {
    let would = if cascade.blocked.is_some() { "Without the block it would be:" } else { "In all:" };
    if cascade.totals.is_empty() {
        return html! {};
    }
    html! {
        <div class="cascade-totals">
            <span class="muted">{ would }</span>
            { for cascade.totals.iter().map(|(table, action, rows)| {
                let (sign, tone) = action_look(action);
                html! { <Chip {tone}>{ format!("{sign} {rows} {table} {action}") }</Chip> }
            }) }
        </div>
    }
}

fn action_look(action: &str) -> (&'static str, &'static str) {
    match action {
        "deleted" => ("−", "bad"),
        "changed" => ("~", "warn"),
        _ => ("+", "good"),
    }
}

fn effect(place: usize, event: &CascadeEvent) -> Html {
    let (sign, tone) = action_look(&event.action);
    let values = event.values.iter().map(|(column, old, new)| {
        let side =
            |cell: &Option<crate::protocol::Cell>| cell.as_ref().map_or_else(|| html! { { "—" } }, cell_html);
        html! {
            <span class="cascade-value"><span class="muted">{ format!("{column} ") }</span>{ side(old) }
                if event.action != "deleted" { { " → " }{ side(new) } }
            </span>
        }
    });
    html! {
        <li class={classes!("cascade-event", format!("depth-{}", event.depth.min(8)), tone)} key={place}>
            <span class="cascade-sign" aria-hidden="true">{ sign }</span>
            <div>
                <p class="cascade-head">
                    <span class="visually-hidden">{ format!("depth {}, {}: ", event.depth, event.action) }</span>
                    <b>{ &event.table }</b>{ " " }<code>{ key_text(&event.key) }</code>
                </p>
                <p class="cascade-because">{ &event.because }</p>
                <details open={event.action == "changed"}>
                    <summary>{ plural(event.values.len() as u64, "value") }</summary>
                    <div class="cascade-values">{ for values }</div>
                </details>
            </div>
        </li>
    }
}
