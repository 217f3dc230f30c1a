//! The line at the bottom.

use yew::prelude::*;

use crate::context::{use_lasting, use_page};
use crate::protocol::Call;
use crate::state::{Action, DockTab, plural};

#[component]
pub fn Status() -> Html {
    let page = use_page();
    let working = use_lasting(!page.state.pending.is_empty());
    let (Some(document), Some(step)) = (&page.state.document, &page.state.step) else { return html! {} };
    let problems = &page.state.problems;
    let errors = problems.iter().filter(|problem| problem.severity == "error").count();
    let busy = match &page.state.progress {
        Some(progress) => Some(progress.stage.clone()),
        None => working.then(|| "working…".to_owned()),
    };
    html! {
        <footer class="status">
            <span>{ format!("{}, {}", plural(document.revisions.len() as u64, "revision"),
                plural(step.tables.iter().filter(|table| !table.is_view).count() as u64, "table")) }</span>
            <span>{ format!("{} → SQLite", document.dialect) }</span>
            <span>{ format!("ran in {:.1} ms", step.milliseconds) }</span>
            if step.edits > 0 {
                <span class="status-edits">{ format!("{} kept in this chain ", plural(u64::from(step.edits), "edit")) }
                    <button type="button" class="link" onclick={page.asks(|| Call::ForgetEdits)}>{ "Forget edits" }</button>
                </span>
            }
            if let Some(busy) = busy { <span class="status-busy">{ busy }</span> }
            <span class="grow"></span>
            <button type="button" class="link" onclick={page.on(|| Action::Dock(DockTab::Problems))}>
                { if errors > 0 { format!("✖ {} · ", plural(errors as u64, "error")) } else { String::new() } }
                { plural(problems.len() as u64, "problem") }
            </button>
        </footer>
    }
}
