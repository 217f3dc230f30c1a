//! `retort translate [FILE] --from DIALECT --to DIALECT`

use std::fs;
use std::io::{self, Read};
use std::path::PathBuf;

use anyhow::Result;
use retort_core::diagnostic::Diagnostic;
use retort_core::dialect::{Capabilities, Translated, Translator};
use retort_core::operation::from_sql;
use retort_core::schema::Schema;
use retort_core::source::{DialectKind, SourceFile};
use retort_core::{json as core_json, layout};
use serde_json::{Value, json};

use crate::config::read_dialect;
use crate::exit_code::ExitCode;
use crate::fidelity::Tally;
use crate::session::{Session, Stop};

/// What follows the word `translate`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The file to translate [default: standard input]
    file: Option<PathBuf>,
    /// What it is written in [default: what the text itself tells]
    #[arg(long, value_name = "DIALECT")]
    from: Option<String>,
    /// What to write
    #[arg(long, value_name = "DIALECT")]
    to: String,
}

/// Translates SQL from one dialect to another.
pub(crate) fn run(args: &Args, session: &mut Session) -> Result<ExitCode> {
    let from = args.from.as_deref().map(read_dialect).transpose().map_err(Stop::usage)?;
    let engine = read_dialect(&args.to).map_err(Stop::usage)?;
    let file = read(args.file.as_ref(), session)?;
    let from = from.map(|from| from.dialect);
    let (from, reason) = layout::dialect(std::slice::from_ref(&file), from).value;
    if args.from.is_none() {
        session.remark(&format!("Read as {}: {reason}", from.title()));
    }
    let statements = translate(session, &file, from, engine);
    let mut tally = Tally::new(session.volume);
    for (source, line, translated) in &statements {
        tally.count(translated, || format!("{}:{line}", file.name));
        if session.is_json() {
            continue;
        }
        session.out.write_all(written(source, translated).as_bytes())?;
    }
    if session.is_json() {
        let list: Vec<Value> = statements
            .iter()
            .map(|(source, _, translated)| core_json::translated(source, translated))
            .collect();
        session.put("from", json!(from.name()));
        session.put("to", json!(engine.dialect.name()));
        session.put("statements", Value::from(list));
        return Ok(ExitCode::Done);
    }
    session.out.flush()?;
    tally.report(session, engine.dialect);
    Ok(ExitCode::Done)
}

/// The statements for the engine; what is left out is seen where it stood.
fn written(source: &str, translated: &Translated) -> String {
    if translated.sql.is_empty() {
        let first = source.lines().next().unwrap_or("");
        return format!("-- {}: {first}\n", translated.fidelity.name());
    }
    translated.sql.iter().map(|sql| format!("{sql};\n")).collect()
}

/// Every statement with its line and what it comes to.
fn translate(
    session: &mut Session,
    file: &SourceFile,
    from: DialectKind,
    engine: Capabilities,
) -> Vec<(String, u32, Translated)> {
    let mut diagnostics = Vec::new();
    let directives = from_sql(file, 0..file.text.len(), from).into_value(&mut diagnostics);
    let mut translator = Translator::new(Schema::empty(from), Schema::empty(engine.dialect), engine);
    let mut statements = Vec::new();
    let mut keys_off = false;
    for directive in &directives {
        let text = file.slice(directive.span);
        let translated = translator.directive(text, directive);
        for refusal in &translated.refusals {
            diagnostics.push(
                Diagnostic::warning(refusal.code, refusal.message.clone())
                    .at(directive.span, "at this point of the text")
                    .help("Put the statements before it that it needs into the same text"),
            );
        }
        let mut translated = translated;
        guard_keys(&mut translated, &mut keys_off);
        let line = file.place(directive.span.start).line;
        statements.push((text.to_owned(), line, translated));
    }
    for diagnostic in diagnostics {
        session.say(diagnostic);
    }
    statements
}

/// Foreign keys are off around the rebuild of a table, and where the author says so: in a revision Retort sees to
/// it, here the text must.
fn guard_keys(translated: &mut Translated, off: &mut bool) {
    let pragma = |on: bool| format!("PRAGMA foreign_keys={}", if on { "ON" } else { "OFF" });
    if let Some(on) = translated.foreign_keys_switch {
        *off = !on;
        translated.sql.push(pragma(on));
    } else if translated.foreign_keys_off && !*off {
        translated.sql.insert(0, pragma(false));
        translated.sql.push(pragma(true));
    }
}

/// Reads the file or standard input, and shows diagnostics in it from now on.
fn read(path: Option<&PathBuf>, session: &mut Session) -> Result<SourceFile> {
    let (name, bytes) = match path.filter(|path| path.as_os_str() != "-") {
        Some(path) => {
            let bytes = fs::read(path).map_err(|error| {
                let message = format!("`{}` cannot be read: {error}", path.display());
                Stop::usage(Diagnostic::error("project/unreadable", message).help("Name a file with SQL"))
            })?;
            (path.display().to_string(), bytes)
        }
        None => {
            let mut bytes = Vec::new();
            io::stdin().read_to_end(&mut bytes)?;
            ("stdin".to_owned(), bytes)
        }
    };
    session.single_file(&name, &bytes)
}
