//! Python's `configparser`, as far as settings use it (Python 3.14, `configparser.ConfigParser`).

use std::ops::Range;

/// How often an option may refer to another (`MAX_INTERPOLATION_DEPTH`).
const DEPTH: usize = 10;

/// A file of sections.
#[derive(Debug, Default)]
pub(super) struct Ini {
    options: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    section: String,
    key: String,
    value: String,
    place: Range<usize>,
}

/// What could not be read.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) message: String,
    pub(super) place: Range<usize>,
}

impl Ini {
    /// Cuts a text: `key = value` or `key: value` below `[section]`; deeper lines go on; `#` and `;` begin comments.
    pub(super) fn parse(text: &str) -> Ini {
        let mut ini = Ini::default();
        let mut section = String::new();
        let mut indent = 0;
        let mut is_open = false;
        let mut at = 0;
        for whole in text.split_inclusive('\n') {
            let place = at..at + whole.trim_end().len();
            at += whole.len();
            let line = whole.trim();
            if line.starts_with(['#', ';']) {
                continue;
            }
            let depth = whole.len() - whole.trim_start().len();
            if is_open && (line.is_empty() || depth > indent) {
                if let Some(last) = ini.options.last_mut() {
                    last.value.push('\n');
                    last.value.push_str(line);
                    last.place.end = place.end.max(last.place.end);
                }
                continue;
            }
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
                section = name.to_owned();
                is_open = false;
            } else if let Some((key, value)) = line.split_once(['=', ':']) {
                let key = key.trim().to_lowercase();
                let value = value.trim().to_owned();
                ini.options.push(Entry { section: section.clone(), key, value, place });
                indent = depth;
                is_open = true;
            }
        }
        ini
    }

    /// Sets an option of all sections.
    pub(super) fn set_default(&mut self, key: &str, value: &str) {
        let (section, key, value) = ("DEFAULT".to_owned(), key.to_owned(), value.to_owned());
        self.options.insert(0, Entry { section, key, value, place: 0..0 });
    }

    /// The options of a section, those of `[DEFAULT]` among them, with what they refer to filled in.
    pub(super) fn section(&self, name: &str) -> (Vec<(String, String)>, Vec<Fault>) {
        let (mut options, mut faults): (Vec<(String, String)>, Vec<Fault>) = (Vec::new(), Vec::new());
        let of = |section: &'static str| self.options.iter().filter(move |entry| entry.section == section);
        let own = self.options.iter().filter(|entry| entry.section == name);
        for entry in of("DEFAULT").chain(own) {
            match self.filled(name, &entry.value, DEPTH) {
                Ok(value) => {
                    let value = value.trim_end().to_owned();
                    match options.iter_mut().find(|(other, _)| *other == entry.key) {
                        Some(known) => known.1 = value,
                        None => options.push((entry.key.clone(), value)),
                    }
                }
                Err(message) => {
                    let message = format!("the setting `{}` cannot be read: {message}", entry.key);
                    faults.push(Fault { message, place: entry.place.clone() });
                }
            }
        }
        (options, faults)
    }

    fn find(&self, section: &str, key: &str) -> Option<&str> {
        let in_section =
            |name: &str| self.options.iter().rfind(|entry| entry.section == name && entry.key == key);
        in_section(section).or_else(|| in_section("DEFAULT")).map(|entry| entry.value.as_str())
    }

    /// `%(other)s` and `%%`.
    fn filled(&self, section: &str, text: &str, depth: usize) -> Result<String, String> {
        if depth == 0 {
            return Err("it refers to others too deeply".to_owned());
        }
        let mut filled = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('%') {
            filled.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix('%') {
                filled.push('%');
                rest = after;
                continue;
            }
            let named = rest.strip_prefix('(').and_then(|inside| inside.split_once(")s"));
            let Some((key, after)) = named else { return Err("a `%` stands alone".to_owned()) };
            let value = self.find(section, &key.to_lowercase());
            let Some(value) = value else { return Err(format!("there is no `{key}` that it refers to")) };
            filled.push_str(&self.filled(section, value, depth - 1)?);
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)]) {
        let (options, faults) = Ini::parse(text).section("alembic");
        let options: Vec<(&str, &str)> = options.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(options, expected, "{text}");
        assert!(faults.is_empty(), "{faults:?}");
    }

    #[test]
    fn options_are_read_as_configparser_reads_them() {
        check("[alembic]\nA = b\nc : d = e\n", &[("a", "b"), ("c", "d = e")]);
        check("[alembic]\na =\n  b\n  # no\n\n  c\nd = e", &[("a", "\nb\n\nc"), ("d", "e")]);
        check("[alembic]\na = 1 ; not a comment\n; a comment\n", &[("a", "1 ; not a comment")]);
        check(
            "[DEFAULT]\nx = 1\n[alembic]\ny = %(x)s%%\nx = 2\n[other]\nz = 3\n",
            &[("x", "2"), ("y", "2%")],
        );
        check("[alembic]\r\na = b\r\n", &[("a", "b")]);
    }

    #[test]
    fn what_cannot_be_filled_in_is_said() {
        for text in ["a = %", "a = %(b)s", "a = %(a)s"] {
            let (options, faults) = Ini::parse(&format!("[alembic]\n{text}\n")).section("alembic");
            assert!(options.is_empty() && faults.len() == 1, "{text}");
        }
    }
}
