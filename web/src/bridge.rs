//! Everything the page asks of the browser outside Yew. What can be missing (storage, clipboard) answers with
//! an `Option` or `bool`; nothing here fails the page.

pub mod clipboard;
pub mod fetch;
pub mod files;
pub mod first_page;
pub mod focus;
pub mod location;
pub mod properties;
pub mod size;
pub mod storage;
pub mod theme;
pub mod unpack;
pub mod worker;
