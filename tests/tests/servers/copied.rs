//! Dumps on a server: the lines of a COPY are handed over, and what the server says of one is told.

use retort_core::database::Value;
use retort_core::source::DialectKind;

use crate::chains::{Run, project, up};
use crate::server::Scratch;

const HEAD: &str = "-- revision: a1\n-- dialect: postgresql\n-- upgrade\n\
    \\restrict x\nSELECT pg_catalog.set_config('search_path', '', false);\n\
    CREATE TABLE public.t (a integer, b text);\n";

/// How a run ended, and the rows that are there then.
type Copied = (Result<(), String>, Vec<Vec<Value>>);

fn run(lines: &str) -> Option<Copied> {
    let scratch = Scratch::new(DialectKind::Postgres)?;
    let text = format!("{HEAD}COPY public.t (a, b) FROM stdin;\n{lines}\\.\n\\unrestrict x\n-- downgrade\n");
    let project = project(&[("a1.sql", &text)]);
    let mut run = Run::new(&project, scratch.connect());
    let done = run.go(&up());
    let rows = match done.is_ok() {
        true => run.db.query("SELECT a, b FROM public.t ORDER BY a").unwrap(),
        false => Vec::new(),
    };
    Some((done, rows))
}

#[test]
fn the_lines_of_a_copy_arrive_as_they_were() {
    let Some((done, rows)) = run("1\t\\N\n2\t\n3\ta\\tb\\\\c\\nd;\n4\tit's \"ä\"\n") else { return };
    done.unwrap();
    let text = |text: &str| Value::Text(text.to_owned());
    let expected = [Value::Null, text(""), text("a\tb\\c\nd;"), text("it's \"ä\"")]
        .into_iter()
        .zip(1..)
        .map(|(value, number)| vec![Value::Integer(number), value]);
    assert_eq!(rows, expected.collect::<Vec<_>>());
}

#[test]
fn many_lines_are_handed_over() {
    let lines: String = (0..20_000).map(|number| format!("{number}\trow number {number}\n")).collect();
    let Some((done, rows)) = run(&lines) else { return };
    done.unwrap();
    assert_eq!(rows.len(), 20_000);
}

#[test]
fn a_line_that_is_refused_is_named() {
    let Some((done, _)) = run("1\ta\nx\tb\n") else { return };
    let fault = done.unwrap_err();
    assert!(fault.contains("invalid input syntax for type integer"), "{fault}");
    assert!(fault.contains("COPY t, line 2, column a: \"x\""), "{fault}");
}
