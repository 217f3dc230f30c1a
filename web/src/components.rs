//! Small pieces that more than one panel draws.

pub mod code;
pub mod icon;
pub mod modal;
mod python;
pub mod splitter;
pub mod table_grid;
pub mod tabs;
pub mod value;

pub use code::Code;
pub use icon::{Icon, Sign};
pub use modal::Modal;
pub use splitter::Splitter;
pub use table_grid::TableGrid;
pub use tabs::{TabItem, Tabs};
pub use value::{Chip, FidelityChip, MarkSign, RevisionLink};
