//! Every way in which a link can be wrong, in words.

use std::fmt;

/// Why a text is not a link that can be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkError {
    /// It does not begin as links of Retort do.
    NotOurs,
    /// It was made by a later Retort; this version.
    UnknownVersion(u32),
    /// It is packed in a way that was never written; the letter.
    UnknownCodec(String),
    /// Letters that base64url does not have, or too few of them.
    NotBase64,
    /// It unpacks to nothing whole: cut off or changed on its way.
    Corrupt,
    /// It unpacks to more than [`LARGEST`](super::LARGEST) bytes.
    TooLarge,
    /// It unpacks, to something that is no document; the reader's reason.
    NotTheDocument(String),
    /// It has more than [`MOST_FILES`](super::MOST_FILES) files.
    TooManyFiles,
    /// A file has a name that files must not have.
    FileName {
        /// The name, shortened.
        name: String,
        /// What is wrong with it, as the end of a sentence.
        fault: &'static str,
    },
}

impl LinkError {
    /// The slug.
    pub fn code(&self) -> &'static str {
        match self {
            LinkError::NotOurs => "share/not-a-link",
            LinkError::UnknownVersion(_) => "share/unknown-version",
            LinkError::UnknownCodec(_) => "share/unknown-codec",
            LinkError::NotBase64 => "share/not-base64",
            LinkError::Corrupt => "share/corrupt",
            LinkError::TooLarge => "share/too-large",
            LinkError::NotTheDocument(_) => "share/not-a-document",
            LinkError::TooManyFiles => "share/too-many-files",
            LinkError::FileName { .. } => "share/file-name",
        }
    }

    /// What is the matter, in a few words.
    pub fn title(&self) -> String {
        match self {
            LinkError::NotOurs => "this is not a link of Retort".to_owned(),
            LinkError::UnknownVersion(version) => {
                format!("the link has version {version}, made by a later Retort")
            }
            LinkError::UnknownCodec(codec) => format!("the link is packed as `{codec}`, which is not known"),
            LinkError::NotBase64 => "the link has letters that no link has".to_owned(),
            LinkError::Corrupt => "the link is damaged".to_owned(),
            LinkError::TooLarge => "the link unpacks to more than 16 MiB".to_owned(),
            LinkError::NotTheDocument(_) => "the link holds no chain".to_owned(),
            LinkError::TooManyFiles => "the link has more than 2 000 files".to_owned(),
            LinkError::FileName { name, .. } => format!("the link has a file `{name}` that cannot be opened"),
        }
    }

    /// One sentence more about it.
    pub fn detail(&self) -> String {
        match self {
            LinkError::NotOurs => "A link's part after `#` begins with a version, as in `1.d.`.".to_owned(),
            LinkError::UnknownVersion(_) => "This Retort reads version 1.".to_owned(),
            LinkError::UnknownCodec(_) => "Version 1 is packed as `d` (deflate) or `j` (JSON).".to_owned(),
            LinkError::NotBase64 => "Only letters, digits, `-` and `_` follow `1.d.`.".to_owned(),
            LinkError::Corrupt => {
                "It was cut off or changed on its way; some chat programs shorten links.".to_owned()
            }
            LinkError::TooLarge => {
                "Reading stopped there, so that a small link cannot fill the memory.".to_owned()
            }
            LinkError::NotTheDocument(reason) => format!("What was unpacked is not a document: {reason}."),
            LinkError::TooManyFiles => "No chain that is known has as many.".to_owned(),
            LinkError::FileName { fault, .. } => format!("Its name {fault}."),
        }
    }

    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            LinkError::NotOurs => "Copy the whole address, with everything after `#`.",
            LinkError::UnknownVersion(_) => "Open it in a newer Retort.",
            LinkError::UnknownCodec(_) => "Ask for the link again, from a released Retort.",
            LinkError::NotBase64 | LinkError::Corrupt => {
                "Copy the whole address again, or ask for the files in place of the link."
            }
            LinkError::NotTheDocument(_) => "Ask the sender to make the link again.",
            LinkError::TooLarge | LinkError::TooManyFiles => {
                "Open the files themselves, or share fewer revisions."
            }
            LinkError::FileName { .. } => "Ask the sender to rename the file and make the link again.",
        }
    }
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title())
    }
}

impl std::error::Error for LinkError {}
