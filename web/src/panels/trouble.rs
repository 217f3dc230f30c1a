//! Over everything: the engine does not answer, or refused a request.

use yew::prelude::*;

use crate::context::use_page;
use crate::engine::Program;
use crate::state::{Action, Trouble};

#[derive(PartialEq, Properties)]
pub struct TroubleProps {
    pub restart: Callback<()>,
}

#[component]
pub fn TroubleBanner(props: &TroubleProps) -> Html {
    let page = use_page();
    let restart = props.restart.reform(|_: MouseEvent| ());
    let trouble = page.state.trouble.as_ref().map(|trouble| words(trouble, page.state.loading));
    html! {
        <>
            if let Some((title, detail, again)) = trouble {
                <section class="banner bad" aria-label="Engine trouble">
                    <div><b>{ title }</b><p>{ detail }</p></div>
                    <button type="button" class="button primary" onclick={restart}>{ again }</button>
                </section>
            }
            if let Some(refusal) = &page.state.refusal {
                <section class="banner warn" aria-label="Request refused">
                    <div>
                        <b>{ &refusal.title }</b><p>{ &refusal.detail }</p>
                        { for refusal.help.iter().map(|line| html! { <p class="help">{ line }</p> }) }
                    </div>
                    <button type="button" class="button" onclick={page.on(|| Action::DismissRefusal)}>{ "Dismiss" }</button>
                </section>
            }
        </>
    }
}

/// What happened, what to think of it, and what the button does.
fn words(trouble: &Trouble, loading: Option<Program>) -> (String, String, &'static str) {
    match (trouble, loading) {
        (Trouble::Slow, Some(program)) => (
            format!("Still loading {}", program.words()),
            "Nothing has come for 20 seconds: the connection may be slow. You can wait or try again."
                .to_owned(),
            "Try again",
        ),
        (Trouble::Slow, None) => (
            "The engine is still busy".to_owned(),
            "No answer for 20 seconds. It may be a statement without end; you can wait or restart."
                .to_owned(),
            "Restart engine",
        ),
        (Trouble::Dead(message), _) => {
            ("The engine stopped".to_owned(), format!("The browser says: {message}"), "Restart engine")
        }
        (Trouble::NotLoaded(program, message), _) => {
            let mut detail = format!("Look at the connection and try again. The browser says: {message}");
            if *program == Program::Python {
                detail.push_str(". Chains in SQL open without it");
            }
            (format!("Could not load {}", program.words()), detail, "Try again")
        }
    }
}
