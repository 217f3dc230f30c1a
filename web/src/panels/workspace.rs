//! The open document: all panes and the lines between them.

use yew::prelude::*;

use super::dock::Dock;
use super::inspector::Inspector;
use super::revisions::Revisions;
use super::stage::Stage;
use super::status::Status;
use super::toolbar::Toolbar;
use crate::components::Splitter;
use crate::context::use_page;
use crate::protocol::StatementView;
use crate::state::{Action, Pane};

#[component]
pub fn Workspace() -> Html {
    let page = use_page();
    let state = &page.state;
    // A program is read beside what it gives, which takes room; `workspace.css` has the same height.
    let is_program = state.step.as_ref().is_some_and(|step| is_given(&step.statements));
    let class = classes!(
        "workspace",
        format!("pane-{}", state.pane.slug()),
        state.drawer.then_some("drawer-open"),
        state.revisions_open.then_some("revisions-open"),
        is_program.then_some("program"),
    );
    html! {
        <div {class}>
            <Toolbar />
            <main class="panes">
                <Revisions />
                <Splitter name="left" label="Width of the revision list" vertical=true after=false
                    initial=264.0 least=180.0 most=520.0 />
                <Stage />
                <Splitter name="right" label="Width of the inspector" vertical=true after=true
                    initial=348.0 least=280.0 most=720.0 />
                <Inspector />
                <Splitter name="dock" label="Height of the dock" vertical=false after=true
                    initial={if is_program { 340.0 } else { 264.0 }} least=120.0 most=640.0 />
                <Dock />
            </main>
            <Status />
            <PaneBar />
        </div>
    }
}

fn is_given(statements: &[StatementView]) -> bool {
    statements.iter().any(|statement| statement.is_given)
}

/// On a narrow screen: which pane is shown.
#[component]
fn PaneBar() -> Html {
    let page = use_page();
    let item = |pane: &Pane| {
        let pane = *pane;
        let current = (page.state.pane == pane).then_some("true");
        html! {
            <button type="button" class="pane-button" key={pane.slug()} aria-current={current}
                onclick={page.on(move || Action::Pane(pane))}>
                <span class="pane-icon" aria-hidden="true">{ icon(pane) }</span>{ pane.label() }
            </button>
        }
    };
    html! { <nav class="pane-bar" aria-label="Panes">{ for Pane::ALL.iter().map(item) }</nav> }
}

fn icon(pane: Pane) -> &'static str {
    match pane {
        Pane::Revisions => "⇅",
        Pane::Diagram => "▦",
        Pane::Sql => "≣",
        Pane::Inspect => "⌕",
    }
}
