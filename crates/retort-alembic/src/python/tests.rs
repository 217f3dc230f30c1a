//! The language against what `CPython` 3.11 answers.

use std::collections::BTreeMap;
use std::sync::Arc;

use retort_core::source::{SourceFile, SourceId};

use super::*;

mod snippets;

/// What `result` is shown as after a program ran, or how it ended.
fn run(source: &str) -> String {
    run_in(source, &[])
}

fn run_in(source: &str, files: &[(&str, &str)]) -> String {
    let mut map = BTreeMap::new();
    for (at, (path, text)) in [("main.py", source)].iter().chain(files).enumerate() {
        map.insert((*path).to_owned(), Arc::new(SourceFile::new(SourceId(at as u32), *path, *text)));
    }
    let library = Library::new(map, vec![String::new()]);
    let code = match library.parse("main.py") {
        Some(Ok(code)) => code,
        Some(Err(diagnostic)) => return format!("syntax: {}", diagnostic.message),
        None => return "no file".to_owned(),
    };
    let mut world = NoWorld;
    let mut interp = Interpreter::new(&library, &mut world, Options::default());
    let outcome = interp.run_file("main", &code).and_then(|module| {
        let names = interp.module_names(&module);
        let result = names.get("result").cloned().unwrap_or(Value::None);
        match &result {
            Value::Unknown(unknown) => Ok(format!("unknown: {}", unknown.reason)),
            Value::Foreign(foreign) => Ok(format!("foreign: {}", foreign.reason())),
            known => interp.repr(known),
        }
    });
    match outcome {
        Ok(text) => text,
        Err(Unwind::Unsupported(what)) => format!("unsupported: {}", what.reason),
        Err(Unwind::Bound(what)) => format!("bound: {}", what.reason),
        Err(unwind) => interp.unwind_text(&unwind),
    }
}

#[test]
fn snippets_give_what_cpython_gives() {
    let mut wrong = Vec::new();
    for (source, expected) in snippets::SNIPPETS {
        let got = run(source);
        if got != *expected {
            wrong.push(format!("{source}\n  expected {expected}\n  got      {got}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} differ\n{}",
        wrong.len(),
        snippets::SNIPPETS.len(),
        wrong.join("\n\n")
    );
}

/// Programs that have no answer in `CPython`: what is bound, unknown, foreign, or not supported.
#[test]
fn what_is_not_known_is_said() {
    let mut wrong = Vec::new();
    for (source, expected) in [
        (
            "import boto3\nresult = boto3.client('s3').x",
            "foreign: `boto3.client` comes from outside the project",
        ),
        ("import boto3\nclass A(boto3.Base):\n    x: boto3.T = boto3.f()\nresult = A.__name__", "'A'"),
        ("import boto3\n@boto3.deco(1)\ndef f(): return 1\nresult = f()", "1"),
        ("import boto3\nif boto3.x: result = 1", "unsupported: `boto3.x` comes from outside the project"),
        ("try:\n    import ujson\nexcept ImportError:\n    result = 1\nelse:\n    result = 2", "2"),
        ("from .x import y", "ImportError: attempted relative import with no known parent package"),
        ("result = eval('1')", "unsupported: `eval` is not supported"),
        ("result = 1j", "unsupported: a complex number is not supported"),
        (
            "import secrets\nresult = secrets.token_hex()",
            "unknown: a secret, which only a run on a database makes",
        ),
        ("while True: pass", "bound: this takes more than 20000000 steps"),
        ("result = 'a' * 10 ** 12", "bound: this makes too much text or too many elements"),
        ("result = 10 ** 10 ** 10", "bound: this makes too much text or too many elements"),
        ("x = 'a'\nwhile True: x += x", "bound: this makes too much text or too many elements"),
        ("def f(): return f()\nf()", "bound: this nests more than 700 levels deep"),
        ("def f(x): return [f(x) for _ in (1,)]\nf(1)", "bound: this nests more than 700 levels deep"),
        (
            "class A:\n    def __getattr__(self, n): return getattr(self, n + 'x')\nA().b",
            "bound: this nests more than 700 levels deep",
        ),
        ("x = []\nx.append(x)\nresult = repr(x)", "bound: this nests more than 700 levels deep"),
        (
            "class A:\n    def __eq__(self, o): return o == self\nA() == A()",
            "bound: this nests more than 700 levels deep",
        ),
        (
            "import re\nresult = re.match('(a+)+$', 'a' * 40 + 'b')",
            "bound: a regular expression takes too long",
        ),
        ("import itertools\nresult = list(itertools.count())", "bound: this takes more than 20000000 steps"),
        ("result = f'{1:>9999999}'", "bound: a format asks for too wide a field"),
    ] {
        wrong.extend(differs(source, &run(source), expected));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Notes what the interpreter tells of speculation, and what the program says in it.
#[derive(Default)]
struct Recorder(Vec<String>);

impl World for Recorder {
    fn begin_speculation(&mut self, _unknown: &Unknown) {
        self.0.push("(".to_owned());
    }

    fn end_speculation(&mut self, _unknown: &Unknown, _span: Span, failure: Option<&Unsupported>) {
        self.0.push(failure.map_or(")".to_owned(), |failure| format!("! {})", failure.reason)));
    }

    fn moment(&mut self) -> Option<Moment> {
        Some(Moment { micros: 1_500_000, chance: "chance".to_owned() })
    }

    fn request(&mut self, message: &mut dyn Any) {
        if let Some(text) = message.downcast_ref::<String>() {
            self.0.push(text.clone());
        }
    }
}

#[test]
fn branches_on_unknown_rows_run_in_speculation() {
    let mut wrong = Vec::new();
    for (source, expected) in [
        ("if rows: say('a')\nsay('b')", "( a ) ( ) b"),
        ("if rows: say('a')\nelse: say('b')\n", "( a ) ( b )"),
        ("for row in rows: say(row.id)\nsay('after')", "( ? ) after"),
        (
            "for row in rows:\n    if row.x: continue\n    say('rest')\nsay('after')",
            "( ( ) ( ) ( rest ) ) after",
        ),
        (
            "def f():\n    if not rows: return 1\n    say('rest')\nx = f()\nsay('after', x)",
            "( ) ( ) ( rest ) after ?",
        ),
        (
            "for n in [1, 2]:\n    if rows: break\n    say(n)\nsay('after')",
            "( ) ( ) ( 1 ) ( ( ) ( ) ( 2 ) ) after",
        ),
        ("x = 1\nif rows: x = 2\nsay(x)", "( ) ( ) ?"),
        ("xs = []\nfor row in rows: xs.append(row)\nsay(len(xs))", "( ) ?"),
        ("d = {}\nfor row in rows: d[row.id] = 1\nfor k, v in d.items(): say('in')", "( ) ( in )"),
        ("while rows: say('w')\nsay('after')", "( w ) after"),
        ("x = 'a' if rows else 'b'\nsay(x)", "( ) ( ) ?"),
        (
            "xs = [r.x for r in rows if r.y]\nsay(xs, f'{rows}', '%s' % rows, rows + 1, 1 in rows, rows == 1)",
            "( ( ) ) ? ? ? ? ? ?",
        ),
        ("if rows: raise ValueError('x')\nsay('after')", "( ) ( ) after"),
        (
            "if rows:\n    say('a')\n    open('x')\nsay('b')",
            "( a ! the file `x` is not among those that were read) ( ) b",
        ),
        ("if not rows:\n    raise ValueError()\nelse:\n    say('b')\nsay('c')", "( ) ( b ) c"),
        (
            "a, *b = rows\nsay(a, b, [*rows], dict(rows), sorted(rows), rows[0], rows.x(1)['y'])",
            "? ? ? ? ? ? ?",
        ),
        ("import boto3\nfor row in rows:\n    say(boto3.f(row))\n", "( ? )"),
        (
            "import os, secrets, time\nsay(len(secrets.token_hex()), len(os.urandom(9)), len(secrets.token_urlsafe(4)))\n\
             say(secrets.token_bytes() == secrets.token_bytes(), 0 <= secrets.randbelow(3) < 3, time.time())",
            "64 9 6 False True 1.5",
        ),
        ("def g():\n    for row in rows: yield row.x\nfor x in g(): say(x)\nsay(list(g()))", "( ? ) ( ) ?"),
    ] {
        let mut world = Recorder::default();
        let library = Library::new(BTreeMap::new(), Vec::new());
        let text =
            format!("import host\nrows, say = host.rows, host.say\ndef main():\n{}\n", indented(source));
        let file = Arc::new(SourceFile::new(SourceId(0), "main.py", text));
        let code = parse(&file).unwrap();
        let mut interp = Interpreter::new(&library, &mut world, Options::default());
        interp.register("host", |interp| {
            let rows = interp.unknown("the result of a query");
            Ok(interp.native_module("host", [("rows", rows), ("say", Value::function("say", say))]))
        });
        let module = interp.run_file("main", &code).unwrap();
        let main = interp.attribute(&module, "main").unwrap();
        let outcome = interp.call(&main, Arguments::none(file.whole()));
        let failed = outcome.err().map(|unwind| interp.unwind_text(&unwind));
        let got = world.0.into_iter().chain(failed).collect::<Vec<_>>().join(" ");
        wrong.extend(differs(source, &got, expected));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn indented(source: &str) -> String {
    source.lines().map(|line| format!("    {line}\n")).collect()
}

fn say(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    for value in arguments.positional {
        let mut text = match value {
            Value::Unknown(_) => "?".to_owned(),
            other => interp.text(&other)?,
        };
        interp.request(&mut text);
    }
    Ok(Value::None)
}

#[test]
fn modules_of_the_project_are_followed() {
    let mut wrong = Vec::new();
    let files = [
        (
            "pkg/__init__.py",
            "from .a import A as Renamed\nfrom . import b\nfrom .sub.c import *\nVERSION = '1'\n",
        ),
        (
            "pkg/a.py",
            "import outside\nfrom outside.x import y\nclass A(outside.Base): z = 1\nbad = outside.f() + 1\nworse = 1 / 0\nfine = 3\n",
        ),
        (
            "pkg/b.py",
            "from . import a\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from nowhere import q\ndef helper(n): return n + a.fine\n",
        ),
        ("pkg/sub/c.py", "__all__ = ['one']\none = 1\ntwo = 2\n"),
        ("space/d.py", "import pkg.b\nfrom pkg.sub import c as cc\nvalue = pkg.b.helper(cc.two)\n"),
        ("broken.py", "x = (\n"),
        ("cycle_a.py", "import cycle_b\nx = 1\n"),
        ("cycle_b.py", "import cycle_a\ndef f(): return cycle_a.x\n"),
    ];
    for (source, expected) in [
        (
            "import pkg\nresult = (pkg.Renamed.z, pkg.one, hasattr(pkg, 'two'), pkg.VERSION, pkg.b.helper(1))",
            "(1, 1, False, '1', 4)",
        ),
        ("from space.d import value as result", "5"),
        ("import space.d as m\nresult = m.value", "5"),
        ("def f():\n    from pkg.a import fine\n    return fine\nresult = f()", "3"),
        (
            "from pkg.a import worse as result",
            "foreign: `pkg.a.worse` could not be made: ZeroDivisionError: division by zero",
        ),
        (
            "import broken\nresult = broken.x",
            "foreign: `broken` cannot be imported: `broken.py` is not Python: unexpected EOF while parsing",
        ),
        ("from pkg.a import nothing", "ImportError: cannot import name 'nothing' from 'pkg.a'"),
        ("import pkg.none", "ModuleNotFoundError: No module named 'pkg.none'"),
        ("from space.none import x as result", "foreign: `space.none.x` comes from outside the project"),
        ("import cycle_a, cycle_b\nresult = cycle_b.f()", "1"),
        ("import importlib\nresult = importlib.import_module('pkg.b').helper(2)", "5"),
        (
            "import os\nresult = open(os.path.join(os.path.dirname(__file__), 'pkg/sub/../sub/c.py')).read()[:7]",
            "'__all__'",
        ),
        (
            "from pathlib import Path\nresult = (Path(__file__).parent / 'cycle_a.py').read_text().splitlines()[1]",
            "'x = 1'",
        ),
    ] {
        wrong.extend(differs(source, &run_in(source, &files), expected));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Mutated programs: they end, and nothing panics.
#[test]
fn mutated_programs_end() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    };
    let pieces = [
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ":",
        ",",
        "*",
        "**",
        "-",
        "not ",
        "lambda: ",
        "yield ",
        "f'{",
        "'",
        "\n",
        "    ",
        "self",
        "1",
        "10**9",
        "x",
        "=",
        ".",
        "await ",
        "if ",
        "for x in ",
        "del ",
        "%",
        "'%s'",
        "\u{e9}",
        "<<",
        "99999999999999999999",
    ];
    for _ in 0..3000 {
        let (source, _) = snippets::SNIPPETS[random(snippets::SNIPPETS.len())];
        let mut chars: Vec<char> = source.chars().collect();
        for _ in 0..=random(4) {
            let at = random(chars.len());
            match random(3) {
                0 => {
                    let end = (at + random(6)).min(chars.len());
                    chars.drain(at..end);
                }
                1 => {
                    let piece: Vec<char> = pieces[random(pieces.len())].chars().collect();
                    chars.splice(at..at, piece);
                }
                _ => {
                    let from = random(chars.len());
                    let part: Vec<char> = chars[from..(from + random(12)).min(chars.len())].to_vec();
                    chars.splice(at..at, part);
                }
            }
        }
        let source: String = chars.into_iter().collect();
        let bounds = Bounds { steps: 200_000, depth: 700, memory: 8 << 20 };
        run_bounded(&source, bounds);
    }
}

#[test]
fn a_recursion_that_only_rows_could_end_is_followed_a_few_calls_deep() {
    // Each call branches: followed to the bound of depth this would take more steps than there are.
    let source = "\
class Parser:
    def either(self):
        return [self.both(), self.both()]
    def both(self):
        return (self.either(), self.either()) if ROW else self.rest()
    def rest(self):
        return 1
def walk(value):
    if isinstance(value, dict):
        return {walk(key): walk(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [walk(inner) for inner in value]
    return value
def known(depth):
    return depth if depth == 0 else known(depth - 1)
a = walk(ROW)
b = Parser().either() if ROW else None
c = known(20)
";
    let file = Arc::new(SourceFile::new(SourceId(0), "main.py", format!("ROW = unknown_row()\n{source}")));
    let code = parse(&file).unwrap();
    let library = Library::new(BTreeMap::new(), Vec::new());
    let mut world = NoWorld;
    let bounds = Bounds { steps: 50_000, depth: 700, memory: 8 << 20 };
    let mut interp = Interpreter::new(&library, &mut world, Options { bounds, ..Options::default() });
    interp.builtins.insert(
        "unknown_row".into(),
        Value::function("unknown_row", |interp, _| Ok(Value::unknown("a row", interp.call_span()))),
    );
    let module = interp.run_file("main", &code).map_err(|unwind| interp.unwind_text(&unwind)).unwrap();
    let names = interp.module_names(&module);
    assert!(matches!(names["a"], Value::Unknown(_)) && matches!(names["b"], Value::Unknown(_)));
    assert_eq!(names["c"].as_int(), Some(0));
}

fn run_bounded(source: &str, bounds: Bounds) {
    let file = Arc::new(SourceFile::new(SourceId(0), "main.py", source));
    let Ok(code) = parse(&file) else { return };
    let library = Library::new(BTreeMap::new(), Vec::new());
    let mut world = NoWorld;
    let mut interp = Interpreter::new(&library, &mut world, Options { bounds, ..Options::default() });
    if let Ok(module) = interp.run_file("main", &code) {
        for (_, value) in interp.module_names(&module) {
            let _ = interp.repr(&value);
        }
    }
}

fn differs(source: &str, got: &str, expected: &str) -> Option<String> {
    (got != expected).then(|| format!("{source}\n  expected {expected}\n  got      {got}"))
}
