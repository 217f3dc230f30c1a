//! What other parsers make of the same statements. They are oracles only: nothing but these tests links them.
//!
//! squawk-syntax reads PostgreSQL, sqlparser MySQL and SQLite. Where sqlparser reads wrongly, or not at all, the
//! statement is left out of the comparison; how many are compared is asserted, so that none goes missing.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use retort_core::operation::{Operation, SqlClass, from_sql, split};
use retort_core::schema::{Constraint, IndexKey, IndexPart, Table};
use retort_core::source::{DialectKind, SourceFile, SourceId};
use sqlparser::ast::{ColumnOption, Statement, TableConstraint as SqlConstraint};
use sqlparser::dialect::{Dialect, MySqlDialect, SQLiteDialect};
use sqlparser::parser::Parser;
use squawk_syntax::ast::{self, AstNode};

const POSTGRES: &str = include_str!("oracle/postgres.sql");
const REFUSED: &str = include_str!("oracle/postgres-refused.sql");
const MYSQL: &str = include_str!("oracle/mysql.sql");

/// Names and types without quotes, blanks and case.
fn plain(text: impl std::fmt::Display) -> String {
    let kept = |c: &char| !c.is_whitespace() && !matches!(c, '"' | '`' | '(' | ')' | '\'');
    let text: String = text.to_string().chars().filter(kept).flat_map(char::to_lowercase).collect();
    text.strip_prefix("public.").map_or(text.clone(), str::to_owned)
}

fn operations(sql: &str, dialect: DialectKind) -> Result<Vec<Operation>, String> {
    let file = SourceFile::new(SourceId(0), "a.sql", sql);
    let read = from_sql(&file, 0..sql.len(), dialect);
    match read.diagnostics.first() {
        Some(diagnostic) => Err(diagnostic.message.clone()),
        None => Ok(read.value.into_iter().flat_map(|directive| directive.operations).collect()),
    }
}

fn statements(text: &str, dialect: DialectKind) -> Vec<&str> {
    split(text, dialect).iter().map(|raw| &text[raw.start..raw.end]).collect()
}

fn columns(names: &[String]) -> String {
    names.iter().map(plain).collect::<Vec<_>>().join(",")
}

fn parts(parts: &[IndexPart]) -> String {
    let text = |part: &IndexPart| match &part.key {
        IndexKey::Column(name) => plain(name),
        IndexKey::Expression(expression) => plain(expression.text()),
    };
    parts.iter().map(text).collect::<Vec<_>>().join(",")
}

fn constraint(constraint: &Constraint) -> String {
    match constraint {
        Constraint::Primary(key) => format!("primary key {}", columns(&key.columns)),
        Constraint::Unique(unique) => format!("unique {}", columns(&unique.columns)),
        Constraint::Foreign(key) => {
            format!("foreign key {} to {}", columns(&key.columns), plain(&key.ref_table))
        }
        Constraint::Check(_) => "check".to_owned(),
        Constraint::Exclusion(_) => "exclude".to_owned(),
    }
}

fn table(table: &Table) -> Vec<String> {
    let mut lines = vec![format!("table {}", plain(&table.name))];
    for column in &table.columns {
        let null = if column.nullable { "" } else { " not null" };
        lines.push(format!("column {} {}{null}", plain(&column.name), plain(&column.column_type)));
    }
    lines.extend(table.primary_key.clone().map(Constraint::Primary).iter().map(constraint));
    lines.extend(table.uniques.iter().cloned().map(Constraint::Unique).map(|c| constraint(&c)));
    lines.extend(table.foreign_keys.iter().cloned().map(Constraint::Foreign).map(|c| constraint(&c)));
    lines.extend(table.checks.iter().map(|_| "check".to_owned()));
    lines.extend(table.exclusions.iter().map(|_| "exclude".to_owned()));
    lines
}

/// What of our reading the oracles can judge.
fn ours(operations: &[Operation]) -> Vec<String> {
    let mut lines = Vec::new();
    for operation in operations {
        match operation {
            Operation::CreateTable { table: made, .. } => lines.extend(table(made)),
            Operation::CreateIndex { table, index, .. } => {
                let unique = if index.unique { "unique " } else { "" };
                lines.push(format!("{unique}index on {} {}", plain(table), parts(&index.parts)));
            }
            Operation::AddColumn { column, .. } => {
                lines.push(format!("add {} {}", plain(&column.name), plain(&column.column_type)));
            }
            Operation::DropColumn { column, .. } => lines.push(format!("drop {}", plain(column))),
            Operation::AddConstraint { constraint: added, .. } => lines.push(constraint(added)),
            _ => {}
        }
    }
    lines.sort();
    lines
}

mod squawk {
    use super::{AstNode, ast, plain};

    fn list(node: Option<impl AstNode>) -> String {
        let text = node.map_or(String::new(), |node| node.syntax().text().to_string());
        let inside = text.trim().trim_start_matches('(').trim_end_matches(')').to_owned();
        let name = |part: &str| {
            let words: Vec<&str> = part.split_whitespace().collect();
            match words.as_slice() {
                ["PERIOD", name] | [name, ..] => plain(name),
                [] => String::new(),
            }
        };
        inside.split(',').map(name).collect::<Vec<_>>().join(",")
    }

    fn text(node: Option<impl AstNode>) -> String {
        node.map_or(String::new(), |node| plain(node.syntax().text()))
    }

    fn table_constraint(constraint: &ast::TableConstraint) -> Option<String> {
        Some(match constraint {
            ast::TableConstraint::CheckConstraint(_) => "check".to_owned(),
            ast::TableConstraint::ExcludeConstraint(_) => "exclude".to_owned(),
            ast::TableConstraint::NotNullConstraint(_) => return None,
            ast::TableConstraint::PrimaryKeyConstraint(key) => {
                if key.using_index().is_some() {
                    return None;
                }
                format!("primary key {}", list(key.index_parameters().and_then(|it| it.column_list())))
            }
            ast::TableConstraint::UniqueConstraint(key) => {
                if key.using_index().is_some() {
                    return None;
                }
                format!("unique {}", list(key.index_parameters().and_then(|it| it.column_list())))
            }
            ast::TableConstraint::ForeignKeyConstraint(key) => {
                format!("foreign key {} to {}", list(key.from_columns()), text(key.table_name_ref()))
            }
        })
    }

    fn column(column: &ast::Column, lines: &mut Vec<String>) {
        let name = text(column.name());
        let of = text(column.ty());
        let mut not_null = of.contains("serial");
        for clause in column.clauses() {
            let ast::ColumnClause::ColumnConstraint(constraint) = clause else { continue };
            match constraint {
                ast::ColumnConstraint::NotNullConstraint(_) => not_null = true,
                ast::ColumnConstraint::GeneratedConstraint(made) => {
                    not_null |= made.syntax().text().to_string().to_uppercase().contains("AS IDENTITY");
                }
                ast::ColumnConstraint::PrimaryKeyConstraint(_) => lines.push(format!("primary key {name}")),
                ast::ColumnConstraint::UniqueConstraint(_) => lines.push(format!("unique {name}")),
                ast::ColumnConstraint::CheckConstraint(_) => lines.push("check".to_owned()),
                ast::ColumnConstraint::ReferencesConstraint(key) => {
                    let to = key.syntax().children().find_map(ast::TableNameRef::cast);
                    lines.push(format!("foreign key {name} to {}", text(to)));
                }
                _ => {}
            }
        }
        lines.push(format!("column {name} {of}{}", if not_null { " not null" } else { "" }));
    }

    fn create_table(made: &ast::CreateTable, lines: &mut Vec<String>) {
        lines.push(format!("table {}", text(made.table_name())));
        let mut not_null = Vec::new();
        for arg in made.table_arg_list().into_iter().flat_map(|list| list.args()) {
            match arg {
                ast::TableArg::Column(it) => column(&it, lines),
                ast::TableArg::LikeClause(_) => {}
                ast::TableArg::TableConstraint(ast::TableConstraint::NotNullConstraint(it)) => {
                    let words = it.syntax().text().to_string();
                    let words: Vec<&str> = words.split_whitespace().collect();
                    let place = words.iter().position(|word| word.eq_ignore_ascii_case("null")).unwrap();
                    not_null.push(plain(words[place + 1]));
                }
                ast::TableArg::TableConstraint(it) => lines.extend(table_constraint(&it)),
            }
        }
        for line in lines.iter_mut() {
            if not_null.iter().any(|name| line.starts_with(&format!("column {name} "))) {
                line.push_str(" not null");
            }
        }
    }

    /// The same lines as `ours`, from squawk's tree.
    pub(super) fn lines(statement: &ast::Stmt) -> Vec<String> {
        let mut lines = Vec::new();
        match statement {
            ast::Stmt::CreateTable(made)
                if made.persistence().is_none_or(|it| plain(it.syntax().text()) == "unlogged") =>
            {
                create_table(made, &mut lines);
            }
            ast::Stmt::CreateIndex(made) => {
                let unique = plain(made.syntax().text()).starts_with("createunique");
                let items = made.partition_item_list().into_iter().flat_map(|it| it.partition_items());
                // squawk counts a collation to the expression before it.
                let key = |text: String| text.split("collate").next().unwrap_or_default().to_owned();
                let items: Vec<String> = items.map(|item| key(text(item.expr()))).collect();
                let table = made.table_relation_name().and_then(|it| it.table_name_ref());
                let unique = if unique { "unique " } else { "" };
                lines.push(format!("{unique}index on {} {}", text(table), items.join(",")));
            }
            ast::Stmt::AlterTable(altered) => {
                for action in altered.actions() {
                    match action {
                        ast::AlterTableAction::AddColumn(added) => {
                            lines.push(format!("add {} {}", text(added.column_name()), text(added.ty())));
                            let checks = added
                                .constraints()
                                .filter(|it| matches!(it, ast::Constraint::CheckConstraint(_)));
                            lines.extend(checks.map(|_| "check".to_owned()));
                        }
                        ast::AlterTableAction::DropColumn(gone) => {
                            lines.push(format!("drop {}", text(gone.column_name_ref())));
                        }
                        ast::AlterTableAction::AddConstraint(added) => {
                            let found = added.syntax().children().find_map(ast::TableConstraint::cast);
                            lines.extend(found.as_ref().and_then(table_constraint));
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        lines.sort();
        lines
    }
}

#[test]
fn postgresql_is_read_as_squawk_reads_it() {
    let mine = statements(POSTGRES, DialectKind::Postgres);
    let file = squawk_syntax::SourceFile::parse(POSTGRES);
    // Some statements of squawk leave their semicolon to an empty one.
    let is_empty = |it: &ast::Stmt| it.syntax().text() == ";";
    let theirs: Vec<ast::Stmt> = file.tree().stmts().filter(|it| !is_empty(it)).collect();
    let heads = |text: &str| text.trim_end_matches(';').trim_end().chars().take(40).collect::<String>();
    let named: Vec<String> = theirs.iter().map(|it| heads(it.syntax().text().to_string().trim())).collect();
    for (mine, theirs) in mine.iter().zip(&named) {
        assert_eq!(&heads(mine), theirs);
    }
    assert_eq!(mine.len(), theirs.len());
    let mut compared = 0;
    let mut differ = Vec::new();
    for (sql, statement) in mine.iter().zip(&theirs) {
        let operations =
            operations(sql, DialectKind::Postgres).unwrap_or_else(|fault| panic!("{sql}: {fault}"));
        assert!(
            !operations.iter().any(|it| matches!(it, Operation::ExecuteSql { class: SqlClass::Unknown, .. })),
            "{sql}"
        );
        // Elements of a schema are statements within a statement, and a table that is made of a query has no columns
        // before it is run.
        if matches!(statement, ast::Stmt::CreateSchema(_)) || sql.contains(" AS SELECT") {
            continue;
        }
        let lines = squawk::lines(statement);
        compared += usize::from(!lines.is_empty());
        if ours(&operations) != lines {
            differ.push((sql, ours(&operations), lines));
        }
    }
    assert!(differ.is_empty(), "{differ:#?}");
    assert!(compared >= 30, "only {compared} statements were compared");
}

/// What squawk lets pass and PostgreSQL 15 does not.
const SQUAWK_TAKES: [&str; 3] = ["ALTER TABLE t", "DROP TABLE", "DROP TABLE IF EXISTS"];

#[test]
fn what_no_server_takes_is_refused() {
    let all = statements(REFUSED, DialectKind::Postgres);
    let taken: Vec<_> = all.iter().filter(|sql| operations(sql, DialectKind::Postgres).is_ok()).collect();
    assert!(taken.is_empty(), "taken: {taken:#?}");
    let by_squawk = |sql: &&&str| squawk_syntax::SourceFile::parse(sql).errors().is_empty();
    let taken: Vec<_> = all.iter().filter(by_squawk).copied().collect();
    assert_eq!(taken, SQUAWK_TAKES);
}

/// The same lines from sqlparser's tree; None where it is no table.
fn sqlparser_lines(statement: &Statement) -> Option<Vec<String>> {
    let Statement::CreateTable(made) = statement else { return None };
    let mut lines = vec![format!("table {}", plain(&made.name))];
    for column in &made.columns {
        let name = plain(&column.name);
        let mut not_null = false;
        for option in &column.options {
            match &option.option {
                ColumnOption::NotNull => not_null = true,
                ColumnOption::PrimaryKey(_) => lines.push(format!("primary key {name}")),
                ColumnOption::Unique(_) => lines.push(format!("unique {name}")),
                ColumnOption::Check(_) => lines.push("check".to_owned()),
                ColumnOption::DialectSpecific(tokens) => {
                    not_null |= tokens.iter().any(|token| token.to_string() == "AUTO_INCREMENT");
                }
                _ => {}
            }
        }
        let null = if not_null { " not null" } else { "" };
        lines.push(format!("column {name} {}{null}", plain(&column.data_type)));
    }
    for constraint in &made.constraints {
        match constraint {
            SqlConstraint::PrimaryKey(key) => {
                let names: Vec<String> = key.columns.iter().map(plain).collect();
                lines.push(format!("primary key {}", names.join(",")));
            }
            SqlConstraint::ForeignKey(key) => {
                let names: Vec<String> = key.columns.iter().map(plain).collect();
                lines.push(format!("foreign key {} to {}", names.join(","), plain(&key.foreign_table)));
            }
            SqlConstraint::Check(_) => lines.push("check".to_owned()),
            _ => {}
        }
    }
    lines.sort();
    Some(lines)
}

fn compare(text: &str, kind: DialectKind, dialect: &dyn Dialect) -> usize {
    let mut compared = 0;
    let mut differ = Vec::new();
    for sql in statements(text, kind) {
        let operations = operations(sql, kind).unwrap_or_else(|fault| panic!("{sql}: {fault}"));
        let Ok(theirs) = Parser::parse_sql(dialect, sql) else { continue };
        // Of a table that is made of a query only the server knows the columns.
        let is_of_query = sql.contains(" SELECT ");
        let Some(lines) = theirs.first().filter(|_| !is_of_query).and_then(sqlparser_lines) else { continue };
        // A UNIQUE is a constraint or an index there, as its author spelt it; the columns are compared above.
        let mine: Vec<String> =
            ours(&operations).into_iter().filter(|it| !it.starts_with("unique ")).collect();
        let lines: Vec<String> = lines.into_iter().filter(|it| !it.starts_with("unique ")).collect();
        compared += 1;
        if mine != lines {
            differ.push((sql, mine, lines));
        }
    }
    assert!(differ.is_empty(), "{differ:#?}");
    compared
}

#[test]
fn mysql_and_sqlite_are_read_as_sqlparser_reads_them() {
    assert!(compare(MYSQL, DialectKind::Mysql, &MySqlDialect {}) >= 8);
    let sqlite = "CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, b VARCHAR(20) NOT NULL DEFAULT 'x' COLLATE NOCASE, \
                  c INT CHECK (c > 0), FOREIGN KEY (c) REFERENCES d (e) ON DELETE CASCADE, CHECK (b <> ''));\
                  CREATE TABLE b (a TEXT, b BLOB, PRIMARY KEY (a, b)) WITHOUT ROWID, STRICT;";
    assert!(compare(sqlite, DialectKind::Sqlite, &SQLiteDialect {}) >= 1);
}
