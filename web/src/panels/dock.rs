//! Below: what ran, what it changed, a console, the problems, the files.

mod calls;
mod changes;
mod console;
mod files;
mod problems;
mod source;
mod statements;

use yew::prelude::*;

use crate::components::{TabItem, Tabs};
use crate::context::use_page;
use crate::state::{Action, DockTab, failure};

#[component]
pub fn Dock() -> Html {
    let page = use_page();
    let state = &page.state;
    let (Some(step), Some(document)) = (&state.step, &state.document) else { return html! {} };
    let problems = &state.problems;
    let has_errors = problems.iter().any(|problem| problem.severity == "error");
    let items = DockTab::ALL
        .iter()
        .map(|tab| {
            let (count, alarming) = match tab {
                DockTab::Statements => (step.statements.len(), failure(step).is_some()),
                DockTab::Changes => (step.changes.len(), false),
                DockTab::Problems => (problems.len(), has_errors),
                DockTab::Console | DockTab::Files => (0, false),
            };
            let badge = (count > 0).then(|| count.to_string().into());
            TabItem { slug: tab.slug(), label: tab.label(), badge, alarming }
        })
        .collect::<Vec<_>>();
    let act = page.act.clone();
    let onselect = Callback::from(move |slug: &'static str| {
        if let Some(tab) = DockTab::find(slug) {
            act.emit(Action::Dock(tab));
        }
    });
    html! {
        <section class="dock" aria-label="SQL, changes and problems" data-region="" tabindex="-1">
            <Tabs name="dock" label="Dock" {items} active={state.dock.slug()} {onselect}>
                {
                    match state.dock {
                        DockTab::Statements => html! {
                            <statements::Statements document={document.clone()} step={step.clone()} call={state.call}
                                act={page.act.clone()} />
                        },
                        DockTab::Changes => html! { <changes::Changes step={step.clone()} /> },
                        DockTab::Console => html! { <console::Console /> },
                        DockTab::Problems => html! { <problems::Problems problems={problems.clone()} /> },
                        DockTab::Files => html! { <files::Files /> },
                    }
                }
            </Tabs>
        </section>
    }
}
