//! `match`, from the parser's tree to ours.

use ruff_python_ast as ast;

use super::super::syntax::*;
use super::Lowering;

impl Lowering<'_> {
    pub(super) fn match_statement(&mut self, node: &ast::StmtMatch) -> StatementKind {
        let subject = self.expression(&node.subject);
        let cases = node.cases.iter().map(|case| MatchCase {
            pattern: self.pattern(&case.pattern),
            guard: self.optional(case.guard.as_deref()),
            body: self.body(&case.body),
        });
        let cases = cases.collect();
        StatementKind::Match(subject, cases)
    }

    fn patterns(&mut self, patterns: &[ast::Pattern]) -> Vec<Pattern> {
        patterns.iter().map(|pattern| self.pattern(pattern)).collect()
    }

    fn pattern(&mut self, pattern: &ast::Pattern) -> Pattern {
        match pattern {
            ast::Pattern::MatchValue(node) => Pattern::Value(self.expression(&node.value)),
            ast::Pattern::MatchSingleton(node) => Pattern::Singleton(match node.value {
                ast::Singleton::None => Constant::None,
                ast::Singleton::True => Constant::Bool(true),
                ast::Singleton::False => Constant::Bool(false),
            }),
            ast::Pattern::MatchSequence(node) => Pattern::Sequence(self.patterns(&node.patterns)),
            ast::Pattern::MatchMapping(node) => {
                let pairs = node.keys.iter().zip(&node.patterns);
                let pairs = pairs.map(|(key, value)| (self.expression(key), self.pattern(value))).collect();
                Pattern::Mapping(pairs, node.rest.as_ref().map(|name| self.name(name.as_str())))
            }
            ast::Pattern::MatchClass(node) => {
                let class = self.expression(&node.cls);
                let positional = self.patterns(&node.arguments.patterns);
                let keywords = node.arguments.keywords.iter();
                let keywords =
                    keywords.map(|each| (self.name(each.attr.as_str()), self.pattern(&each.pattern)));
                let keywords = keywords.collect();
                Pattern::Class(class, positional, keywords)
            }
            ast::Pattern::MatchStar(node) => {
                Pattern::Star(node.name.as_ref().map(|name| self.name(name.as_str())))
            }
            ast::Pattern::MatchAs(node) => {
                let inner = node.pattern.as_deref().map(|pattern| Box::new(self.pattern(pattern)));
                Pattern::As(inner, node.name.as_ref().map(|name| self.name(name.as_str())))
            }
            ast::Pattern::MatchOr(node) => Pattern::Or(self.patterns(&node.patterns)),
        }
    }
}
