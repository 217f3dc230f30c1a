//! `re`.

use std::rc::Rc;

use super::super::builtins::{class, text_argument};
use super::super::native::Native;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::{Key, Layout, Name, Value};
use super::super::{Arguments, Interpreter};
use super::regex::{Flags, Places, Regex, parse};

/// A compiled expression.
#[derive(Debug)]
struct Pattern {
    text: Name,
    flags: i64,
    regex: Regex,
}

/// A match.
#[derive(Debug)]
struct Match {
    pattern: Rc<Pattern>,
    text: Rc<[char]>,
    places: Places,
}

const FLAGS: [(&str, i64); 12] = [
    ("IGNORECASE", 2),
    ("I", 2),
    ("MULTILINE", 8),
    ("M", 8),
    ("DOTALL", 16),
    ("S", 16),
    ("VERBOSE", 64),
    ("X", 64),
    ("ASCII", 0),
    ("A", 0),
    ("UNICODE", 32),
    ("U", 32),
];

/// The names of the module.
pub(super) fn names(interp: &mut Interpreter<'_>) -> Vec<(&'static str, Value)> {
    let mut names = super::pure(&[
        ("compile", |interp, arguments| {
            let [pattern, flags] = arguments.bind("compile", "pattern flags?")?;
            compile(interp, &pattern.unwrap_or(Value::None), flags).map(Value::Native)
        }),
        ("escape", |interp, arguments| {
            let [text] = arguments.exactly("escape")?;
            let text = text_argument(interp, &text)?;
            let mut made = String::new();
            for char in text.chars() {
                if "()[]{}?*+-|^$\\.&~# \t\n\r\u{b}\u{c}".contains(char) {
                    made.push('\\');
                }
                made.push(char);
            }
            Ok(Value::str(made))
        }),
        ("purge", |_, _| Ok(Value::None)),
    ]);
    for name in ["match", "fullmatch", "search", "findall", "finditer", "sub", "subn", "split"] {
        names.push((
            name,
            Value::pure_function(name, move |interp, mut arguments| {
                let pattern = match arguments.take("pattern") {
                    Some(pattern) => pattern,
                    None if !arguments.positional.is_empty() => arguments.positional.remove(0),
                    None => return Err(Unwind::type_error("a pattern is needed")),
                };
                let after = match name {
                    "sub" | "subn" => 3,
                    "split" => 2,
                    _ => 1,
                };
                let flags = match arguments.take("flags") {
                    Some(flags) => Some(flags),
                    None if arguments.positional.len() > after => Some(arguments.positional.remove(after)),
                    None => None,
                };
                let pattern = compile(interp, &pattern, flags)?;
                pattern.call_method(interp, name, arguments)
            }),
        ));
    }
    names.extend(FLAGS.map(|(name, flag)| (name, Value::Int(flag))));
    let base = interp.class("Exception");
    let error =
        interp.class("re.error").unwrap_or_else(|| class("error", base.as_ref(), Layout::Exception, None));
    interp.classes.insert("re.error", error.clone());
    names.push(("error", Value::Class(error)));
    for (name, kind) in [("Pattern", PatternClass(true)), ("Match", PatternClass(false))] {
        names.push((name, Value::native(kind)));
    }
    names
}

/// `re.Pattern`, `re.Match`
#[derive(Debug)]
struct PatternClass(bool);

impl Native for PatternClass {
    fn type_name(&self) -> &str {
        "type"
    }

    fn item(self: Rc<Self>, _interp: &mut Interpreter<'_>, _index: &Value) -> Outcome<Option<Value>> {
        Ok(Some(Value::Native(self)))
    }

    fn has_instance(self: Rc<Self>, _interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Option<bool>> {
        let is_pattern = value.as_native::<Pattern>().is_some();
        Ok(Some(if self.0 { is_pattern } else { value.as_native::<Match>().is_some() }))
    }
}

fn compile(interp: &mut Interpreter<'_>, pattern: &Value, flags: Option<Value>) -> Outcome<Rc<dyn Native>> {
    if let Some(pattern) = pattern.as_native::<Pattern>() {
        return Ok(pattern);
    }
    if let Value::Bytes(_) = pattern {
        return Err(Unwind::unsupported("regular expressions over bytes are not supported"));
    }
    let text = text_argument(interp, pattern)?;
    let bits = match flags {
        Some(flags) => super::super::builtins::int_argument(interp, &flags)?,
        None => 0,
    };
    let flags = Flags {
        ignore_case: bits & 2 != 0,
        multi_line: bits & 8 != 0,
        dot_all: bits & 16 != 0,
        verbose: bits & 64 != 0,
    };
    interp.meter.spend(text.len() * 64)?;
    match parse(&text, flags) {
        Ok(regex) => Ok(Rc::new(Pattern { text, flags: bits, regex })),
        Err(reason) if reason.ends_with("not supported") => Err(Unwind::unsupported(reason)),
        Err(reason) => match interp.class("re.error") {
            Some(class) => Err(interp.raise_class(&class, &reason)),
            None => Err(Unwind::value_error(reason)),
        },
    }
}

impl Pattern {
    fn search(&self, text: &[char], from: usize) -> Outcome<Option<Places>> {
        self.regex.search(text, from).map_err(|_| Unwind::bound("a regular expression takes too long"))
    }

    /// All matches that do not overlap.
    fn all(&self, interp: &mut Interpreter<'_>, text: &[char]) -> Outcome<Vec<Places>> {
        let mut found = Vec::new();
        let mut from = 0;
        while from <= text.len() {
            let Some(places) = self.search(text, from)? else { break };
            interp.meter.spend(64)?;
            let (start, end) = whole(&places);
            from = if end == start { end + 1 } else { end };
            found.push(places);
        }
        Ok(found)
    }
}

fn whole(places: &Places) -> (usize, usize) {
    (places.first().copied().flatten().unwrap_or(0), places.get(1).copied().flatten().unwrap_or(0))
}

fn group(text: &[char], places: &Places, group: usize) -> Option<String> {
    let from = places.get(group * 2).copied().flatten()?;
    let to = places.get(group * 2 + 1).copied().flatten()?;
    text.get(from..to).map(|part| part.iter().collect())
}

impl Native for Pattern {
    fn type_name(&self) -> &str {
        "re.Pattern"
    }

    fn attribute(self: Rc<Self>, _interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        Ok(Some(match name {
            "pattern" => Value::Str(self.text.clone()),
            "flags" => Value::Int(self.flags),
            "groups" => Value::Int(self.regex.groups as i64 - 1),
            "groupindex" => {
                Value::dict_of(self.regex.names.iter().map(|(name, group)| (name, Value::Int(*group as i64))))
            }
            _ => return Ok(None),
        }))
    }

    fn has_method(&self, name: &str) -> bool {
        matches!(name, "match" | "fullmatch" | "search" | "findall" | "finditer" | "sub" | "subn" | "split")
    }

    fn call_method(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        name: &str,
        arguments: Arguments,
    ) -> Outcome<Value> {
        if let Some(unknown) = arguments.values().find(|value| matches!(value, Value::Unknown(_))) {
            return Ok(unknown.clone());
        }
        if matches!(name, "sub" | "subn") {
            return substitute(&self, interp, name, arguments);
        }
        let [text, second] =
            arguments.bind(name, if name == "split" { "string maxsplit?" } else { "string pos?" })?;
        let text: Rc<[char]> = text_argument(interp, &text.unwrap_or(Value::None))?.chars().collect();
        interp.meter.spend(text.len() * 8)?;
        let second =
            second.and_then(|second| second.as_int()).and_then(|second| usize::try_from(second).ok());
        let from = second.unwrap_or(0).min(text.len());
        let made = |places| Value::native(Match { pattern: self.clone(), text: text.clone(), places });
        match name {
            "search" => Ok(self.search(&text, from)?.map_or(Value::None, made)),
            "match" | "fullmatch" => {
                let mut regex = self.regex.clone();
                if name == "fullmatch" {
                    let last = regex.steps.len() - 1;
                    regex.steps.insert(last, super::regex::Step::Assert(super::regex::Assertion::End));
                }
                let found = regex.match_at(&text, from);
                let found = found.map_err(|_| Unwind::bound("a regular expression takes too long"))?;
                Ok(found.map_or(Value::None, made))
            }
            "finditer" => {
                let all = self.all(interp, &text)?;
                Ok(super::super::Iteration::buffer(all.into_iter().map(made).collect()))
            }
            "findall" => {
                let all = self.all(interp, &text)?;
                let part =
                    |places: &Places, at: usize| Value::from(group(&text, places, at).unwrap_or_default());
                let groups = self.regex.groups;
                Ok(Value::list(
                    all.iter()
                        .map(|places| match groups {
                            1 => part(places, 0),
                            2 => part(places, 1),
                            _ => Value::tuple((1..groups).map(|at| part(places, at)).collect()),
                        })
                        .collect(),
                ))
            }
            _ => {
                let mut parts = Vec::new();
                let mut from = 0;
                for places in self
                    .all(interp, &text)?
                    .iter()
                    .take(second.filter(|limit| *limit > 0).unwrap_or(usize::MAX))
                {
                    let (start, end) = whole(places);
                    parts.push(Value::from(text[from..start].iter().collect::<String>()));
                    parts.extend((1..self.regex.groups).map(|at| Value::from(group(&text, places, at))));
                    from = end;
                }
                parts.push(Value::from(text[from..].iter().collect::<String>()));
                Ok(Value::list(parts))
            }
        }
    }

    fn text(self: Rc<Self>, _interp: &mut Interpreter<'_>, _repr: bool) -> Outcome<Value> {
        let shown = super::super::interpret::text::str_repr(&self.text);
        Ok(Value::str(format!("re.compile({shown})")))
    }

    fn key(&self) -> Option<Key> {
        Some(Key::Named("pattern".to_owned(), format!("{} {}", self.flags, self.text)))
    }
}

fn substitute(
    pattern: &Rc<Pattern>,
    interp: &mut Interpreter<'_>,
    name: &str,
    arguments: Arguments,
) -> Outcome<Value> {
    let span = arguments.span;
    let [replacement, text, limit] = arguments.bind(name, "repl string count?")?;
    let replacement = replacement.unwrap_or(Value::None);
    let text: Rc<[char]> = text_argument(interp, &text.unwrap_or(Value::None))?.chars().collect();
    let limit =
        limit.and_then(|limit| limit.as_int()).and_then(|limit| usize::try_from(limit).ok()).unwrap_or(0);
    let mut made = String::new();
    let (mut from, mut count) = (0, 0);
    for places in pattern.all(interp, &text)? {
        if limit > 0 && count == limit {
            break;
        }
        let (start, end) = whole(&places);
        made.extend(&text[from..start]);
        from = end;
        count += 1;
        let found = Match { pattern: pattern.clone(), text: text.clone(), places };
        match replacement.as_str() {
            Some(template) => made.push_str(&expand(&found, &template)?),
            None => {
                let part = interp.call(&replacement, Arguments::of(vec![Value::native(found)], span))?;
                match part {
                    Value::Unknown(_) => return Ok(part),
                    other => made.push_str(&text_argument(interp, &other)?),
                }
            }
        }
        interp.meter.spend(made.len() / 16)?;
    }
    made.extend(&text[from..]);
    let made = Value::str(made);
    Ok(if name == "sub" { made } else { Value::tuple(vec![made, Value::Int(count as i64)]) })
}

/// A template with `\1`, `\g<name>`.
fn expand(found: &Match, template: &str) -> Outcome<String> {
    let mut made = String::new();
    let mut rest = template;
    while let Some(at) = rest.find('\\') {
        made.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(char) = rest.chars().next() else {
            made.push('\\');
            break;
        };
        if let Some(named) = rest.strip_prefix("g<") {
            let Some((name, after)) = named.split_once('>') else {
                return Err(Unwind::value_error("missing >, unterminated name"));
            };
            let index = match name.parse() {
                Ok(index) => index,
                Err(_) => match found.pattern.regex.names.iter().find(|(each, _)| each == name) {
                    Some((_, index)) => *index,
                    None => return Err(Unwind::raise("IndexError", format!("unknown group name '{name}'"))),
                },
            };
            made.push_str(&group(&found.text, &found.places, index).unwrap_or_default());
            rest = after;
            continue;
        }
        if char.is_ascii_digit() {
            let count = rest.bytes().take(2).take_while(u8::is_ascii_digit).count();
            let index: usize = rest[..count].parse().unwrap_or(0);
            if index >= found.pattern.regex.groups {
                return Err(Unwind::value_error(format!("invalid group reference {index}")));
            }
            made.push_str(&group(&found.text, &found.places, index).unwrap_or_default());
            rest = &rest[count..];
            continue;
        }
        match char {
            'n' => made.push('\n'),
            't' => made.push('\t'),
            'r' => made.push('\r'),
            '\\' => made.push('\\'),
            other => {
                made.push('\\');
                made.push(other);
            }
        }
        rest = &rest[char.len_utf8()..];
    }
    made.push_str(rest);
    Ok(made)
}

impl Match {
    fn index(&self, which: &Value) -> Outcome<usize> {
        let index = match (which.as_int(), which.as_str()) {
            (Some(index), _) => usize::try_from(index).ok(),
            (None, Some(name)) => {
                self.pattern.regex.names.iter().find(|(each, _)| **each == *name).map(|(_, index)| *index)
            }
            (None, None) => None,
        };
        index
            .filter(|index| *index < self.pattern.regex.groups)
            .ok_or_else(|| Unwind::raise("IndexError", "no such group"))
    }
}

impl Native for Match {
    fn type_name(&self) -> &str {
        "re.Match"
    }

    fn attribute(self: Rc<Self>, _interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        Ok(match name {
            "string" => Some(Value::str(self.text.iter().collect::<String>())),
            "re" => Some(Value::Native(self.pattern.clone())),
            "lastindex" => {
                let last = (1..self.pattern.regex.groups).rev().find(|at| self.places[at * 2 + 1].is_some());
                Some(Value::from(last.map(|last| last as i64)))
            }
            "lastgroup" => {
                let last = (1..self.pattern.regex.groups).rev().find(|at| self.places[at * 2 + 1].is_some());
                let name = |last| self.pattern.regex.names.iter().find(|(_, at)| *at == last);
                Some(Value::from(last.and_then(name).map(|(name, _)| name.clone())))
            }
            "pos" => Some(Value::Int(0)),
            "endpos" => Some(Value::Int(self.text.len() as i64)),
            _ => None,
        })
    }

    fn has_method(&self, name: &str) -> bool {
        matches!(name, "group" | "groups" | "groupdict" | "start" | "end" | "span" | "expand")
    }

    fn call_method(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        name: &str,
        arguments: Arguments,
    ) -> Outcome<Value> {
        let part = |at: usize| Value::from(group(&self.text, &self.places, at));
        match name {
            "group" => {
                let mut parts = Vec::new();
                for which in &arguments.positional {
                    let index = self.index(which)?;
                    parts.push(part(index));
                }
                Ok(match parts.len() {
                    0 => part(0),
                    1 => parts.remove(0),
                    _ => Value::tuple(parts),
                })
            }
            "groups" | "groupdict" => {
                let [default] = arguments.bind(name, "default?")?;
                let default = default.unwrap_or(Value::None);
                let or_default = |value: Value| if value.is_none() { default.clone() } else { value };
                if name == "groups" {
                    return Ok(Value::tuple(
                        (1..self.pattern.regex.groups).map(|at| or_default(part(at))).collect(),
                    ));
                }
                Ok(Value::dict_of(
                    self.pattern.regex.names.iter().map(|(name, at)| (name, or_default(part(*at)))),
                ))
            }
            "expand" => {
                let [template] = arguments.exactly("expand")?;
                let template = text_argument(interp, &template)?;
                expand(&self, &template).map(Value::from)
            }
            _ => {
                let index = match arguments.positional.first() {
                    Some(which) => self.index(which)?,
                    None => 0,
                };
                let place = |at: usize| Value::Int(self.places[at].map_or(-1, |place| place as i64));
                Ok(match name {
                    "start" => place(index * 2),
                    "end" => place(index * 2 + 1),
                    _ => Value::tuple(vec![place(index * 2), place(index * 2 + 1)]),
                })
            }
        }
    }

    fn item(self: Rc<Self>, _interp: &mut Interpreter<'_>, index: &Value) -> Outcome<Option<Value>> {
        let index = self.index(index)?;
        Ok(Some(Value::from(group(&self.text, &self.places, index))))
    }
}
