//! Over everything: the engine does not answer, or refused a request.

use yew::prelude::*;

use crate::context::use_page;
use crate::state::{Action, Trouble};

#[derive(PartialEq, Properties)]
pub struct TroubleProps {
    pub restart: Callback<()>,
}

#[component]
pub fn TroubleBanner(props: &TroubleProps) -> Html {
    let page = use_page();
    let restart = props.restart.reform(|_: MouseEvent| ());
    let trouble = page.state.trouble.as_ref().map(|trouble| match trouble {
        Trouble::Slow => (
            "The engine is still busy".to_owned(),
            "No answer for 20 seconds. It may be a statement without end; you can wait or restart."
                .to_owned(),
        ),
        Trouble::Dead(message) => ("The engine stopped".to_owned(), format!("The browser says: {message}")),
    });
    html! {
        <>
            if let Some((title, detail)) = trouble {
                <section class="banner bad" aria-label="Engine trouble">
                    <div><b>{ title }</b><p>{ detail }</p></div>
                    <button type="button" class="button primary" onclick={restart}>{ "Restart engine" }</button>
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
