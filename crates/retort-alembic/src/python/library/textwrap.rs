//! `textwrap`.

use super::super::builtins::{int_argument, text_argument};
use super::super::unwind::{Outcome, Unwind};
use super::super::value::Value;
use super::super::{Arguments, Interpreter};

/// The names of the module.
pub(super) fn names() -> Vec<(&'static str, Value)> {
    super::pure(&[
        ("dedent", |interp, arguments| {
            let [text] = arguments.exactly("dedent")?;
            let text = text_argument(interp, &text)?;
            interp.meter.spend(text.len())?;
            Ok(Value::str(dedent(&text)))
        }),
        ("indent", |interp, arguments| {
            let [text, prefix, predicate] = arguments.bind("indent", "text prefix predicate?")?;
            if predicate.is_some() {
                return Err(Unwind::unsupported("`textwrap.indent(predicate=…)` is not supported"));
            }
            let text = text_argument(interp, &text.unwrap_or(Value::None))?;
            let prefix = text_argument(interp, &prefix.unwrap_or(Value::None))?;
            interp.meter.spend(text.len() * 2)?;
            let line =
                |line: &str| if line.trim().is_empty() { line.to_owned() } else { format!("{prefix}{line}") };
            Ok(Value::str(text.split_inclusive('\n').map(line).collect::<String>()))
        }),
        ("shorten", |interp, _| interp.not_looked_at("`textwrap.shorten()`")),
        ("wrap", |interp, arguments| wrap(interp, arguments).map(Value::list)),
        ("fill", |interp, arguments| {
            let lines = wrap(interp, arguments)?;
            let lines: Vec<String> =
                lines.iter().filter_map(Value::as_str).map(|line| line.to_string()).collect();
            Ok(Value::str(lines.join("\n")))
        }),
    ])
}

/// Takes the blanks away that all lines begin with; lines of blanks become empty.
fn dedent(text: &str) -> String {
    let blank = |line: &&str| line.trim_matches([' ', '\t']).is_empty();
    let lines: Vec<&str> = text.split('\n').map(|line| if blank(&line) { "" } else { line }).collect();
    let mut margin: Option<&str> = None;
    for line in lines.iter().filter(|line| !line.is_empty()) {
        let indent = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
        margin = Some(match margin {
            None => indent,
            Some(margin) => {
                let common = margin.bytes().zip(indent.bytes()).take_while(|(a, b)| a == b).count();
                &margin[..common]
            }
        });
    }
    let margin = margin.map_or(0, str::len);
    let lines: Vec<&str> = lines.iter().map(|line| line.get(margin..).unwrap_or("")).collect();
    lines.join("\n")
}

/// Fills lines of words; words are not broken.
fn wrap(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Vec<Value>> {
    let [text, width] = arguments.bind("wrap", "text width?")?;
    let text = text_argument(interp, &text.unwrap_or(Value::None))?;
    let width = match width {
        Some(width) => usize::try_from(int_argument(interp, &width)?).unwrap_or(0),
        None => 70,
    };
    interp.meter.spend(text.len() * 2)?;
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    Ok(lines.into_iter().map(Value::from).collect())
}
