//! The link of the present state: how long it is, what it gives away, and a button that copies it.

use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::bridge::{clipboard, location};
use crate::components::Modal;
use crate::context::use_page;
use crate::protocol::{Call, LinkView};
use crate::state::{Action, plural};

/// How far links of a length get: most characters, words, tone.
const TIERS: [(usize, &str, &str); 4] = [
    (2_000, "works everywhere", "good"),
    (8_000, "may be cut by some chat apps and by Android's address bar", "warn"),
    (32_000, "works in desktop browsers; chat apps will cut it", "warn"),
    (usize::MAX, "too long for most browsers: share the files instead", "bad"),
];

#[component]
pub fn ShareDialog() -> Html {
    let page = use_page();
    {
        let (ask, view) = (page.ask.clone(), page.state.view());
        use_effect_with((), move |()| ask.emit(Call::Share(view)));
    }
    html! {
        <Modal title="Share this state" close={page.on(|| Action::Dialog(None))}>
            {
                match &page.state.link {
                    Some(link) => html! { <Link link={link.clone()} /> },
                    None => html! { <p class="loading" role="status">{ "Making the link…" }</p> },
                }
            }
            <p class="muted">
                { "The part after # never leaves the browser; anyone with the link sees the files." }
            </p>
        </Modal>
    }
}

#[derive(PartialEq, Properties)]
struct LinkProps {
    link: LinkView,
}

#[component]
fn Link(props: &LinkProps) -> Html {
    let address = location::link(&props.link.fragment);
    let copied = use_state(|| None::<bool>);
    let field = use_node_ref();
    let copy = {
        let (address, copied, field) = (address.clone(), copied.clone(), field.clone());
        Callback::from(move |_: MouseEvent| {
            let (address, copied, field) = (address.clone(), copied.clone(), field.clone());
            spawn_local(async move {
                let done = clipboard::copy(&address).await;
                if let (false, Some(field)) = (done, field.cast::<HtmlInputElement>()) {
                    field.select();
                }
                copied.set(Some(done));
            });
        })
    };
    html! {
        <>
            if !props.link.secrets.is_empty() {
                <div class="verdict bad">
                    <b>{ "! The files hold what looks like secrets. Everyone with the link can read them:" }</b>
                    <ul>{ for props.link.secrets.iter().map(|secret| html! { <li><code>{ secret }</code></li> }) }</ul>
                </div>
            }
            <div class="share-row">
                <input ref={field} class="field mono" readonly=true value={address.clone()} aria-label="Link" />
                <button type="button" class="button primary" onclick={copy}>{ "Copy link" }</button>
            </div>
            <p class="share-copied" role="status">{ copied_words(*copied) }</p>
            <SizeMeter length={address.chars().count()} />
        </>
    }
}

fn copied_words(copied: Option<bool>) -> &'static str {
    match copied {
        None => "",
        Some(true) => "✔ Copied.",
        Some(false) => "The browser does not allow copying; the link is selected: press Ctrl or ⌘ + C.",
    }
}

#[derive(PartialEq, Properties)]
struct SizeProps {
    length: usize,
}

#[component]
fn SizeMeter(props: &SizeProps) -> Html {
    let length = props.length;
    let tier = TIERS.iter().position(|(most, _, _)| length <= *most).unwrap_or(TIERS.len() - 1);
    let (_, words, tone) = TIERS[tier];
    let segment = |index: usize| {
        let tone = (index <= tier).then_some(tone);
        html! { <span class={classes!("meter-part", tone)}></span> }
    };
    html! {
        <div class="size-meter">
            <div class="meter" aria-hidden="true">{ for (0..TIERS.len()).map(segment) }</div>
            <p>{ format!("{}: {words}", plural(length as u64, "character")) }</p>
        </div>
    }
}
