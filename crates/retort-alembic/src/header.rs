//! What a revision's file says of itself: `revision`, `down_revision` and the others, straight from its syntax tree.

use std::collections::BTreeMap;

use ruff_python_ast::{Expr, ModModule, Stmt};
use ruff_text_size::{Ranged, TextRange};

use retort_core::source::{SourceId, Span};

/// A value that stands in a file as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// `None`
    None,
    /// `True`, `False`
    Bool(bool),
    /// A string.
    Text(String),
    /// A tuple, list or set of strings.
    List(Vec<String>),
    /// A dict of strings.
    Dict(Vec<(String, String)>),
}

/// Names that a module gives literal values.
#[derive(Clone, Debug, Default)]
pub struct Constants(BTreeMap<String, (Literal, TextRange)>);

impl Constants {
    /// The constants of a module's own statements, in order: a later one counts.
    pub fn of(statements: &[Stmt]) -> Constants {
        let mut constants = Constants::default();
        for statement in statements {
            let (targets, value) = match statement {
                Stmt::Assign(assign) => (assign.targets.iter().collect(), Some(&*assign.value)),
                Stmt::AnnAssign(assign) => (vec![&*assign.target], assign.value.as_deref()),
                _ => continue,
            };
            for target in targets {
                let Expr::Name(name) = target else { continue };
                let literal = value.and_then(|value| constants.value(value));
                match literal {
                    Some(literal) => {
                        constants.0.insert(name.id.to_string(), (literal, statement.range()));
                    }
                    None => drop(constants.0.remove(name.id.as_str())),
                }
            }
        }
        constants
    }

    /// The value of an expression, where it stands there or is a constant's name.
    pub fn value(&self, expression: &Expr) -> Option<Literal> {
        Some(match expression {
            Expr::NoneLiteral(_) => Literal::None,
            Expr::BooleanLiteral(flag) => Literal::Bool(flag.value),
            Expr::StringLiteral(text) => Literal::Text(text.value.to_str().to_owned()),
            Expr::Name(name) => self.0.get(name.id.as_str())?.0.clone(),
            Expr::Tuple(tuple) => self.list(&tuple.elts)?,
            Expr::List(list) => self.list(&list.elts)?,
            Expr::Set(set) => self.list(&set.elts)?,
            Expr::Dict(dict) => {
                let pair = |(key, value): (&Expr, &Expr)| Some((self.text(key)?, self.text(value)?));
                let pairs = dict.items.iter().map(|item| Some((item.key.as_ref()?, &item.value)));
                Literal::Dict(pairs.map(|item| pair(item?)).collect::<Option<_>>()?)
            }
            _ => return None,
        })
    }

    fn list(&self, elements: &[Expr]) -> Option<Literal> {
        elements.iter().map(|element| self.text(element)).collect::<Option<_>>().map(Literal::List)
    }

    fn text(&self, expression: &Expr) -> Option<String> {
        match self.value(expression)? {
            Literal::Text(text) => Some(text),
            _ => None,
        }
    }

    fn get(&self, name: &str) -> Option<&(Literal, TextRange)> {
        self.0.get(name)
    }

    /// One string or several, where a name has such a value.
    fn texts(&self, name: &str) -> Vec<String> {
        match self.get(name) {
            Some((Literal::Text(text), _)) => vec![text.clone()],
            Some((Literal::List(list), _)) => list.clone(),
            _ => Vec::new(),
        }
    }
}

/// One of the two functions of a revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// There is none of that name.
    Absent,
    /// It does nothing, and says so: `pass`, a docstring.
    Empty(Span),
    /// It does something, or comes from elsewhere.
    Present(Span),
}

impl Way {
    /// Where it is written.
    pub fn span(self) -> Option<Span> {
        match self {
            Way::Absent => None,
            Way::Empty(span) | Way::Present(span) => Some(span),
        }
    }
}

/// The header of a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Its id.
    pub revision: String,
    /// Directly below it.
    pub down_revision: Vec<String>,
    /// Names of the line that begins here.
    pub branch_labels: Vec<String>,
    /// What must be applied before.
    pub depends_on: Vec<String>,
    /// The first line of the docstring.
    pub message: String,
    /// Where `revision` is set.
    pub span: Span,
    /// Where `down_revision` is set.
    pub down_span: Span,
    /// `upgrade()`
    pub upgrade: Way,
    /// `downgrade()`
    pub downgrade: Way,
    /// Names of the header whose values are no literals, and where.
    pub not_literal: Vec<(&'static str, Span)>,
}

/// Reads the header of a module; None where it sets no `revision`.
pub fn read(id: SourceId, module: &ModModule) -> Option<Header> {
    let constants = Constants::of(&module.body);
    let span = |range: TextRange| Span::new(id, range.start().to_usize(), range.end().to_usize());
    let (Literal::Text(revision), place) = constants.get("revision")? else { return None };
    let place = span(*place);
    let down_span = constants.get("down_revision").map_or(place, |(_, range)| span(*range));
    let names = ["down_revision", "branch_labels", "depends_on"];
    let not_literal = names.into_iter().filter(|name| constants.get(name).is_none());
    let not_literal = not_literal.filter_map(|name| Some((name, span(assigned(&module.body, name)?))));
    Some(Header {
        revision: revision.clone(),
        down_revision: constants.texts("down_revision"),
        branch_labels: constants.texts("branch_labels"),
        depends_on: constants.texts("depends_on"),
        message: message(&module.body),
        span: place,
        down_span,
        upgrade: way(&module.body, "upgrade", &span),
        downgrade: way(&module.body, "downgrade", &span),
        not_literal: not_literal.collect(),
    })
}

/// Where a name is given a value.
fn assigned(statements: &[Stmt], name: &str) -> Option<TextRange> {
    let is = |target: &Expr| matches!(target, Expr::Name(found) if found.id.as_str() == name);
    statements.iter().find_map(|statement| match statement {
        Stmt::Assign(assign) if assign.targets.iter().any(is) => Some(statement.range()),
        Stmt::AnnAssign(assign) if is(&assign.target) && assign.value.is_some() => Some(statement.range()),
        _ => None,
    })
}

/// The first line of the docstring that is not empty.
fn message(statements: &[Stmt]) -> String {
    let Some(Stmt::Expr(first)) = statements.first() else { return String::new() };
    let Expr::StringLiteral(text) = &*first.value else { return String::new() };
    text.value.to_str().lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("").to_owned()
}

fn way(statements: &[Stmt], name: &str, span: &impl Fn(TextRange) -> Span) -> Way {
    let mut found = Way::Absent;
    for statement in statements {
        match statement {
            Stmt::FunctionDef(function) if function.name.as_str() == name => {
                let place = span(function.name.range());
                let is_empty = function.body.iter().all(is_nothing) && function.decorator_list.is_empty();
                found = if is_empty { Way::Empty(place) } else { Way::Present(place) };
            }
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) | Stmt::Expr(_) => {}
            // An import, an assignment or a branch may make it too.
            other if found == Way::Absent && may_make(other, name) => {
                found = Way::Present(span(other.range()));
            }
            _ => {}
        }
    }
    found
}

fn is_nothing(statement: &Stmt) -> bool {
    match statement {
        Stmt::Pass(_) => true,
        Stmt::Expr(expression) => {
            matches!(*expression.value, Expr::StringLiteral(_) | Expr::EllipsisLiteral(_))
        }
        Stmt::Return(done) => done.value.as_deref().is_none_or(|value| matches!(value, Expr::NoneLiteral(_))),
        _ => false,
    }
}

fn may_make(statement: &Stmt, name: &str) -> bool {
    match statement {
        Stmt::ImportFrom(import) => import.names.iter().any(|alias| {
            let bound = alias.asname.as_ref().unwrap_or(&alias.name);
            bound.as_str() == name || alias.name.as_str() == "*"
        }),
        Stmt::Assign(_) | Stmt::AnnAssign(_) => assigned(std::slice::from_ref(statement), name).is_some(),
        Stmt::If(_) | Stmt::Try(_) | Stmt::With(_) | Stmt::For(_) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ruff_python_parser::parse_module;

    fn header(text: &str) -> Header {
        read(SourceId(0), parse_module(text).unwrap().syntax()).unwrap()
    }

    #[test]
    fn headers_are_read_in_every_form_that_is_written() {
        let read = header(
            "\"\"\"add users\n\nRevision ID: a\n\"\"\"\nfrom alembic import op\nrevision = 'a' 'b'\n\
             down_revision = None\nbranch_labels = ('x', 'y')\ndepends_on = 'z'\n\
             def upgrade() -> None:\n    op.drop_table('t')\ndef downgrade():\n    \"\"\"no\"\"\"\n    pass\n",
        );
        assert_eq!((read.revision.as_str(), read.message.as_str()), ("ab", "add users"));
        assert_eq!(read.down_revision, [""; 0]);
        assert_eq!(
            (read.branch_labels, read.depends_on),
            (vec!["x".into(), "y".into()], vec!["z".to_owned()])
        );
        assert!(matches!((read.upgrade, read.downgrade), (Way::Present(_), Way::Empty(_))));
        let read = header("OLD = 'o'\nrevision: str = 'n'\ndown_revision: Union[str, None] = OLD\n");
        assert_eq!((read.revision.as_str(), read.down_revision), ("n", vec!["o".to_owned()]));
        assert_eq!((read.upgrade, read.downgrade), (Way::Absent, Way::Absent));
        let read = header("revision = 'm'\ndown_revision: Sequence[str] = ['a', 'b']\nfrom x import *\n");
        assert_eq!(read.down_revision, ["a", "b"]);
        assert!(matches!(read.upgrade, Way::Present(_)));
    }

    #[test]
    fn what_is_no_literal_is_named() {
        let read = header("revision = 'm'\ndown_revision = make()\n");
        assert_eq!(read.not_literal, [("down_revision", Span::new(SourceId(0), 15, 37))]);
        assert!(read_none("down_revision = 'a'\n") && read_none("revision = 1\n"));
    }

    fn read_none(text: &str) -> bool {
        read(SourceId(0), parse_module(text).unwrap().syntax()).is_none()
    }
}
