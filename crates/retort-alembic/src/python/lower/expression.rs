//! Expressions, from the parser's tree to ours.

use std::sync::{Arc, OnceLock};

use ruff_python_ast as ast;

use super::super::syntax::*;
use super::{Facts, Lowering, big, operator};

impl Lowering<'_> {
    pub(super) fn expressions(&mut self, list: &[ast::Expr]) -> Vec<Expression> {
        list.iter().map(|expression| self.expression(expression)).collect()
    }

    pub(super) fn optional(&mut self, expression: Option<&ast::Expr>) -> Option<Expression> {
        expression.map(|expression| self.expression(expression))
    }

    fn boxed(&mut self, expression: &ast::Expr) -> Box<Expression> {
        Box::new(self.expression(expression))
    }

    pub(super) fn expression(&mut self, expression: &ast::Expr) -> Expression {
        Expression { place: self.place(expression), kind: self.expression_kind(expression) }
    }

    fn expression_kind(&mut self, expression: &ast::Expr) -> ExpressionKind {
        use ExpressionKind as Kind;
        match expression {
            ast::Expr::BoolOp(node) => match node.op {
                ast::BoolOp::And => Kind::And(self.expressions(&node.values)),
                ast::BoolOp::Or => Kind::Or(self.expressions(&node.values)),
            },
            ast::Expr::Named(node) => match &*node.target {
                ast::Expr::Name(target) => {
                    Kind::Named(self.name(target.id.as_str()), self.boxed(&node.value))
                }
                _ => Kind::Unsupported("an assignment expression to something else than a name"),
            },
            ast::Expr::BinOp(node) => Kind::Binary(
                operator(node.op),
                Box::new((self.expression(&node.left), self.expression(&node.right))),
            ),
            ast::Expr::UnaryOp(node) => self.unary(node),
            ast::Expr::Lambda(node) => self.lambda(node),
            ast::Expr::If(node) => Kind::Conditional(Box::new((
                self.expression(&node.test),
                self.expression(&node.body),
                self.expression(&node.orelse),
            ))),
            ast::Expr::Dict(node) => {
                let items = node.items.iter();
                Kind::Dict(
                    items
                        .map(|item| (self.optional(item.key.as_ref()), self.expression(&item.value)))
                        .collect(),
                )
            }
            ast::Expr::Set(node) => Kind::Set(self.expressions(&node.elts)),
            ast::Expr::List(node) => Kind::List(self.expressions(&node.elts)),
            ast::Expr::Tuple(node) => Kind::Tuple(self.expressions(&node.elts)),
            ast::Expr::ListComp(node) => {
                self.comprehension(ComprehensionKind::List, &node.elt, None, &node.generators)
            }
            ast::Expr::SetComp(node) => {
                self.comprehension(ComprehensionKind::Set, &node.elt, None, &node.generators)
            }
            ast::Expr::DictComp(node) => match &node.key {
                Some(key) => {
                    self.comprehension(ComprehensionKind::Dict, key, Some(&node.value), &node.generators)
                }
                None => Kind::Unsupported("unpacking in a comprehension"),
            },
            ast::Expr::Generator(node) => {
                self.comprehension(ComprehensionKind::Generator, &node.elt, None, &node.generators)
            }
            ast::Expr::Await(node) => Kind::Await(self.boxed(&node.value)),
            ast::Expr::Yield(node) => {
                self.facts().is_generator = true;
                Kind::Yield(node.value.as_deref().map(|value| self.boxed(value)))
            }
            ast::Expr::YieldFrom(node) => {
                self.facts().is_generator = true;
                Kind::YieldFrom(self.boxed(&node.value))
            }
            ast::Expr::Compare(node) => {
                let first = self.boxed(&node.left);
                let pairs = node.ops.iter().zip(&node.comparators);
                let rest = pairs.map(|(op, value)| (comparison(*op), self.expression(value)));
                Kind::Compare(first, rest.collect())
            }
            ast::Expr::Call(node) => {
                Kind::Call(Box::new((self.expression(&node.func), self.arguments(&node.arguments))))
            }
            ast::Expr::FString(node) => self.format(node),
            ast::Expr::TString(_) => Kind::Unsupported("a template string"),
            ast::Expr::StringLiteral(node) => {
                let name = self.name(node.value.to_str());
                Kind::Constant(Constant::Str(name))
            }
            ast::Expr::BytesLiteral(node) => {
                Kind::Constant(Constant::Bytes(node.value.bytes().collect::<Vec<u8>>().into()))
            }
            ast::Expr::NumberLiteral(node) => match &node.value {
                ast::Number::Int(int) => match int.as_i64() {
                    Some(int) => Kind::Constant(Constant::Int(int)),
                    None => Kind::Constant(Constant::Big(Arc::new(big(&int.to_string())))),
                },
                ast::Number::Float(float) => Kind::Constant(Constant::Float(*float)),
                ast::Number::Complex { .. } => Kind::Unsupported("a complex number"),
            },
            ast::Expr::BooleanLiteral(node) => Kind::Constant(Constant::Bool(node.value)),
            ast::Expr::NoneLiteral(_) => Kind::Constant(Constant::None),
            ast::Expr::EllipsisLiteral(_) => Kind::Constant(Constant::Ellipsis),
            ast::Expr::Attribute(node) => {
                let value = self.boxed(&node.value);
                Kind::Attribute(value, self.name(node.attr.as_str()))
            }
            ast::Expr::Subscript(node) => {
                Kind::Subscript(Box::new((self.expression(&node.value), self.expression(&node.slice))))
            }
            ast::Expr::Starred(node) => Kind::Starred(self.boxed(&node.value)),
            ast::Expr::Name(node) => Kind::Name(self.name(node.id.as_str())),
            ast::Expr::Slice(node) => Kind::Slice(Box::new([
                self.optional(node.lower.as_deref()),
                self.optional(node.upper.as_deref()),
                self.optional(node.step.as_deref()),
            ])),
            ast::Expr::IpyEscapeCommand(_) => Kind::Unsupported("an IPython command"),
        }
    }

    fn unary(&mut self, node: &ast::ExprUnaryOp) -> ExpressionKind {
        let operator = match node.op {
            ast::UnaryOp::Invert => UnaryOperator::Invert,
            ast::UnaryOp::Not => UnaryOperator::Not,
            ast::UnaryOp::UAdd => UnaryOperator::Plus,
            ast::UnaryOp::USub => UnaryOperator::Minus,
        };
        ExpressionKind::Unary(operator, self.boxed(&node.operand))
    }

    fn lambda(&mut self, node: &ast::ExprLambda) -> ExpressionKind {
        let parameters = match &node.parameters {
            Some(parameters) => self.parameters(parameters),
            None => Parameters::default(),
        };
        self.functions.push(Facts::default());
        let body = self.expression(&node.body);
        let facts = self.functions.pop().unwrap_or_default();
        let code = Code {
            name: self.name("<lambda>"),
            file: self.file.clone(),
            place: self.place(node),
            parameters,
            is_async: false,
            text: 0..0,
            body: OnceLock::from(Body { is_generator: facts.is_generator, ..Body::default() }),
        };
        ExpressionKind::Lambda(Arc::new(code), Arc::new(body))
    }

    fn comprehension(
        &mut self,
        kind: ComprehensionKind,
        element: &ast::Expr,
        value: Option<&ast::Expr>,
        clauses: &[ast::Comprehension],
    ) -> ExpressionKind {
        let clauses = clauses.iter().map(|clause| Clause {
            target: self.expression(&clause.target),
            iterable: self.expression(&clause.iter),
            conditions: self.expressions(&clause.ifs),
        });
        let clauses = clauses.collect();
        let element = self.expression(element);
        let value = self.optional(value);
        ExpressionKind::Comprehension(Arc::new(Comprehension { kind, element, value, clauses }))
    }

    pub(super) fn arguments(&mut self, arguments: &ast::Arguments) -> CallArguments {
        let keyword = arguments.keywords.iter().map(|keyword| {
            (keyword.arg.as_ref().map(|name| self.name(name.as_str())), self.expression(&keyword.value))
        });
        let keyword = keyword.collect();
        CallArguments { positional: self.expressions(&arguments.args), keyword }
    }

    fn format(&mut self, node: &ast::ExprFString) -> ExpressionKind {
        let mut parts = Vec::new();
        for part in node.value.as_slice() {
            match part {
                ast::FStringPart::Literal(text) => parts.push(FormatPart::Text(self.name(&text.value))),
                ast::FStringPart::FString(string) => self.format_parts(&string.elements, &mut parts),
            }
        }
        ExpressionKind::Format(parts)
    }

    fn format_parts(&mut self, elements: &ast::InterpolatedStringElements, parts: &mut Vec<FormatPart>) {
        for element in elements {
            match element {
                ast::InterpolatedStringElement::Literal(text) => {
                    parts.push(FormatPart::Text(self.name(&text.value)));
                }
                ast::InterpolatedStringElement::Interpolation(node) => {
                    let mut conversion = node.conversion.to_char();
                    let mut format = Vec::new();
                    if let Some(spec) = &node.format_spec {
                        self.format_parts(&spec.elements, &mut format);
                    }
                    if let Some(text) = &node.debug_text {
                        let shown = format!("{}{}{}", text.leading(), text.expression(), text.trailing());
                        parts.push(FormatPart::Text(self.name(&shown)));
                        if conversion.is_none() && node.format_spec.is_none() {
                            conversion = Some('r');
                        }
                    }
                    parts.push(FormatPart::Value(self.boxed(&node.expression), conversion, format));
                }
            }
        }
    }
}

fn comparison(comparison: ast::CmpOp) -> Comparison {
    match comparison {
        ast::CmpOp::Eq => Comparison::Eq,
        ast::CmpOp::NotEq => Comparison::NotEq,
        ast::CmpOp::Lt => Comparison::Lt,
        ast::CmpOp::LtE => Comparison::LtE,
        ast::CmpOp::Gt => Comparison::Gt,
        ast::CmpOp::GtE => Comparison::GtE,
        ast::CmpOp::Is => Comparison::Is,
        ast::CmpOp::IsNot => Comparison::IsNot,
        ast::CmpOp::In => Comparison::In,
        ast::CmpOp::NotIn => Comparison::NotIn,
    }
}
