//! Copies text.

use wasm_bindgen_futures::JsFuture;

/// Whether the text is on the clipboard now: the browser may refuse (no focus, no permission, plain HTTP).
pub async fn copy(text: &str) -> bool {
    // Without a secure context `navigator.clipboard` is undefined, and calling it would throw.
    let navigator = gloo::utils::window().navigator();
    let missing =
        js_sys::Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|value| value.is_undefined());
    !missing && JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok()
}
