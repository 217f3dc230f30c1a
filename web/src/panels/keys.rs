//! All keys.

use yew::prelude::*;

use crate::components::Modal;
use crate::context::use_page;
use crate::state::Action;

const KEYS: [(&str, &str); 17] = [
    ("→", "Upgrade one step"),
    ("←", "Downgrade one step, for real"),
    ("Shift + ← / →", "Previous / next call or statement of the step"),
    ("Home / End", "To base / to the last step"),
    ("F", "Fit the diagram into its pane"),
    ("+ / −", "Zoom, when the diagram has the focus"),
    ("Arrow keys in the diagram", "To the next table in that direction"),
    ("Alt + arrow keys in the diagram", "Along foreign keys: ← ↑ to parents, → ↓ to children"),
    ("Enter in the diagram", "Select the table"),
    ("Ctrl or ⌘ + arrow keys in the diagram", "Move the view"),
    ("L", "Lens: changed tables and their neighbours"),
    ("O", "Outline in place of the diagram"),
    ("1 … 4", "Table, Indexes, Rows, Cascade"),
    ("Ctrl or ⌘ + Enter in the console", "Run the SQL"),
    ("F6 / Shift + F6", "Next / previous pane"),
    ("Esc", "Close or unselect, one level at a time"),
    ("?", "This list"),
];

#[component]
pub fn KeysDialog() -> Html {
    let page = use_page();
    html! {
        <Modal title="Keys" close={page.on(|| Action::Dialog(None))}>
            <table class="keys">
                <thead><tr><th scope="col">{ "Key" }</th><th scope="col">{ "Does" }</th></tr></thead>
                <tbody>
                    { for KEYS.iter().map(|(key, does)| html! { <tr><td><kbd>{ *key }</kbd></td><td>{ *does }</td></tr> }) }
                </tbody>
            </table>
            <p class="muted">{ "None of the single keys acts while you type in a field." }</p>
        </Modal>
    }
}
