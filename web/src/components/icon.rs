//! Signs that not every system font has, as small pictures. They are never the only name of a control.

use yew::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    First,
    Previous,
    Next,
    Last,
    Key,
}

impl Sign {
    /// The outline in a square of 16.
    pub fn path(self) -> &'static str {
        match self {
            Self::First => "M3 3h2v10H3zM13.5 3v10L6 8z",
            Self::Previous => "M12 2.5v11L3.5 8z",
            Self::Next => "M4 2.5v11L12.5 8z",
            Self::Last => "M11 3h2v10h-2zM2.5 3v10L10 8z",
            Self::Key => {
                "M5 4.500a3.5 3.5 0 1 0 3.3 4.700H11v2h2v-2h1.500v-2.400H8.300A3.5 3.5 0 0 0 5 4.500zM5 6.600a1.4 1.4 0 1 1 0 2.800a1.4 1.4 0 0 1 0-2.800z"
            }
        }
    }
}

#[derive(PartialEq, Properties)]
pub struct IconProps {
    pub sign: Sign,
}

#[component]
pub fn Icon(props: &IconProps) -> Html {
    html! {
        <svg class="icon-sign" viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
            <path d={props.sign.path()} fill-rule="evenodd" />
        </svg>
    }
}
