//! The panes of the page, one file each.

mod dock;
mod inspector;
mod keys;
mod opening;
mod refused;
mod revisions;
mod share;
mod stage;
mod status;
mod step_header;
mod toolbar;
mod trouble;
mod workspace;

pub use keys::KeysDialog;
pub use opening::Opening;
pub use refused::Refused;
pub use share::ShareDialog;
pub use trouble::TroubleBanner;
pub use workspace::Workspace;
