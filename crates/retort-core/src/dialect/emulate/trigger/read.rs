//! Trigger and function bodies read into steps: plpgsql of the simple kind, and MySQL's compound statements.

use crate::dialect::rewrite::Unit;
use crate::dialect::rewrite::units::split;
use crate::dialect::rows::words::Words;
use crate::source::DialectKind;

/// What a trigger does, step by step.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step<'a> {
    /// `NEW.column := value`
    Set(String, Vec<Unit<'a>>),
    /// A variable's value.
    Variable(String, Vec<Unit<'a>>),
    /// INSERT, UPDATE, DELETE.
    Sql(Vec<Unit<'a>>),
    /// RAISE EXCEPTION, SIGNAL, with the message.
    Raise(String),
    /// Branches with their conditions, and ELSE.
    If(Vec<(Vec<Unit<'a>>, Vec<Step<'a>>)>, Vec<Step<'a>>),
    /// `RETURN NEW`, with the word.
    Return(String),
    /// What a client is told, or nothing at all.
    Silent(&'static str),
}

/// When and on what a trigger runs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Head<'a> {
    pub(super) before: bool,
    /// `INSERT`, `UPDATE`, `DELETE`
    pub(super) events: Vec<String>,
    /// `UPDATE OF …`
    pub(super) of: Vec<String>,
    pub(super) each_row: bool,
    pub(super) when: Option<Vec<Unit<'a>>>,
    /// The function and its arguments (PostgreSQL).
    pub(super) function: Option<(String, Vec<String>)>,
    pub(super) deferred: bool,
}

/// What cannot be read, in words.
pub(super) type Read<T> = Result<T, String>;

/// Reads `CREATE TRIGGER …` up to its action; the body of MySQL's is what is left of the words.
pub(super) fn head<'a>(words: &mut Words<'_, 'a>, dialect: DialectKind) -> Read<Head<'a>> {
    words.until(&["trigger"]);
    words.eat("trigger");
    words.eat("if not exists");
    words.object();
    let timing = words.word();
    if timing == "instead" {
        return Err("INSTEAD OF".to_owned());
    }
    let mut head = Head {
        before: timing == "before",
        events: Vec::new(),
        of: Vec::new(),
        each_row: dialect == DialectKind::Mysql,
        when: None,
        function: None,
        deferred: false,
    };
    loop {
        head.events.push(words.word());
        if words.eat("of") {
            let list = words.until(&["or", "on"]);
            head.of = split(list).iter().filter_map(|part| part.first()?.identifier(dialect)).collect();
        }
        if !words.eat("or") {
            break;
        }
    }
    if dialect == DialectKind::Mysql {
        words.until(&["for each row"]);
        words.eat("for each row");
        if words.eat("follows") || words.eat("precedes") {
            words.object();
        }
        return Ok(head);
    }
    postgres_head(words, &mut head, dialect)?;
    Ok(head)
}

fn postgres_head<'a>(words: &mut Words<'_, 'a>, head: &mut Head<'a>, dialect: DialectKind) -> Read<()> {
    let options = words.until(&["when", "execute"]);
    let has = |word: &str| options.iter().any(|unit| unit.is(word));
    if has("referencing") {
        return Err("transition tables".to_owned());
    }
    head.deferred = has("deferred");
    head.each_row = has("row");
    if words.eat("when") {
        head.when = Some(words.group().unwrap_or_default().to_vec());
    }
    words.until(&["function", "procedure"]);
    words.next();
    let name = words.object().map(|name| name.to_string()).unwrap_or_default();
    let arguments = split(words.group().unwrap_or_default());
    let arguments = arguments.iter().filter_map(|part| match part {
        [Unit::Text(value)] => Some(value.to_string()),
        [other] => other.identifier(dialect),
        _ => None,
    });
    head.function = Some((name, arguments.collect()));
    Ok(())
}

/// Reads a whole body.
pub(super) fn body<'a>(words: &mut Words<'_, 'a>) -> Read<Vec<Step<'a>>> {
    let mut steps = Vec::new();
    if words.eat("declare") {
        while !words.is("begin") {
            let declared = words.until(&[";"]);
            steps.extend(declaration(declared)?);
            if !words.eat(";") {
                return Err("a declaration without an end".to_owned());
            }
        }
    }
    if words.eat("begin") {
        steps.extend(block(words)?);
        if !words.eat("end") {
            return Err(unknown(words));
        }
    } else {
        let statement = words.until(&[";"]);
        steps.extend(simple(statement)?);
    }
    Ok(steps)
}

/// `x int := 5`, `DECLARE x INT DEFAULT 5`
fn declaration<'a>(declared: &[Unit<'a>]) -> Read<Option<Step<'a>>> {
    let name = declared.first().and_then(|unit| unit.name()).ok_or("this declaration")?.to_lowercase();
    let start =
        declared.iter().position(|unit| unit.is_symbol(":=") || unit.is_symbol("=") || unit.is("default"));
    if declared.iter().any(|unit| unit.is("cursor") || unit.is("handler") || unit.is("condition")) {
        return Err("cursors and handlers".to_owned());
    }
    let value =
        start.and_then(|at| declared.get(at + 1..)).map_or_else(|| vec![Unit::Word("NULL")], <[_]>::to_vec);
    Ok(Some(Step::Variable(name, value)))
}

/// Statements up to END, ELSE or ELSIF.
fn block<'a>(words: &mut Words<'_, 'a>) -> Read<Vec<Step<'a>>> {
    let mut steps = Vec::new();
    while !["end", "else", "elsif", "elseif"].iter().any(|word| words.is(word)) {
        if words.is_done() {
            return Err("a block without an end".to_owned());
        }
        if words.is("exception") {
            return Err("EXCEPTION".to_owned());
        }
        if words.eat("if") {
            steps.push(branches(words)?);
        } else if words.is("begin") {
            steps.extend(body(words)?);
            words.eat(";");
        } else {
            let statement = words.until(&[";"]);
            words.eat(";");
            steps.extend(simple(statement)?);
        }
    }
    Ok(steps)
}

fn branches<'a>(words: &mut Words<'_, 'a>) -> Read<Step<'a>> {
    let mut read = Vec::new();
    let mut otherwise = Vec::new();
    loop {
        let condition = words.until(&["then"]).to_vec();
        if !words.eat("then") {
            return Err("an IF without THEN".to_owned());
        }
        read.push((condition, block(words)?));
        if words.eat("elsif") || words.eat("elseif") {
            continue;
        }
        if words.eat("else") {
            otherwise = block(words)?;
        }
        if !words.eat("end if") {
            return Err(unknown(words));
        }
        words.eat(";");
        return Ok(Step::If(read, otherwise));
    }
}

fn unknown(words: &Words<'_, '_>) -> String {
    words
        .peek()
        .and_then(Unit::name)
        .map_or_else(|| "the end of a block".to_owned(), |word| format!("`{word}`"))
}

/// A statement without blocks in it.
fn simple<'a>(statement: &[Unit<'a>]) -> Read<Vec<Step<'a>>> {
    let Some(first) = statement.first() else { return Ok(Vec::new()) };
    let rest = statement.get(1..).unwrap_or_default();
    let Some(word) = first.name() else { return Err("this statement".to_owned()) };
    let one = |step| Ok(vec![step]);
    match word.to_lowercase().as_str() {
        "new" => assignment(statement).map(|step| vec![step]),
        "set" => split(rest).into_iter().map(assignment).collect(),
        "declare" => Ok(declaration(rest)?.into_iter().collect()),
        "return" => one(Step::Return(rest.first().and_then(Unit::name).unwrap_or("null").to_lowercase())),
        "raise" => raise(rest).map(|step| vec![step]),
        "signal" => {
            let texts = rest.iter().skip_while(|unit| !unit.is("message_text"));
            let message =
                texts.filter_map(|unit| if let Unit::Text(text) = unit { Some(text) } else { None }).next();
            one(Step::Raise(message.map_or_else(|| "refused by a trigger".to_owned(), ToString::to_string)))
        }
        "null" => Ok(Vec::new()),
        "perform" if rest.iter().any(|unit| unit.is("pg_notify")) => one(Step::Silent("pg_notify")),
        "insert" | "update" | "delete" | "replace" => one(Step::Sql(statement.to_vec())),
        "select" => select_into(statement).map(|step| vec![step]),
        _ if rest.first().is_some_and(|unit| unit.is_symbol(":=") || unit.is_symbol("=")) => {
            assignment(statement).map(|step| vec![step])
        }
        other => Err(format!("`{}`", other.to_uppercase())),
    }
}

/// `NEW.a := value`, `a = value`
fn assignment<'a>(part: &[Unit<'a>]) -> Read<Step<'a>> {
    let at =
        part.iter().position(|unit| unit.is_symbol(":=") || unit.is_symbol("=")).ok_or("this statement")?;
    let value = part.get(at + 1..).unwrap_or_default().to_vec();
    match part.get(..at).unwrap_or_default() {
        [new, Unit::Symbol("."), column] if new.is("new") => {
            Ok(Step::Set(column.name().unwrap_or_default().to_owned(), value))
        }
        [variable] if !variable.is("new") => {
            Ok(Step::Variable(variable.name().unwrap_or_default().to_lowercase(), value))
        }
        _ => Err("this assignment".to_owned()),
    }
}

/// `EXCEPTION 'text %', value`; the other levels only tell the client something.
fn raise<'a>(rest: &[Unit<'a>]) -> Read<Step<'a>> {
    let level = rest.first().and_then(Unit::name).unwrap_or_default().to_lowercase();
    if ["notice", "info", "log", "debug", "warning"].contains(&level.as_str()) {
        return Ok(Step::Silent("RAISE of what is no error"));
    }
    let text = rest.iter().find_map(|unit| if let Unit::Text(text) = unit { Some(text) } else { None });
    Ok(Step::Raise(text.map_or_else(|| "refused by a trigger".to_owned(), ToString::to_string)))
}

/// `SELECT a INTO v FROM …` and `SELECT a FROM … INTO v`
fn select_into<'a>(statement: &[Unit<'a>]) -> Read<Step<'a>> {
    let at = statement.iter().position(|unit| unit.is("into")).ok_or("SELECT without INTO")?;
    let strict = usize::from(statement.get(at + 1).is_some_and(|unit| unit.is("strict")));
    let name = statement.get(at + 1 + strict).and_then(Unit::name).ok_or("this INTO")?.to_lowercase();
    let after = statement.get(at + 2 + strict..).unwrap_or_default();
    if strict > 0 || after.first().is_some_and(|unit| unit.is_symbol(",") || unit.is_symbol(".")) {
        return Err("INTO STRICT, or of several values".to_owned());
    }
    let mut query = statement.get(..at).unwrap_or_default().to_vec();
    query.extend(after.iter().cloned());
    if !query.iter().any(|unit| unit.is("limit")) {
        query.extend([Unit::Word("LIMIT"), Unit::Number("1".into())]);
    }
    Ok(Step::Variable(name, vec![Unit::Group(query)]))
}
