//! SQL of the user's own, on the database as it is at this step.

use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use crate::components::code::highlighted;
use crate::components::{Chip, TableGrid};
use crate::context::use_page;
use crate::protocol::{Call, ConsoleResult, Explained, PlanLine};
use crate::state::{Action, ConsoleEntry, Kind, Shared, plural};

#[component]
pub(super) fn Console() -> Html {
    let page = use_page();
    let sql = page.state.console.clone();
    let busy = page.state.is_pending(Kind::Console) || page.state.is_pending(Kind::Explain);
    let ready = !busy && !sql.trim().is_empty();
    let run = {
        let (ask, sql) = (page.ask.clone(), sql.clone());
        Callback::from(move |()| {
            if ready {
                ask.emit(Call::Console { sql: sql.clone() });
            }
        })
    };
    let explain = {
        let (ask, sql) = (page.ask.clone(), sql.clone());
        Callback::from(move |_: MouseEvent| {
            if ready {
                ask.emit(Call::Explain { sql: sql.clone() });
            }
        })
    };
    let oninput = {
        let act = page.act.clone();
        Callback::from(move |event: InputEvent| {
            if let Some(area) = event.target_dyn_into::<HtmlTextAreaElement>() {
                act.emit(Action::Console(area.value()));
            }
        })
    };
    let onkeydown = {
        let run = run.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
                event.prevent_default();
                run.emit(());
            }
        })
    };
    html! {
        <div class="console">
            <div class="console-input">
                <textarea class="field mono" rows="4" spellcheck="false" autocapitalize="off" value={sql} {oninput} {onkeydown}
                    aria-label="SQL" placeholder="SELECT * FROM …; several statements are allowed" />
                <div class="row-tools">
                    <button type="button" class="button small primary" disabled={!ready} onclick={run.reform(|_: MouseEvent| ())}>{ "Run" }</button>
                    <button type="button" class="button small" disabled={!ready} onclick={explain}>{ "Explain query plan" }</button>
                    <span class="muted">{ if busy { "running…" } else { "Ctrl or ⌘ + Enter runs. What you change is kept as an edit at this step." } }</span>
                    if !page.state.console_log.is_empty() {
                        <button type="button" class="link" onclick={page.on(|| Action::ClearConsole)}>{ "Clear" }</button>
                    }
                </div>
            </div>
            <ol class="console-log">
                { for page.state.console_log.iter().rev().map(|entry| html! { <li><Entry entry={entry.clone()} /></li> }) }
            </ol>
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct EntryProps {
    entry: Shared<ConsoleEntry>,
}

#[component]
fn Entry(props: &EntryProps) -> Html {
    match &*props.entry {
        ConsoleEntry::Ran(results) => html! { <>{ for results.iter().map(result) }</> },
        ConsoleEntry::Explained(explained) => plan(explained),
    }
}

fn result(result: &ConsoleResult) -> Html {
    let facts = if result.columns.is_empty() {
        format!("{} changed", plural(result.changed, "row"))
    } else {
        plural(result.rows.len() as u64, "row")
    };
    html! {
        <section class="console-result">
            <pre class="console-sql"><code>{ highlighted(result.sql.trim()) }</code></pre>
            {
                match &result.error {
                    Some(error) => html! { <p class="verdict bad"><b>{ "✖ " }</b>{ error }</p> },
                    None => html! { <p class="muted">{ format!("{facts} · {:.1} ms", result.milliseconds) }</p> },
                }
            }
            if !result.columns.is_empty() {
                <TableGrid label="Result" columns={result.columns.clone()} rows={result.rows.clone()} />
            }
            if result.truncated { <p class="muted">{ "More rows were there than are shown." }</p> }
        </section>
    }
}

fn plan(explained: &Explained) -> Html {
    let line = |line: &PlanLine| {
        html! {
            <li class={classes!("plan-line", format!("depth-{}", line.depth.min(8)), line.scan.then_some("scan"))}>
                <span>{ &line.words }</span>
                if line.scan { { " " }<Chip tone="warn" title="Reads every row of the table">{ "! reads every row" }</Chip> }
                if let Some(index) = &line.index { { " " }<span class="index-badge">{ format!("▤ {index}") }</span> }
                <code class="plan-raw">{ &line.raw }</code>
            </li>
        }
    };
    html! {
        <section class="console-result">
            <p><b>{ "Query plan" }</b><span class="muted">{ " of SQLite on these rows; other engines may plan otherwise" }</span></p>
            if let Some(error) = &explained.error { <p class="verdict bad"><b>{ "✖ " }</b>{ error }</p> }
            <ol class="plan">{ for explained.lines.iter().map(line) }</ol>
        </section>
    }
}
