//! New revision files and environments, as Alembic writes them (1.20, `script/base.py` and `templates/generic/script.py.mako`).

mod environment;

pub use environment::NewEnvironment;

use crate::config::Config;

/// What a new revision is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewRevision {
    /// Its id.
    pub id: String,
    /// Directly below it.
    pub down_revisions: Vec<String>,
    /// Names of the line that begins with it.
    pub branch_labels: Vec<String>,
    /// What must be applied before.
    pub depends_on: Vec<String>,
    /// What it is for.
    pub message: String,
    /// When it is made.
    pub made: Moment,
}

/// A moment, in the parts that names of files have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// Seconds since 1970.
    pub epoch: u64,
    /// The year.
    pub year: u32,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
    /// 0 to 23.
    pub hour: u32,
    /// 0 to 59.
    pub minute: u32,
    /// 0 to 59.
    pub second: u32,
}

/// The words of a message as a file's name has them.
pub fn slug(message: &str, longest: usize) -> String {
    let is_word = |found: char| found.is_alphanumeric() || found == '_';
    let words: Vec<&str> = message.split(|found| !is_word(found)).filter(|word| !word.is_empty()).collect();
    let slug = words.join("_").to_lowercase();
    if slug.chars().count() <= longest {
        return slug;
    }
    let cut: String = slug.chars().take(longest).collect();
    format!("{}_", cut.rsplit_once('_').map_or(cut.as_str(), |(head, _)| head))
}

/// The path of a new file: in the folder given, named by `file_template`.
///
/// # Errors
/// The part of the template that is not understood.
pub fn path(config: Option<&Config>, folder: &str, revision: &NewRevision) -> Result<String, String> {
    let template = config.map_or("%(rev)s_%(slug)s", |config| config.file_template.as_str());
    let slug = slug(&revision.message, config.map_or(40, |config| config.slug_length));
    let name = format!("{}.py", filled(template, revision, &slug)?);
    Ok(if folder.is_empty() { name } else { format!("{folder}/{name}") })
}

/// Python's `%` with a dict: `%(rev)s`, `%(month).2d`, `%(hour)02d`, `%%`.
fn filled(template: &str, revision: &NewRevision, slug: &str) -> Result<String, String> {
    let mut name = String::new();
    let mut rest = template;
    while let Some(at) = rest.find('%') {
        name.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            name.push('%');
            rest = after;
            continue;
        }
        let fault = || format!("%{rest}");
        let (key, after) =
            rest.strip_prefix('(').and_then(|inside| inside.split_once(')')).ok_or_else(fault)?;
        let end = after.find(['s', 'd']).ok_or_else(fault)?;
        let width: usize = after[..end].trim_start_matches('.').parse().unwrap_or(0);
        let made = &revision.made;
        let number = |value: u64| format!("{value:0width$}");
        name.push_str(&match key {
            "rev" => revision.id.clone(),
            "slug" => slug.to_owned(),
            "epoch" => number(made.epoch),
            "year" => number(made.year.into()),
            "month" => number(made.month.into()),
            "day" => number(made.day.into()),
            "hour" => number(made.hour.into()),
            "minute" => number(made.minute.into()),
            "second" => number(made.second.into()),
            _ => return Err(format!("%({key})")),
        });
        rest = &after[end + 1..];
    }
    name.push_str(rest);
    Ok(name)
}

/// Alembic's own template.
const TEMPLATE: &str = include_str!("write/generic/script.py.mako");

/// The text of a new file, by the project's `script.py.mako`; by Alembic's own where the project has none, or where
/// one is more than names filled in (then the second value is false).
pub fn text(revision: &NewRevision, template: Option<&str>) -> (String, bool) {
    let own = template.and_then(|template| rendered(template, revision));
    let is_own = own.is_some() || template.is_none();
    let text = own.or_else(|| rendered(TEMPLATE, revision)).unwrap_or_default();
    (text, is_own)
}

/// A template with its expressions filled in; None where one is not known.
fn rendered(template: &str, revision: &NewRevision) -> Option<String> {
    let is_control = |line: &str| {
        let line = line.trim_start();
        line.starts_with('%') && !line.starts_with("%%") || line.starts_with("<%")
    };
    if template.lines().any(is_control) {
        return None;
    }
    let mut text = String::new();
    let mut rest = template;
    while let Some(at) = rest.find("${") {
        text.push_str(&rest[..at]);
        let (expression, after) = rest[at + 2..].split_once('}')?;
        let words: Vec<&str> = expression.split_whitespace().collect();
        text.push_str(&value(&words.join(" "), revision)?);
        rest = after;
    }
    text.push_str(rest);
    Some(text)
}

fn value(expression: &str, revision: &NewRevision) -> Option<String> {
    let made = &revision.made;
    Some(match expression {
        "message" => docstring(&revision.message),
        "up_revision" => revision.id.clone(),
        "down_revision | comma,n" | "down_revision | comma, n" => revision.down_revisions.join(", "),
        "create_date" => format!(
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
            made.year, made.month, made.day, made.hour, made.minute, made.second
        ),
        "imports if imports else \"\"" | "imports if imports else ''" => String::new(),
        "upgrades if upgrades else \"pass\"" | "downgrades if downgrades else \"pass\"" => "pass".to_owned(),
        "repr(up_revision)" => repr(&revision.id),
        "repr(down_revision)" => links(&revision.down_revisions),
        "repr(branch_labels)" => tuple(&revision.branch_labels),
        "repr(depends_on)" => links(&revision.depends_on),
        _ => return None,
    })
}

/// None, one id, or a tuple of them.
fn links(ids: &[String]) -> String {
    match ids {
        [] => "None".to_owned(),
        [id] => repr(id),
        ids => tuple(ids),
    }
}

fn tuple(texts: &[String]) -> String {
    match texts {
        [] => "None".to_owned(),
        [text] => format!("({},)", repr(text)),
        texts => format!("({})", texts.iter().map(|text| repr(text)).collect::<Vec<_>>().join(", ")),
    }
}

/// A string as Python writes it.
fn repr(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut written = String::from(quote);
    for found in text.chars() {
        match found {
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            _ if found == quote => {
                written.push('\\');
                written.push(found);
            }
            _ => written.push(found),
        }
    }
    written.push(quote);
    written
}

/// A text inside of three quotes: it must not end them.
fn docstring(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace("\"\"\"", "\\\"\\\"\\\"");
    match text.strip_suffix('"') {
        Some(head) => format!("{head}\\\""),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::header;
    use retort_core::source::SourceId;
    use ruff_python_parser::parse_module;

    fn new(message: &str, down: &[&str]) -> NewRevision {
        let made = Moment { epoch: 7, year: 2026, month: 3, day: 9, hour: 4, minute: 5, second: 6 };
        let down_revisions = down.iter().map(|id| (*id).to_owned()).collect();
        NewRevision { id: "ab12".into(), down_revisions, message: message.into(), made, ..Default::default() }
    }

    #[test]
    fn slugs_are_cut_at_words() {
        assert_eq!(slug("Add users, and Größe!", 40), "add_users_and_größe");
        assert_eq!(slug("one two three", 9), "one_two_");
        assert_eq!(slug("", 40), "");
    }

    #[test]
    fn files_are_named_by_the_template() {
        let named = |template: &str| {
            let config = Config { file_template: template.into(), slug_length: 40, ..Config::default() };
            path(Some(&config), "v", &new("Add it", &[]))
        };
        assert_eq!(named("%(rev)s_%(slug)s").unwrap(), "v/ab12_add_it.py");
        let dated = "%(year)d_%(month).2d_%(day)02d_%(hour).2d%(minute).2d-%(slug)s";
        assert_eq!(named(dated).unwrap(), "v/2026_03_09_0405-add_it.py");
        assert_eq!(named("%(what)s").unwrap_err(), "%(what)");
        assert_eq!(path(None, "", &new("x", &[])).unwrap(), "ab12_x.py");
    }

    #[test]
    fn what_is_written_is_read_back() {
        for (message, down) in
            [("add", vec![]), ("say \"\"\"it\"\"\" \\n\"", vec!["a"]), ("join", vec!["a'b", "c"])]
        {
            let made = NewRevision { branch_labels: vec!["x".into()], ..new(message, &down) };
            let (text, is_own) = text(&made, None);
            let read = header::read(SourceId(0), parse_module(&text).unwrap().syntax()).unwrap();
            assert!(is_own && matches!(read.downgrade, header::Way::Empty(_)));
            assert_eq!((read.revision, read.down_revision), ("ab12".to_owned(), made.down_revisions));
            assert_eq!((read.message.as_str(), read.branch_labels), (message, made.branch_labels));
        }
    }

    #[test]
    fn a_template_that_computes_is_not_taken() {
        let plain = "\"\"\"${message}\"\"\"\nrevision = ${repr(up_revision)}\n";
        assert_eq!(text(&new("m", &[]), Some(plain)), ("\"\"\"m\"\"\"\nrevision = 'ab12'\n".into(), true));
        for other in ["<%!\nimport re\n%>\n", "% for x in y:\n", "${config.attributes['x']}\n"] {
            assert!(!text(&new("m", &[]), Some(other)).1, "{other}");
        }
    }
}
