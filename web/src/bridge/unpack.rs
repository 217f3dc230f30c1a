//! Unpacks the document of a link with the browser's own means: the page has no other.

use js_sys::{Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

use crate::peek::MOST_UNPACKED;

/// The unpacked bytes; None where they are damaged or too many, or where the browser cannot do it.
pub async fn unpack(packed: &str) -> Option<Vec<u8>> {
    let window = gloo::utils::window();
    // `boot.js` has it: reading a stream takes a tenth of the code there.
    let unpack = Reflect::get(&window, &"retortUnpack".into()).ok()?.dyn_into::<Function>().ok()?;
    let promise = unpack.call2(&window, &packed.into(), &(MOST_UNPACKED as f64).into()).ok()?;
    let buffer = JsFuture::from(promise.dyn_into::<Promise>().ok()?).await.ok()?;
    (!buffer.is_null()).then(|| Uint8Array::new(&buffer).to_vec())
}
