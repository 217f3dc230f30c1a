//! The part of the address after `#`: an example's name or a shared link. It never reaches a server.

use gloo::events::EventListener;
use yew::Callback;

use crate::protocol::Source;

/// What the address asks for.
pub fn source() -> Option<Source> {
    source_of(&fragment())
}

fn source_of(fragment: &str) -> Option<Source> {
    match fragment.strip_prefix("example=") {
        Some(name) => Some(Source::Example(name.to_owned(), Vec::new())),
        None if fragment.is_empty() => None,
        None => Some(Source::Link(fragment.to_owned())),
    }
}

fn fragment() -> String {
    let hash = gloo::utils::window().location().hash().unwrap_or_default();
    hash.trim_start_matches('#').to_owned()
}

/// Takes the fragment away without a new entry in the history.
pub fn clear_fragment() {
    let window = gloo::utils::window();
    let location = window.location();
    let path = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
    if let (false, Ok(history)) = (fragment().is_empty(), window.history()) {
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&path));
    }
}

/// The address of the page with this fragment.
pub fn link(fragment: &str) -> String {
    let href = gloo::utils::window().location().href().unwrap_or_default();
    let page = href.split('#').next().unwrap_or_default();
    format!("{page}#{fragment}")
}

/// Tells when the fragment changes: a link was opened or pasted, or the user went back.
pub fn listen(changed: Callback<Option<Source>>) -> EventListener {
    EventListener::new(&gloo::utils::window(), "hashchange", move |_| changed.emit(source()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fragment_is_an_example_or_a_link_or_nothing() {
        assert!(source_of("").is_none());
        assert!(
            matches!(source_of("example=safety-reports"), Some(Source::Example(name, _)) if name == "safety-reports")
        );
        assert!(matches!(source_of("1.d.abc"), Some(Source::Link(link)) if link == "1.d.abc"));
    }
}
