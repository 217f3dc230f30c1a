//! Asks the page's own server for files that lie beside the page.

use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

/// The bytes at each of the addresses, in their order.
///
/// # Errors
/// The first address that nothing came from, and why, as the browser says it.
pub async fn fetch(addresses: &[String]) -> Result<Vec<Vec<u8>>, (String, String)> {
    let window = gloo::utils::window();
    // All are asked for before the first is waited for.
    let asked: Vec<_> = addresses.iter().map(|address| window.fetch_with_str(address)).collect();
    let mut found = Vec::with_capacity(asked.len());
    for (address, promise) in addresses.iter().zip(asked) {
        let promise = JsFuture::from(promise);
        found.push(body(promise).await.map_err(|why| (address.clone(), why))?);
    }
    Ok(found)
}

async fn body(answer: JsFuture) -> Result<Vec<u8>, String> {
    let answer: Response = answer.await.map_err(words)?.unchecked_into();
    if !answer.ok() {
        return Err(format!("the server answered {}", answer.status()));
    }
    let buffer = JsFuture::from(answer.array_buffer().map_err(words)?).await.map_err(words)?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

fn words(error: JsValue) -> String {
    error
        .dyn_into::<js_sys::Error>()
        .map_or_else(|_| "it gave no reason".into(), |error| error.message().into())
}
