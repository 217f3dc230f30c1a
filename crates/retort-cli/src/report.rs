//! Diagnostics drawn for people, on standard error. The only place that knows `annotate-snippets`.

use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};
use retort_core::diagnostic::{Diagnostic, Label, Severity};
use retort_core::source::{SourceFile, SourceId};

use crate::database::redact;
use crate::exit_code::ExitCode;

/// A place longer than this many lines is shown by its first line.
const LONGEST_PLACE: usize = 8;

/// Says what was typed wrong, and ends the program; help and version are answers.
pub(crate) fn usage(error: &clap::Error) -> ! {
    if !error.use_stderr() {
        error.exit();
    }
    // An argument in the wrong place is repeated; it may be an address with a password.
    let text = redact(&error.render().ansi().to_string());
    plain(text.trim_end());
    std::process::exit(ExitCode::Usage.number());
}

/// Writes a line. What cannot be written to standard error cannot be said anywhere.
pub(crate) fn plain(text: &str) {
    // As one piece: a terminal's stream passes on each part that it is given by itself.
    let mut stream = BufWriter::new(anstream::stderr());
    let _ = writeln!(stream, "{text}").and_then(|()| stream.flush());
}

/// Writes a question, and stays on its line.
pub(crate) fn question(text: &str) {
    let mut stream = anstream::stderr();
    let _ = write!(stream, "{text}").and_then(|()| stream.flush());
}

/// Shows a diagnostic with the places it is about.
pub(crate) fn show(diagnostic: &Diagnostic, files: &[SourceFile]) {
    plain(&draw(diagnostic, files, &Renderer::styled()));
}

fn draw(diagnostic: &Diagnostic, files: &[SourceFile], renderer: &Renderer) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code);
    let places = windows(&diagnostic.labels, files).into_iter().map(Window::into_element);
    if diagnostic.labels.is_empty() {
        // Without a place, the strokes beside the help would lead from nowhere.
        let help: Vec<String> = diagnostic.help.iter().map(|help| format!("\n  help: {help}")).collect();
        return renderer.render(&[Group::with_title(title)]) + &help.concat();
    }
    let help = diagnostic.help.iter().map(|help| Element::from(Level::HELP.message(help.as_str())));
    let group: Group<'_> = title.elements(places.chain(help));
    renderer.render(&[group])
}

/// The part of a file that is shown.
struct Window<'a> {
    file: &'a SourceFile,
    /// In bytes of the file, whole lines.
    range: Range<usize>,
    annotations: Vec<Annotation<'a>>,
}

impl<'a> Window<'a> {
    fn into_element(self) -> Element<'a> {
        let name = self.file.name.as_str();
        if self.file.text.is_empty() {
            return Element::from(Origin::path(name));
        }
        let line = self.file.text[..self.range.start].matches('\n').count() + 1;
        let text = &self.file.text[self.range];
        Element::from(Snippet::source(text).path(name).line_start(line).annotations(self.annotations))
    }
}

/// One window for each file, the primary place's first; only the lines that are needed are looked at.
fn windows<'a>(labels: &'a [Label], files: &'a [SourceFile]) -> Vec<Window<'a>> {
    let mut by_file: BTreeMap<SourceId, Vec<(usize, &Label)>> = BTreeMap::new();
    let mut order: Vec<SourceId> = Vec::new();
    for (at, label) in labels.iter().enumerate() {
        if !order.contains(&label.span.source) {
            order.push(label.span.source);
        }
        by_file.entry(label.span.source).or_default().push((at, label));
    }
    let window = |source: SourceId| {
        let file = files.get(source.0 as usize)?;
        Some(window(file, by_file.get(&source)?))
    };
    order.into_iter().filter_map(window).collect()
}

fn window<'a>(file: &'a SourceFile, labels: &[(usize, &'a Label)]) -> Window<'a> {
    let places: Vec<Range<usize>> = labels.iter().map(|(_, label)| shown(file, label)).collect();
    let first = places.iter().map(|place| place.start).min().unwrap_or(0);
    let last = places.iter().map(|place| place.end).max().unwrap_or(0);
    let start = file.text[..first].rfind('\n').map_or(0, |at| at + 1);
    let end = file.text[last..].find('\n').map_or(file.text.len(), |at| last + at + 1);
    let annotations = labels.iter().zip(places).map(|((at, label), place)| {
        let kind = if *at == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
        let annotation = kind.span(place.start - start..place.end - start);
        if label.text.is_empty() { annotation } else { annotation.label(label.text.as_str()) }
    });
    Window { file, range: start..end, annotations: annotations.collect() }
}

/// The bytes of a label that are underlined: on the borders of characters, and of a long place its first line.
fn shown(file: &SourceFile, label: &Label) -> Range<usize> {
    let text = &file.text;
    let start = text.floor_char_boundary((label.span.start as usize).min(text.len()));
    let end = text.ceil_char_boundary((label.span.end as usize).clamp(start, text.len()));
    let place = &text[start..end];
    match place.find('\n') {
        Some(line) if place.matches('\n').count() >= LONGEST_PLACE => {
            start..start + place[..line].trim_end().len()
        }
        _ => start..end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use retort_core::source::Span;

    #[test]
    fn a_diagnostic_is_drawn_with_its_places() {
        let files = [SourceFile::new(SourceId(0), "a.sql", "SELECT 1;\nSELECT ä;\n")];
        let said = Diagnostic::warning("room/thing", "something is off")
            .at(Span::new(SourceId(0), 17, 18), "here")
            .help("Do the other thing");
        insta::assert_snapshot!(draw(&said, &files, &Renderer::plain()), @r"
    warning[room/thing]: something is off
     --> a.sql:2:8
      |
    2 | SELECT ä;
      |        ^ here
      |
      = help: Do the other thing
    ");
    }

    #[test]
    fn no_place_is_too_strange_to_be_drawn() {
        let texts = ["", "a", "\r\n\r\n", "ä\n", "a\n\n\n\n\n\n\n\n\n\n\n\nb"];
        for text in texts {
            let files = [SourceFile::new(SourceId(0), "a.sql", text)];
            for (start, end) in [(0, 0), (0, 1), (1, 1), (1, 2), (0, 99), (98, 99)] {
                let said = Diagnostic::error("a/b", "c").at(Span::new(SourceId(0), start, end), "d");
                assert!(draw(&said, &files, &Renderer::plain()).contains("error[a/b]"));
            }
        }
    }
}
