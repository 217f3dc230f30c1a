//! What is wrong with revision files besides their links, seen in their texts: nothing is run for it.

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ModModule, Stmt};
use ruff_text_size::Ranged;

use retort_core::diagnostic::Diagnostic;
use retort_core::operation::judge_setting;
use retort_core::source::{SourceFile, SourceId, Span};

use crate::config::Config;

/// Files that are pointed at in one diagnostic.
const SHOWN: usize = 8;

/// Says which texts of a module set what only a start of the server can.
pub(crate) fn say_server_settings(id: SourceId, module: &ModModule, diagnostics: &mut Vec<Diagnostic>) {
    let mut walk = Texts { id, diagnostics };
    for statement in &module.body {
        walk.visit_stmt(statement);
    }
}

struct Texts<'a> {
    id: SourceId,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl<'a> Visitor<'a> for Texts<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        // A docstring is for people.
        if !matches!(statement, Stmt::Expr(expression) if expression.value.is_string_literal_expr()) {
            walk_stmt(self, statement);
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::StringLiteral(text) = expression {
            let range = text.range();
            let span = Span::new(self.id, range.start().to_usize(), range.end().to_usize());
            self.diagnostics.extend(judge_setting(text.value.to_str(), span));
        }
        walk_expr(self, expression);
    }
}

/// Says which files have a `-` in their names that the project's own template does not put there.
pub(crate) fn say_hyphens(files: &[&SourceFile], config: Option<&Config>, diagnostics: &mut Vec<Diagnostic>) {
    let Some(config) = config.filter(|config| !config.file_template.contains('-')) else { return };
    let name = |file: &SourceFile| file.name.rsplit('/').next().unwrap_or("").to_owned();
    let found: Vec<&SourceFile> = files.iter().copied().filter(|file| name(file).contains('-')).collect();
    if found.is_empty() {
        return;
    }
    let noun = if found.len() == 1 { "file has" } else { "files have" };
    let template = &config.file_template;
    let message = format!(
        "{} {noun} a `-` in the name, which `file_template` ({template}) does not write",
        found.len()
    );
    let mut said = Diagnostic::note("alembic/file-name", message);
    for file in found.iter().take(SHOWN) {
        let mended = name(file).replace('-', "_");
        said = said.at(Span::new(file.id, 0, 0), format!("rename it `{mended}`"));
    }
    diagnostics.push(said.help("A module with such a name can be imported by no other"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use ruff_python_parser::parse_module;

    #[test]
    fn settings_are_found_wherever_they_stand() {
        let text = "X = 'SET wal_level = logical'\ndef upgrade():\n    'set port to 1'\n    if a:\n        op.execute(text(\n            \
                    'set shared_buffers = 1'))\n    op.execute(\"SET work_mem = '1MB'\")\n";
        let mut diagnostics = Vec::new();
        say_server_settings(SourceId(0), parse_module(text).unwrap().syntax(), &mut diagnostics);
        let places: Vec<&str> = diagnostics
            .iter()
            .flat_map(|said| &said.labels)
            .map(|label| &text[label.span.start as usize..label.span.end as usize])
            .collect();
        assert_eq!(places, ["'SET wal_level = logical'", "'set shared_buffers = 1'"]);
    }

    #[test]
    fn a_hyphen_is_said_where_the_template_has_none() {
        let file = |name: &str| SourceFile::new(SourceId(0), name, "");
        let (plain, hyphen) = (file("v-1/a_b.py"), file("v/a-b.py"));
        let said = |template: &str| {
            let config = Config { file_template: template.to_owned(), ..Config::default() };
            let mut diagnostics = Vec::new();
            say_hyphens(&[&plain, &hyphen], Some(&config), &mut diagnostics);
            diagnostics.iter().map(|said| said.labels[0].text.clone()).collect::<Vec<_>>()
        };
        assert_eq!(said("%(rev)s_%(slug)s"), ["rename it `a_b.py`"]);
        assert_eq!(said("%(year)d-%(rev)s"), [""; 0]);
    }
}
