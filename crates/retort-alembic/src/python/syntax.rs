//! The syntax tree that is walked: smaller than the parser's, owned, and shareable between threads.
//!
//! Names are interned, implicit string concatenation is done, `elif` is flat, and what a function needs to know of
//! itself (is it a generator, which names are global) is computed once.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use num_bigint::BigInt;
use retort_core::source::SourceFile;

/// A name or a text that the tree shares with the values made of it.
pub type Name = Arc<str>;

/// A range of bytes in the file that the code is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A parsed file.
#[derive(Debug)]
pub struct ModuleCode {
    /// The file.
    pub file: Arc<SourceFile>,
    /// The statements at its top.
    pub body: Vec<Statement>,
    /// The text at its top, if it begins with one.
    pub docstring: Option<Name>,
}

/// The body of a function or lambda, with what it needs to be called.
#[derive(Debug)]
pub struct Code {
    /// Its name; `<lambda>` for a lambda.
    pub name: Name,
    /// The file it stands in.
    pub file: Arc<SourceFile>,
    /// Where it is defined.
    pub place: Place,
    /// What it takes.
    pub parameters: Parameters,
    /// Whether it was written `async def`.
    pub is_async: bool,
    /// Where its body stands, if that was not parsed yet.
    pub(super) text: Range<u32>,
    /// Its body, once that is parsed.
    pub(super) body: OnceLock<Body>,
}

/// The inside of a function.
#[derive(Debug, Default)]
pub struct Body {
    /// What it does.
    pub statements: Vec<Statement>,
    /// Whether a `yield` stands in it.
    pub is_generator: bool,
    /// Names declared `global`.
    pub globals: Vec<Name>,
    /// Names declared `nonlocal`.
    pub nonlocals: Vec<Name>,
    /// The text at its top, if it begins with one.
    pub docstring: Option<Name>,
}

/// What a function takes.
#[derive(Debug, Default)]
pub struct Parameters {
    /// Those that may be given by position, in order.
    pub positional: Vec<Parameter>,
    /// How many of them may be given by position only.
    pub positional_only: usize,
    /// `*args`.
    pub rest: Option<Name>,
    /// Those given by keyword only.
    pub keyword_only: Vec<Parameter>,
    /// `**kwargs`.
    pub keywords: Option<Name>,
}

/// One parameter.
#[derive(Debug)]
pub struct Parameter {
    /// Its name.
    pub name: Name,
    /// Its default.
    pub default: Option<Expression>,
}

/// A statement and its place.
#[derive(Debug)]
pub struct Statement {
    /// What it is.
    pub kind: StatementKind,
    /// Where it stands.
    pub place: Place,
}

/// The statements of Python.
#[derive(Debug)]
pub enum StatementKind {
    /// `value`
    Expression(Expression),
    /// `a = b = value`
    Assign(Vec<Expression>, Expression),
    /// `target op= value`
    Augmented(Expression, Operator, Expression),
    /// `target: annotation = value`
    Annotated(Box<Annotated>),
    /// `def`
    Function(Box<FunctionDefinition>),
    /// `class`
    Class(Arc<ClassDefinition>),
    /// `return value`
    Return(Option<Expression>),
    /// `del a, b`
    Delete(Vec<Expression>),
    /// `for`
    For(Box<For>),
    /// `while test: body else: otherwise`
    While(Expression, Vec<Statement>, Vec<Statement>),
    /// `if`, each `elif`, and `else`
    If(Vec<(Expression, Vec<Statement>)>, Vec<Statement>),
    /// `with`
    With(Vec<(Expression, Option<Expression>)>, Vec<Statement>),
    /// `match`
    Match(Expression, Vec<MatchCase>),
    /// `raise exception from cause`
    Raise(Option<Expression>, Option<Expression>),
    /// `try`
    Try(Box<Try>),
    /// `assert test, message`
    Assert(Expression, Option<Expression>),
    /// `import a.b as c`
    Import(Vec<Alias>),
    /// `from ..a import b as c`
    ImportFrom {
        /// The dots in front.
        level: u32,
        /// The module after the dots.
        module: Option<Name>,
        /// What is taken; one `*` for all.
        names: Vec<Alias>,
    },
    /// `type name = value`
    TypeAlias(Expression, Expression),
    /// `break`
    Break,
    /// `continue`
    Continue,
    /// `pass`, `global`, `nonlocal`
    Pass,
}

/// An annotated assignment.
#[derive(Debug)]
pub struct Annotated {
    /// What is bound.
    pub target: Expression,
    /// Its type.
    pub annotation: Expression,
    /// The value, if one is given.
    pub value: Option<Expression>,
}

/// A `def`.
#[derive(Debug)]
pub struct FunctionDefinition {
    /// Decorators, from the top.
    pub decorators: Vec<Expression>,
    /// The function.
    pub code: Arc<Code>,
}

/// A `class`.
#[derive(Debug)]
pub struct ClassDefinition {
    /// Its name.
    pub name: Name,
    /// Decorators, from the top.
    pub decorators: Vec<Expression>,
    /// Bases and keywords.
    pub arguments: CallArguments,
    /// Its body.
    pub body: Vec<Statement>,
    /// The text at its top, if it begins with one.
    pub docstring: Option<Name>,
}

/// A `for`.
#[derive(Debug)]
pub struct For {
    /// What each element is bound to.
    pub target: Expression,
    /// What is iterated over.
    pub iterable: Expression,
    /// What is done for each element.
    pub body: Vec<Statement>,
    /// What is done at the end, without `break`.
    pub otherwise: Vec<Statement>,
}

/// A `try`.
#[derive(Debug)]
pub struct Try {
    /// What is tried.
    pub body: Vec<Statement>,
    /// The `except` clauses.
    pub handlers: Vec<Handler>,
    /// What is done when nothing was raised.
    pub otherwise: Vec<Statement>,
    /// What is done in the end.
    pub finally: Vec<Statement>,
    /// Whether the clauses were written `except*`.
    pub is_star: bool,
}

/// An `except` clause.
#[derive(Debug)]
pub struct Handler {
    /// Which exceptions; all, if absent.
    pub kind: Option<Expression>,
    /// The name given to the exception.
    pub name: Option<Name>,
    /// What is done.
    pub body: Vec<Statement>,
}

/// One name of an import.
#[derive(Debug)]
pub struct Alias {
    /// What is imported.
    pub name: Name,
    /// The name it gets.
    pub renamed: Option<Name>,
}

/// One `case` of a `match`.
#[derive(Debug)]
pub struct MatchCase {
    /// What the subject has to look like.
    pub pattern: Pattern,
    /// The `if` behind it.
    pub guard: Option<Expression>,
    /// What is done.
    pub body: Vec<Statement>,
}

/// The patterns of `match`.
#[derive(Debug)]
pub enum Pattern {
    /// Equal to a value.
    Value(Expression),
    /// The same object as `None`, `True` or `False`.
    Singleton(Constant),
    /// A sequence; a [`Pattern::Star`] takes the rest.
    Sequence(Vec<Pattern>),
    /// A mapping with these keys; the last name takes the rest.
    Mapping(Vec<(Expression, Pattern)>, Option<Name>),
    /// An instance of a class, with sub-patterns by position and by name.
    Class(Expression, Vec<Pattern>, Vec<(Name, Pattern)>),
    /// `*name` in a sequence.
    Star(Option<Name>),
    /// `pattern as name`; without pattern everything, without name `_`.
    As(Option<Box<Pattern>>, Option<Name>),
    /// One of several.
    Or(Vec<Pattern>),
}

/// An expression and its place.
#[derive(Debug)]
pub struct Expression {
    /// What it is.
    pub kind: ExpressionKind,
    /// Where it stands.
    pub place: Place,
}

/// The expressions of Python.
#[derive(Debug)]
pub enum ExpressionKind {
    /// A literal.
    Constant(Constant),
    /// A name.
    Name(Name),
    /// `a and b and c`
    And(Vec<Expression>),
    /// `a or b or c`
    Or(Vec<Expression>),
    /// `name := value`
    Named(Name, Box<Expression>),
    /// `left op right`
    Binary(Operator, Box<(Expression, Expression)>),
    /// `op operand`
    Unary(UnaryOperator, Box<Expression>),
    /// `lambda`
    Lambda(Arc<Code>, Arc<Expression>),
    /// `body if test else otherwise`: test, body, otherwise
    Conditional(Box<(Expression, Expression, Expression)>),
    /// `{key: value, **rest}`; no key for `**`
    Dict(Vec<(Option<Expression>, Expression)>),
    /// `{a, b}`
    Set(Vec<Expression>),
    /// `[a, b]`
    List(Vec<Expression>),
    /// `(a, b)`
    Tuple(Vec<Expression>),
    /// `[element for …]`, `{…}`, `(…)`
    Comprehension(Arc<Comprehension>),
    /// `await value`
    Await(Box<Expression>),
    /// `yield value`
    Yield(Option<Box<Expression>>),
    /// `yield from value`
    YieldFrom(Box<Expression>),
    /// `first op a op b`
    Compare(Box<Expression>, Vec<(Comparison, Expression)>),
    /// `function(arguments)`
    Call(Box<(Expression, CallArguments)>),
    /// `f"…"`
    Format(Vec<FormatPart>),
    /// `value.name`
    Attribute(Box<Expression>, Name),
    /// `value[index]`
    Subscript(Box<(Expression, Expression)>),
    /// `*value`
    Starred(Box<Expression>),
    /// `a:b:c`
    Slice(Box<[Option<Expression>; 3]>),
    /// Something that is not understood, with its name.
    Unsupported(&'static str),
}

/// A literal.
#[derive(Clone, Debug)]
pub enum Constant {
    /// `None`
    None,
    /// `...`
    Ellipsis,
    /// `True`, `False`
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A large whole number.
    Big(Arc<BigInt>),
    /// A number with a point.
    Float(f64),
    /// A text.
    Str(Name),
    /// Bytes.
    Bytes(Arc<[u8]>),
}

/// A comprehension or generator expression.
#[derive(Debug)]
pub struct Comprehension {
    /// What it makes.
    pub kind: ComprehensionKind,
    /// The element; of a dict the key.
    pub element: Expression,
    /// The value, of a dict.
    pub value: Option<Expression>,
    /// The `for` clauses.
    pub clauses: Vec<Clause>,
}

/// What a comprehension makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComprehensionKind {
    /// `[…]`
    List,
    /// `{…}`
    Set,
    /// `{key: …}`
    Dict,
    /// `(…)`
    Generator,
}

/// One `for target in iterable if …` of a comprehension.
#[derive(Debug)]
pub struct Clause {
    /// What each element is bound to.
    pub target: Expression,
    /// What is iterated over.
    pub iterable: Expression,
    /// The conditions.
    pub conditions: Vec<Expression>,
}

/// The arguments of a call as written.
#[derive(Debug, Default)]
pub struct CallArguments {
    /// By position; [`ExpressionKind::Starred`] for `*values`.
    pub positional: Vec<Expression>,
    /// By keyword; no name for `**values`.
    pub keyword: Vec<(Option<Name>, Expression)>,
}

/// A piece of an f-string.
#[derive(Debug)]
pub enum FormatPart {
    /// Text as it is.
    Text(Name),
    /// A value, how it is converted (`s`, `r`, `a`), and its format.
    Value(Box<Expression>, Option<char>, Vec<FormatPart>),
}

/// The operators between two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mult,
    /// `@`
    MatMult,
    /// `/`
    Div,
    /// `%`
    Mod,
    /// `**`
    Pow,
    /// `<<`
    LShift,
    /// `>>`
    RShift,
    /// `|`
    BitOr,
    /// `^`
    BitXor,
    /// `&`
    BitAnd,
    /// `//`
    FloorDiv,
}

/// The comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Eq,
    /// `!=`
    NotEq,
    /// `<`
    Lt,
    /// `<=`
    LtE,
    /// `>`
    Gt,
    /// `>=`
    GtE,
    /// `is`
    Is,
    /// `is not`
    IsNot,
    /// `in`
    In,
    /// `not in`
    NotIn,
}

/// The operators in front of one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOperator {
    /// `~`
    Invert,
    /// `not`
    Not,
    /// `+`
    Plus,
    /// `-`
    Minus,
}

impl Operator {
    /// The operator as written, and the stem of its method (`add` of `__add__`).
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Operator::Add => ("+", "add"),
            Operator::Sub => ("-", "sub"),
            Operator::Mult => ("*", "mul"),
            Operator::MatMult => ("@", "matmul"),
            Operator::Div => ("/", "truediv"),
            Operator::Mod => ("%", "mod"),
            Operator::Pow => ("**", "pow"),
            Operator::LShift => ("<<", "lshift"),
            Operator::RShift => (">>", "rshift"),
            Operator::BitOr => ("|", "or"),
            Operator::BitXor => ("^", "xor"),
            Operator::BitAnd => ("&", "and"),
            Operator::FloorDiv => ("//", "floordiv"),
        }
    }
}

impl Comparison {
    /// The comparison as written.
    pub fn text(self) -> &'static str {
        match self {
            Comparison::Eq => "==",
            Comparison::NotEq => "!=",
            Comparison::Lt => "<",
            Comparison::LtE => "<=",
            Comparison::Gt => ">",
            Comparison::GtE => ">=",
            Comparison::Is => "is",
            Comparison::IsNot => "is not",
            Comparison::In => "in",
            Comparison::NotIn => "not in",
        }
    }

    /// The comparison with its sides exchanged; itself where that has no sense.
    pub fn reflected(self) -> Comparison {
        match self {
            Comparison::Lt => Comparison::Gt,
            Comparison::LtE => Comparison::GtE,
            Comparison::Gt => Comparison::Lt,
            Comparison::GtE => Comparison::LtE,
            Comparison::Eq
            | Comparison::NotEq
            | Comparison::Is
            | Comparison::IsNot
            | Comparison::In
            | Comparison::NotIn => self,
        }
    }
}
