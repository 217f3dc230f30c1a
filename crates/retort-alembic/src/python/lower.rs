//! From the parser's tree to ours.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use num_bigint::BigInt;
use num_traits::Num;
use retort_core::source::SourceFile;
use ruff_python_ast as ast;
use ruff_text_size::{Ranged, TextSize};
use rustc_hash::FxBuildHasher;

use super::outline::{LeftOut, whole};
use super::syntax::*;

mod expression;
mod pattern;

/// Lowers a whole file.
pub(super) fn lower(file: &Arc<SourceFile>, body: &[ast::Stmt]) -> ModuleCode {
    lower_outline(file, body, &[])
}

/// Lowers the outline of a file.
pub(super) fn lower_outline(file: &Arc<SourceFile>, body: &[ast::Stmt], left_out: &[LeftOut]) -> ModuleCode {
    let mut lowering = Lowering::new(file, left_out, 0);
    let docstring = lowering.docstring(body);
    let body = lowering.body(body);
    ModuleCode { file: file.clone(), body, docstring }
}

/// Lowers the inside of a function; `shift` is added to every place.
pub(super) fn lower_inside(file: &Arc<SourceFile>, node: &ast::StmtFunctionDef, shift: u32) -> Body {
    Lowering::new(file, &[], shift).inside(node)
}

struct Lowering<'b> {
    file: Arc<SourceFile>,
    /// What was left out of the text.
    left_out: &'b [LeftOut],
    /// What is added to every place.
    shift: u32,
    names: HashSet<Name, FxBuildHasher>,
    functions: Vec<Facts>,
}

/// What is learnt about a function while its body is lowered.
#[derive(Default)]
struct Facts {
    is_generator: bool,
    globals: Vec<Name>,
    nonlocals: Vec<Name>,
}

impl<'b> Lowering<'b> {
    fn new(file: &Arc<SourceFile>, left_out: &'b [LeftOut], shift: u32) -> Lowering<'b> {
        let functions = vec![Facts::default()];
        Lowering { file: file.clone(), left_out, shift, names: HashSet::default(), functions }
    }

    fn name(&mut self, text: &str) -> Name {
        if let Some(name) = self.names.get(text) {
            return name.clone();
        }
        let name: Name = Arc::from(text);
        self.names.insert(name.clone());
        name
    }

    fn place(&self, node: &impl Ranged) -> Place {
        let range = node.range();
        let shifted = |offset: TextSize| whole(self.left_out, offset.to_u32()).wrapping_add(self.shift);
        Place { start: shifted(range.start()), end: shifted(range.end()) }
    }

    fn facts(&mut self) -> &mut Facts {
        if self.functions.is_empty() {
            self.functions.push(Facts::default());
        }
        let last = self.functions.len() - 1;
        &mut self.functions[last]
    }

    fn docstring(&mut self, body: &[ast::Stmt]) -> Option<Name> {
        let ast::Stmt::Expr(statement) = body.first()? else { return None };
        let ast::Expr::StringLiteral(text) = &*statement.value else { return None };
        Some(self.name(text.value.to_str()))
    }

    fn body(&mut self, body: &[ast::Stmt]) -> Vec<Statement> {
        body.iter().map(|statement| self.statement(statement)).collect()
    }

    fn statement(&mut self, statement: &ast::Stmt) -> Statement {
        Statement { place: self.place(statement), kind: self.statement_kind(statement) }
    }

    fn statement_kind(&mut self, statement: &ast::Stmt) -> StatementKind {
        match statement {
            ast::Stmt::FunctionDef(node) => self.function(node),
            ast::Stmt::ClassDef(node) => self.class(node),
            ast::Stmt::Return(node) => StatementKind::Return(self.optional(node.value.as_deref())),
            ast::Stmt::Delete(node) => StatementKind::Delete(self.expressions(&node.targets)),
            ast::Stmt::TypeAlias(node) => {
                StatementKind::TypeAlias(self.expression(&node.name), self.expression(&node.value))
            }
            ast::Stmt::Assign(node) => {
                StatementKind::Assign(self.expressions(&node.targets), self.expression(&node.value))
            }
            ast::Stmt::AugAssign(node) => StatementKind::Augmented(
                self.expression(&node.target),
                operator(node.op),
                self.expression(&node.value),
            ),
            ast::Stmt::AnnAssign(node) => StatementKind::Annotated(Box::new(Annotated {
                target: self.expression(&node.target),
                annotation: self.expression(&node.annotation),
                value: self.optional(node.value.as_deref()),
            })),
            ast::Stmt::For(node) => StatementKind::For(Box::new(For {
                target: self.expression(&node.target),
                iterable: self.expression(&node.iter),
                body: self.body(&node.body),
                otherwise: self.body(&node.orelse),
            })),
            ast::Stmt::While(node) => StatementKind::While(
                self.expression(&node.test),
                self.body(&node.body),
                self.body(&node.orelse),
            ),
            ast::Stmt::If(node) => self.conditional(node),
            ast::Stmt::With(node) => self.with(node),
            ast::Stmt::Match(node) => self.match_statement(node),
            ast::Stmt::Raise(node) => {
                StatementKind::Raise(self.optional(node.exc.as_deref()), self.optional(node.cause.as_deref()))
            }
            ast::Stmt::Try(node) => self.try_statement(node),
            ast::Stmt::Assert(node) => {
                StatementKind::Assert(self.expression(&node.test), self.optional(node.msg.as_deref()))
            }
            ast::Stmt::Import(node) => StatementKind::Import(self.aliases(&node.names)),
            ast::Stmt::ImportFrom(node) => StatementKind::ImportFrom {
                level: node.level,
                module: node.module.as_ref().map(|module| self.name(module.as_str())),
                names: self.aliases(&node.names),
            },
            ast::Stmt::Global(node) => {
                for name in &node.names {
                    let name = self.name(name.as_str());
                    self.facts().globals.push(name);
                }
                StatementKind::Pass
            }
            ast::Stmt::Nonlocal(node) => {
                for name in &node.names {
                    let name = self.name(name.as_str());
                    self.facts().nonlocals.push(name);
                }
                StatementKind::Pass
            }
            ast::Stmt::Expr(node) => StatementKind::Expression(self.expression(&node.value)),
            ast::Stmt::Pass(_) => StatementKind::Pass,
            ast::Stmt::Break(_) => StatementKind::Break,
            ast::Stmt::Continue(_) => StatementKind::Continue,
            ast::Stmt::IpyEscapeCommand(node) => StatementKind::Expression(Expression {
                place: self.place(node),
                kind: ExpressionKind::Unsupported("an IPython command"),
            }),
        }
    }

    fn conditional(&mut self, node: &ast::StmtIf) -> StatementKind {
        let mut branches = vec![(self.expression(&node.test), self.body(&node.body))];
        let mut otherwise = Vec::new();
        for clause in &node.elif_else_clauses {
            match &clause.test {
                Some(test) => branches.push((self.expression(test), self.body(&clause.body))),
                None => otherwise = self.body(&clause.body),
            }
        }
        StatementKind::If(branches, otherwise)
    }

    fn with(&mut self, node: &ast::StmtWith) -> StatementKind {
        let items = node
            .items
            .iter()
            .map(|item| (self.expression(&item.context_expr), self.optional(item.optional_vars.as_deref())))
            .collect();
        StatementKind::With(items, self.body(&node.body))
    }

    fn try_statement(&mut self, node: &ast::StmtTry) -> StatementKind {
        let handlers = node.handlers.iter().map(|ast::ExceptHandler::ExceptHandler(handler)| Handler {
            kind: self.optional(handler.type_.as_deref()),
            name: handler.name.as_ref().map(|name| self.name(name.as_str())),
            body: self.body(&handler.body),
        });
        let handlers = handlers.collect();
        StatementKind::Try(Box::new(Try {
            body: self.body(&node.body),
            handlers,
            otherwise: self.body(&node.orelse),
            finally: self.body(&node.finalbody),
            is_star: node.is_star,
        }))
    }

    fn aliases(&mut self, names: &[ast::Alias]) -> Vec<Alias> {
        let alias = |alias: &ast::Alias| Alias {
            name: self.name(alias.name.as_str()),
            renamed: alias.asname.as_ref().map(|name| self.name(name.as_str())),
        };
        names.iter().map(alias).collect()
    }

    fn function(&mut self, node: &ast::StmtFunctionDef) -> StatementKind {
        let decorators = node.decorator_list.iter().map(|each| self.expression(&each.expression)).collect();
        let parameters = self.parameters(&node.parameters);
        let (text, body) = match self.left_out(node) {
            Some(text) => (text, OnceLock::new()),
            None => (0..0, OnceLock::from(self.inside(node))),
        };
        let code = Code {
            name: self.name(node.name.as_str()),
            file: self.file.clone(),
            place: self.place(node),
            parameters,
            is_async: node.is_async,
            text,
            body,
        };
        StatementKind::Function(Box::new(FunctionDefinition { decorators, code: Arc::new(code) }))
    }

    /// Where the body of a function stands, if it was left out.
    fn left_out(&self, node: &ast::StmtFunctionDef) -> Option<Range<u32>> {
        let start = node.body.first()?.range().start().to_u32();
        let at = self.left_out.binary_search_by_key(&start, |each| each.at).ok()?;
        self.left_out.get(at).map(|each| each.body.clone())
    }

    fn inside(&mut self, node: &ast::StmtFunctionDef) -> Body {
        self.functions.push(Facts::default());
        let docstring = self.docstring(&node.body);
        let statements = self.body(&node.body);
        let Facts { is_generator, globals, nonlocals } = self.functions.pop().unwrap_or_default();
        Body { statements, is_generator, globals, nonlocals, docstring }
    }

    fn class(&mut self, node: &ast::StmtClassDef) -> StatementKind {
        let decorators = node.decorator_list.iter().map(|each| self.expression(&each.expression)).collect();
        let arguments = match &node.arguments {
            Some(arguments) => self.arguments(arguments),
            None => CallArguments::default(),
        };
        self.functions.push(Facts::default());
        let docstring = self.docstring(&node.body);
        let body = self.body(&node.body);
        self.functions.pop();
        let name = self.name(node.name.as_str());
        StatementKind::Class(Arc::new(ClassDefinition { name, decorators, arguments, body, docstring }))
    }

    fn parameters(&mut self, parameters: &ast::Parameters) -> Parameters {
        let mut list = |list: &[ast::ParameterWithDefault]| {
            let parameter = |each: &ast::ParameterWithDefault| Parameter {
                name: self.name(each.parameter.name.as_str()),
                default: self.optional(each.default.as_deref()),
            };
            list.iter().map(parameter).collect::<Vec<_>>()
        };
        let mut positional = list(&parameters.posonlyargs);
        let positional_only = positional.len();
        positional.extend(list(&parameters.args));
        let keyword_only = list(&parameters.kwonlyargs);
        Parameters {
            positional,
            positional_only,
            rest: parameters.vararg.as_ref().map(|each| self.name(each.name.as_str())),
            keyword_only,
            keywords: parameters.kwarg.as_ref().map(|each| self.name(each.name.as_str())),
        }
    }
}

fn operator(operator: ast::Operator) -> Operator {
    match operator {
        ast::Operator::Add => Operator::Add,
        ast::Operator::Sub => Operator::Sub,
        ast::Operator::Mult => Operator::Mult,
        ast::Operator::MatMult => Operator::MatMult,
        ast::Operator::Div => Operator::Div,
        ast::Operator::Mod => Operator::Mod,
        ast::Operator::Pow => Operator::Pow,
        ast::Operator::LShift => Operator::LShift,
        ast::Operator::RShift => Operator::RShift,
        ast::Operator::BitOr => Operator::BitOr,
        ast::Operator::BitXor => Operator::BitXor,
        ast::Operator::BitAnd => Operator::BitAnd,
        ast::Operator::FloorDiv => Operator::FloorDiv,
    }
}

/// Reads the digits of a whole number that does not fit 64 bits.
fn big(text: &str) -> BigInt {
    let text = text.replace('_', "").to_ascii_lowercase();
    let (digits, radix) = match text.get(..2) {
        Some("0x") => (&text[2..], 16),
        Some("0o") => (&text[2..], 8),
        Some("0b") => (&text[2..], 2),
        _ => (&text[..], 10),
    };
    BigInt::from_str_radix(digits, radix).unwrap_or_default()
}
