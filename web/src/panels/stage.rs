//! The middle: the step's header, and the schema as a diagram or as an outline.

mod boxes;
mod diagram;
mod edges;
mod geometry;
mod outline;
mod scene;

use yew::prelude::*;

use super::step_header::StepHeader;
use crate::context::use_page;
use crate::state::Action;
use diagram::Diagram;
use outline::Outline;

#[component]
pub fn Stage() -> Html {
    let page = use_page();
    let state = &page.state;
    let toggle = |label: &'static str, title: &'static str, on: bool, action: fn() -> Action| {
        html! {
            <button type="button" class="button quiet small" aria-pressed={on.to_string()} {title}
                onclick={page.on(action)}>{ label }</button>
        }
    };
    html! {
        <section class="stage" aria-label="Schema" data-region="" tabindex="-1">
            <StepHeader />
            <div class="stage-body">
                if state.outline { <Outline /> } else { <Diagram /> }
                <div class="stage-tools" role="group" aria-label="Diagram">
                    { toggle("Outline", "The diagram as text (O)", state.outline, || Action::ToggleOutline) }
                    { toggle("Lens", "Dim what is neither changed nor a neighbour of a change (L)", state.lens, || Action::ToggleLens) }
                    { toggle("Delete rules", "What happens to children when a parent is deleted", state.delete_rules, || Action::ToggleDeleteRules) }
                </div>
            </div>
        </section>
    }
}
