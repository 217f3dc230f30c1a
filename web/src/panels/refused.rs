//! A document that could not be opened: why, and what to do.

use yew::prelude::*;

use crate::bridge::location;
use crate::context::use_page;
use crate::protocol::Refusal;
use crate::state::Action;

#[derive(PartialEq, Properties)]
pub struct RefusedProps {
    pub refusal: Refusal,
}

#[component]
pub fn Refused(props: &RefusedProps) -> Html {
    let page = use_page();
    let refusal = &props.refusal;
    let act = page.act.clone();
    let home = Callback::from(move |_: MouseEvent| {
        location::clear_fragment();
        act.emit(Action::Home);
    });
    html! {
        <main class="full-page">
            <div class="full-card">
                <p class="refusal-code"><code>{ &refusal.code }</code></p>
                <h1>{ &refusal.title }</h1>
                <p>{ &refusal.detail }</p>
                if !refusal.help.is_empty() {
                    <h2>{ "What to do" }</h2>
                    <ul>{ for refusal.help.iter().map(|line| html! { <li>{ line }</li> }) }</ul>
                }
                <button type="button" class="button primary" onclick={home}>{ "Back to the first page" }</button>
            </div>
        </main>
    }
}
