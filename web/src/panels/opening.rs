//! While a document is opened: what is being done, and a way back.

use yew::prelude::*;

use crate::bridge::location;
use crate::context::use_page;
use crate::state::Action;

#[component]
pub fn Opening() -> Html {
    let page = use_page();
    let act = page.act.clone();
    let cancel = Callback::from(move |_: MouseEvent| {
        location::clear_fragment();
        act.emit(Action::Home);
    });
    let (stage, bar) = match &page.state.progress {
        Some(progress) if progress.total > 0 => (
            progress.stage.clone(),
            html! { <progress max={progress.total.to_string()} value={progress.done.to_string()} aria-label={progress.stage.clone()} /> },
        ),
        Some(progress) => {
            (progress.stage.clone(), html! { <progress aria-label={progress.stage.clone()} /> })
        }
        None => ("starting the engine".to_owned(), html! { <progress aria-label="starting the engine" /> }),
    };
    html! {
        <main class="full-page">
            <div class="full-card">
                <h1>{ "Opening the chain" }</h1>
                <p class="stage-words">{ stage }</p>
                { bar }
                <button type="button" class="button" onclick={cancel}>{ "Cancel" }</button>
            </div>
        </main>
    }
}
