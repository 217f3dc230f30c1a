//! Whether files are a project of Alembic's: told by its settings or by the revisions themselves.
//!
//! Alembic 1.20, `script/base.py`: a revision is a module with `revision` and `down_revision`.

use super::text::{file_name, has_ending, lines};
use crate::source::SourceFile;

/// Whether a file is Python.
pub(super) fn is_python(file: &str) -> bool {
    has_ending(file, ".py")
}

/// Whether a file may hold Alembic's settings, by its name.
pub(super) fn is_settings_name(file: &str) -> bool {
    has_ending(file, ".ini") || file.eq_ignore_ascii_case("pyproject.toml")
}

/// Whether a file may say which SQLAlchemy a project asks for, by its name in lower case.
pub(super) fn is_requirements_name(file: &str) -> bool {
    matches!(file, "pyproject.toml" | "setup.cfg" | "metadata") || file.ends_with("requirements.txt")
}

/// Whether a file holds Alembic's settings.
pub(super) fn is_settings(file: &SourceFile) -> bool {
    is_settings_text(&file.name, &file.text)
}

/// The same of a text.
pub(super) fn is_settings_text(name: &str, text: &str) -> bool {
    let name = file_name(name).to_ascii_lowercase();
    if name == "pyproject.toml" {
        return text.contains("[tool.alembic");
    }
    name.ends_with(".ini") && text.contains("script_location")
}

/// Whether a file is a revision, by its first words: `revision` and `down_revision` are set in it.
pub fn is_revision_file(file: &SourceFile) -> bool {
    is_python(&file.name) && is_revision_text(&file.text)
}

/// The same of a text.
pub(super) fn is_revision_text(text: &str) -> bool {
    let sets = |line: &str, name: &str| {
        let rest = line.strip_prefix(name).map(str::trim_start);
        rest.is_some_and(|rest| rest.starts_with('=') && !rest.starts_with("==") || rest.starts_with(':'))
    };
    text.contains("down_revision")
        && lines(text).any(|line| sets(line.text, "revision"))
        && lines(text).any(|line| sets(line.text, "down_revision"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_are_told_by_what_they_set() {
        assert!(is_revision_text("revision = 'a'\ndown_revision = None\n"));
        assert!(is_revision_text(
            "\"\"\"x\"\"\"\nrevision: str = 'a'\ndown_revision: Union[str, None] = 'b'\n"
        ));
        assert!(!is_revision_text("def f(revision, down_revision):\n    pass\n"));
        assert!(!is_revision_text("revision = 'a'\n# down_revision = None\n"));
    }
}
