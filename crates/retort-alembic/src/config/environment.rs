//! The literal facts of `env.py`, found in its syntax tree without running it.

use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{Expr, ExprCall, ModModule};
use ruff_text_size::Ranged;

use retort_core::diagnostic::Diagnostic;
use retort_core::source::{SourceFile, Span};
use retort_core::version_table::VersionTable;

use crate::header::{Constants, Literal};

/// What `context.configure(…)` and `MetaData(…)` say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// Where the database remembers its heads.
    pub version_table: VersionTable,
    /// `render_as_batch`
    pub render_as_batch: bool,
    /// `include_schemas`
    pub include_schemas: bool,
    /// `transaction_per_migration`
    pub transaction_per_migration: bool,
    /// `MetaData(naming_convention={…})`: kinds and templates.
    pub naming_convention: Vec<(String, String)>,
    /// `MetaData(schema=…)`
    pub schema: Option<String>,
    /// The project's requirements exclude SQLAlchemy 2.
    pub has_sqlalchemy_1: bool,
}

/// Reads the facts of an `env.py`.
pub fn read(file: &SourceFile, module: &ModModule, diagnostics: &mut Vec<Diagnostic>) -> Environment {
    let constants = Constants::of(&module.body);
    let mut walk = Walk { file, constants: &constants, found: Environment::default(), diagnostics };
    for statement in &module.body {
        walk.visit_stmt(statement);
    }
    walk.found
}

struct Walk<'a> {
    file: &'a SourceFile,
    constants: &'a Constants,
    found: Environment,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl<'a> Visitor<'a> for Walk<'_> {
    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Call(call) = expression {
            match called(&call.func) {
                "configure" => self.configure(call),
                "MetaData" => self.metadata(call),
                _ => {}
            }
        }
        walk_expr(self, expression);
    }
}

/// The last name of what is called.
fn called(function: &Expr) -> &str {
    match function {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => "",
    }
}

impl Walk<'_> {
    fn configure(&mut self, call: &ExprCall) {
        for keyword in &call.arguments.keywords {
            let Some(name) = keyword.arg.as_ref().map(|name| name.as_str()) else { continue };
            let value = self.constants.value(&keyword.value);
            match (name, value) {
                ("version_table", Some(Literal::Text(text))) => self.found.version_table.name = text,
                ("version_table_schema", Some(Literal::Text(text))) => {
                    self.found.version_table.schema = Some(text);
                }
                ("version_table_pk", Some(Literal::Bool(flag))) => self.found.version_table.has_key = flag,
                ("render_as_batch", Some(Literal::Bool(flag))) => self.found.render_as_batch = flag,
                ("include_schemas", Some(Literal::Bool(flag))) => self.found.include_schemas = flag,
                ("transaction_per_migration", Some(Literal::Bool(flag))) => {
                    self.found.transaction_per_migration = flag;
                }
                ("version_table" | "version_table_schema" | "version_table_pk", None) => {
                    self.say_unknown(name, &keyword.value);
                }
                _ => {}
            }
        }
    }

    fn say_unknown(&mut self, name: &str, value: &Expr) {
        let range = value.range();
        let place = Span::new(self.file.id, range.start().to_usize(), range.end().to_usize());
        let message = format!("`{name}` is known only when `{}` runs", self.file.name);
        self.diagnostics.push(
            Diagnostic::warning("alembic/unknown-version-table", message)
                .at(place, "taken for what Alembic does without it")
                .help("Write its value here, or a name that is given one in this file"),
        );
    }

    fn metadata(&mut self, call: &ExprCall) {
        for keyword in &call.arguments.keywords {
            match keyword.arg.as_ref().map(|name| name.as_str()) {
                Some("naming_convention") => {
                    if let Some(Literal::Dict(pairs)) = self.constants.value(&keyword.value) {
                        self.found.naming_convention = pairs;
                    }
                }
                Some("schema") => {
                    if let Some(Literal::Text(text)) = self.constants.value(&keyword.value) {
                        self.found.schema = Some(text);
                    }
                }
                _ => {}
            }
        }
    }
}
