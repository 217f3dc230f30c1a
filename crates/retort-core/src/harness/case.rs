//! The text form of a case.

/// A case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Case {
    /// Its first heading.
    pub title: String,
    /// Names and contents of the `file` blocks.
    pub files: Vec<(String, String)>,
    /// The `##` headings with their expectations.
    pub actions: Vec<Action>,
    text: String,
}

/// Something to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Action {
    /// `upgrade heads`
    pub heading: String,
    /// What is expected then.
    pub blocks: Vec<Block>,
}

/// A fenced block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// The words after the fence: `rows SELECT …`.
    pub info: String,
    /// What is inside.
    pub text: String,
}

impl Case {
    /// Reads a case; everything that is no heading or block is prose.
    pub fn parse(text: &str) -> Case {
        let mut case = Case { text: text.to_owned(), ..Case::default() };
        let mut open: Option<Block> = None;
        for line in text.split_inclusive('\n') {
            if let Some(mut block) = open.take() {
                if line.trim_end() == "```" {
                    case.add(block);
                } else {
                    block.text.push_str(line);
                    open = Some(block);
                }
            } else if let Some(info) = line.strip_prefix("```") {
                open = Some(Block { info: info.trim().to_owned(), text: String::new() });
            } else if let Some(heading) = line.strip_prefix("## ") {
                case.actions.push(Action { heading: heading.trim().to_owned(), blocks: Vec::new() });
            } else if let Some(title) = line.strip_prefix("# ").filter(|_| case.title.is_empty()) {
                case.title = title.trim().to_owned();
            }
        }
        case
    }

    fn add(&mut self, block: Block) {
        match block.info.strip_prefix("file ") {
            Some(name) => self.files.push((name.to_owned(), block.text)),
            None => {
                if let Some(action) = self.actions.last_mut() {
                    action.blocks.push(block);
                }
            }
        }
    }

    /// The case's text with other contents in its expectations.
    pub fn with_answers(&self, answers: &[String]) -> String {
        let mut answers = answers.iter();
        let mut out = String::new();
        let mut skipping = false;
        let mut inside = false;
        for line in self.text.split_inclusive('\n') {
            let fence = line.starts_with("```");
            if fence && inside {
                inside = false;
                skipping = false;
            } else if fence {
                inside = true;
                out.push_str(line);
                if !line.starts_with("```file ")
                    && let Some(answer) = answers.next()
                {
                    skipping = true;
                    let answer = answer.trim_end();
                    out.push_str(answer);
                    out.push_str(if answer.is_empty() { "" } else { "\n" });
                }
                continue;
            }
            if !skipping {
                out.push_str(line);
            }
        }
        out
    }
}
