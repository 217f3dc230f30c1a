//! What queries read from, as text, and the names that are made up for it.

use std::rc::Rc;

use super::Compiler;
use crate::sql::error::{Result, SqlError};
use crate::sql::expression::{Alias, AliasKind, Cte, From, Join, Node, Statement};
use crate::sql::identifier::{Identifier, qualified};

impl Compiler<'_> {
    /// The name by which columns call what they come from.
    pub(super) fn name_of(&mut self, from: &From) -> Result<String> {
        match from {
            From::Table(table) => Ok(qualified(table.schema.as_ref(), &table.name, self.dialect)),
            From::Alias(alias) => Ok(self.alias_name(alias).sql(self.dialect)),
            From::Function(function) => match &function.node {
                Node::Function { name, .. } => name
                    .last()
                    .map(|name| name.sql(self.dialect))
                    .ok_or_else(|| SqlError::unsupported("a function")),
                _ => Err(SqlError::unsupported("a column of an expression")),
            },
            From::Join(_) | From::Text(_) | From::NewRow => {
                Err(SqlError::unsupported("a column of a join or text"))
            }
        }
    }

    pub(super) fn alias_name(&mut self, alias: &Rc<Alias>) -> Identifier {
        if let Some(name) = &alias.name {
            return name.clone();
        }
        if let Some((_, name)) = self.aliases.iter().find(|(known, _)| Rc::ptr_eq(known, alias)) {
            return Identifier::new(name);
        }
        if let AliasKind::Cte(Cte { restates: Some(base), .. }) = &alias.kind {
            return self.alias_name(base);
        }
        let base = match &alias.kind {
            AliasKind::From(From::Table(table)) => table.name.to_string(),
            AliasKind::From(From::Alias(inner)) => self.alias_name(inner).to_string(),
            AliasKind::From(From::Function(function)) => match &function.node {
                Node::Function { name, .. } => name.last().map_or("anon".to_owned(), ToString::to_string),
                _ => "anon".to_owned(),
            },
            AliasKind::From(_) | AliasKind::Query(_) | AliasKind::Cte(_) => "anon".to_owned(),
        };
        let name = self.labels.next(&base);
        self.aliases.push((Rc::clone(alias), name.clone()));
        Identifier::new(name)
    }

    /// A thing to read from, as it stands after FROM.
    pub(super) fn read_clause(&mut self, from: &From) -> Result<String> {
        match from {
            From::Table(table) => Ok(qualified(table.schema.as_ref(), &table.name, self.dialect)),
            From::Alias(alias) => self.alias_clause(alias),
            From::Join(join) => self.join_clause(join),
            From::Function(function) | From::Text(function) => self.expression(function),
            From::NewRow => Err(SqlError::unsupported("the new row as a table")),
        }
    }

    fn alias_clause(&mut self, alias: &Rc<Alias>) -> Result<String> {
        let name = self.alias_name(alias).sql(self.dialect);
        let lateral = if alias.lateral { "LATERAL " } else { "" };
        match &alias.kind {
            AliasKind::From(From::Alias(inner)) if matches!(inner.kind, AliasKind::Cte(_)) => {
                let inner = self.alias_clause(inner)?;
                Ok(format!("{inner} AS {name}"))
            }
            // An alias of an alias is another name of the same thing.
            AliasKind::From(From::Alias(inner)) => {
                let renamed = Alias {
                    name: Some(Identifier::new(self.alias_name(alias).to_string())),
                    ..(**inner).clone()
                };
                self.alias_clause(&Rc::new(renamed))
            }
            AliasKind::From(from) => Ok(format!("{lateral}{} AS {name}", self.read_clause(from)?)),
            AliasKind::Query(query) => Ok(format!("{lateral}({}) AS {name}", self.read_query(query)?)),
            AliasKind::Cte(cte) => {
                self.add_cte(alias, cte)?;
                Ok(name)
            }
        }
    }

    fn join_clause(&mut self, join: &Join) -> Result<String> {
        let left = self.read_clause(&join.left)?;
        let mut right = self.read_clause(&join.right)?;
        if matches!(join.right, From::Join(_)) {
            right = format!("({right})");
        }
        let word = match (join.full, join.outer) {
            (true, _) => " FULL OUTER JOIN ",
            (false, true) => " LEFT OUTER JOIN ",
            (false, false) if self.dialect.is_mysql() => " INNER JOIN ",
            (false, false) => " JOIN ",
        };
        let condition = self.expression(&join.on)?;
        Ok(format!("{left}{word}{right} ON {condition}"))
    }

    /// Puts a CTE into WITH, once. One that continues another takes its place.
    pub(super) fn add_cte(&mut self, alias: &Rc<Alias>, cte: &Cte) -> Result<()> {
        let known = |own: &Rc<Alias>| Rc::ptr_eq(own, alias);
        let is_continued = self.ctes.iter().any(|(own, _, _)| {
            matches!(&own.kind, AliasKind::Cte(Cte { restates: Some(base), .. }) if Rc::ptr_eq(base, alias))
        });
        if is_continued || self.ctes.iter().any(|(own, _, _)| known(own)) {
            return Ok(());
        }
        // The place is taken first: the statement may name the CTE itself.
        let place = self.ctes.len();
        self.ctes.push((Rc::clone(alias), String::new(), cte.recursive));
        let around = std::mem::take(&mut self.around);
        let text = match &*cte.statement {
            Statement::Query(query) => self.query(query, true),
            statement => self.nested(statement),
        };
        self.around = around;
        let text = text?;
        let name = self.alias_name(alias).sql(self.dialect);
        let columns = if cte.recursive && !cte.columns.is_empty() {
            let names: Vec<String> =
                cte.columns.iter().map(|(name, _)| Identifier::new(name).sql(self.dialect)).collect();
            format!("({})", names.join(", "))
        } else {
            String::new()
        };
        if let Some((_, whole, _)) = self.ctes.get_mut(place) {
            *whole = format!("{name}{columns} AS \n({text})");
        }
        // Those that it needs itself stand before it.
        let own = self.ctes.remove(place);
        self.ctes.push(own);
        Ok(())
    }

    /// `WITH …`, and nothing when there is none.
    pub(super) fn with_clause(&mut self) -> String {
        let ctes = std::mem::take(&mut self.ctes);
        if ctes.is_empty() {
            return String::new();
        }
        let recursive = if ctes.iter().any(|(_, _, recursive)| *recursive) { "RECURSIVE " } else { "" };
        let texts: Vec<String> = ctes.into_iter().map(|(_, text, _)| text).collect();
        format!("WITH {recursive}{}\n ", texts.join(", \n"))
    }
}
