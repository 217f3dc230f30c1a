//! Tabs and panes: each has a name in links and element ids, and one that is shown.

macro_rules! tabs {
    ($(#[$doc:meta])* $name:ident { $($tab:ident $slug:literal $label:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($tab,)* }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$tab,)*];
            /// The name in links and element ids.
            pub fn slug(self) -> &'static str {
                match self { $(Self::$tab => $slug,)* }
            }
            pub fn label(self) -> &'static str {
                match self { $(Self::$tab => $label,)* }
            }
            pub fn find(slug: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|tab| tab.slug() == slug)
            }
        }
    };
}

tabs! {
    /// Tabs of the inspector.
    InspectorTab {
        Table "table" "Table",
        Indexes "indexes" "Indexes",
        Rows "rows" "Rows",
        Cascade "cascade" "Cascade",
    }
}

tabs! {
    /// Tabs of the dock.
    DockTab {
        Statements "statements" "Statements",
        Changes "changes" "Changes",
        Console "console" "Console",
        Problems "problems" "Problems",
        Files "files" "Files",
    }
}

tabs! {
    /// The one pane that a narrow screen shows.
    Pane {
        Revisions "revisions" "Revisions",
        Diagram "diagram" "Diagram",
        Sql "sql" "SQL",
        Inspect "inspect" "Inspect",
    }
}
