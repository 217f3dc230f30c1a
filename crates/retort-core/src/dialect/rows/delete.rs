//! DELETE: of one table, with others joined, of several at once.

use super::update::Part;
use super::words::Words;
use super::{Teller, both, name_of, where_clause};
use crate::dialect::rewrite::Unit;
use crate::dialect::rewrite::units::split;
use crate::dialect::{Fidelity, sqlite};
use crate::schema::same_word;

impl Teller<'_> {
    pub(super) fn delete(&mut self, words: &mut Words<'_, '_>, condition: Option<&str>) -> Vec<String> {
        while ["low_priority", "quick", "ignore"].iter().any(|word| words.is(word)) {
            words.next();
        }
        if !self.is_mysql() {
            return self.postgres_delete(words, condition);
        }
        if !words.eat("from") {
            let targets = words.until(&["from"]);
            words.eat("from");
            return self.delete_joined(targets, words, condition);
        }
        let targets = words.until(&["using", "where", "order by", "limit", "returning", ";"]);
        if words.eat("using") {
            return self.delete_joined(targets, words, condition);
        }
        self.delete_first(targets, words, condition)
    }

    fn postgres_delete(&mut self, words: &mut Words<'_, '_>, condition: Option<&str>) -> Vec<String> {
        words.eat("from");
        words.eat("only");
        let Some(table) = words.object().and_then(|name| self.table(&name)) else { return Vec::new() };
        words.eat("*");
        let alias = words.alias();
        let using = if words.eat("using") { words.until(&["where", "returning", ";"]) } else { &[] };
        let own = if words.eat("where") {
            let units = words.until(&["returning", ";"]);
            if units.first().is_some_and(|unit| unit.is("current")) {
                self.unsupported("WHERE CURRENT OF");
            }
            Some(self.say(units))
        } else {
            None
        };
        let name = name_of(&table.name);
        let named = alias.as_ref().map_or_else(String::new, |alias| format!(" AS {}", sqlite::quote(alias)));
        let own = if using.is_empty() {
            own
        } else {
            let row = alias.as_ref().map_or_else(|| name.clone(), |alias| sqlite::quote(alias));
            let others = self.say(using);
            Some(format!("rowid IN (SELECT {row}.rowid FROM {name}{named}, {others}{})", where_clause(own)))
        };
        let mut tail = where_clause(both(own, condition));
        if words.eat("returning") {
            if !using.is_empty() {
                self.unsupported("RETURNING of a DELETE with USING");
            }
            tail.push_str(&format!(" RETURNING {}", self.say(words.rest())));
        }
        let named = if using.is_empty() { named } else { String::new() };
        vec![format!("DELETE FROM {name}{named}{tail}")]
    }

    /// One table of MySQL, perhaps the first rows only.
    fn delete_first(
        &mut self,
        target: &[Unit<'_>],
        words: &mut Words<'_, '_>,
        condition: Option<&str>,
    ) -> Vec<String> {
        let mut head = Words::new(target, self.dialect());
        let Some(table) = head.object().and_then(|name| self.table(&name)) else { return Vec::new() };
        let alias = head.alias();
        if !head.is_done() {
            self.unsupported("this DELETE");
        }
        let own = if words.eat("where") {
            let units = words.until(&["order by", "limit", "returning", ";"]);
            Some(self.say(units))
        } else {
            None
        };
        let order = if words.eat("order by") { words.until(&["limit", "returning", ";"]) } else { &[] };
        let limit = if words.eat("limit") { words.until(&["returning", ";"]) } else { &[] };
        let name = alias.clone().unwrap_or_else(|| table.name.name.to_string());
        let mut tail = self.first_rows(table, &name, own, order, limit, condition);
        if words.eat("returning") {
            tail.push_str(&format!(" RETURNING {}", self.say(words.rest())));
        }
        let named = alias.map_or_else(String::new, |alias| format!(" AS {}", sqlite::quote(&alias)));
        vec![format!("DELETE FROM {}{named}{tail}", name_of(&table.name))]
    }

    /// `DELETE a, b FROM a JOIN b …` and `DELETE FROM a, b USING …`.
    fn delete_joined(
        &mut self,
        targets: &[Unit<'_>],
        words: &mut Words<'_, '_>,
        condition: Option<&str>,
    ) -> Vec<String> {
        let refs = words.until(&["where", ";"]);
        let own = if words.eat("where") {
            let units = words.until(&[";"]);
            Some(self.say(units))
        } else {
            None
        };
        let Some(joined) = self.joined(refs) else { return Vec::new() };
        let mut parts: Vec<&Part<'_>> = Vec::new();
        for target in split(targets) {
            // `t.*` means t.
            let target = target.strip_suffix(&[Unit::Symbol("."), Unit::Symbol("*")]).unwrap_or(target);
            let own = target.last().and_then(Unit::name).unwrap_or_default();
            match joined.parts.iter().find(|part| same_word(&part.alias, own, self.dialect())) {
                Some(part) if part.table.is_some() => parts.push(part),
                _ => {
                    self.unsupported(format!("DELETE from `{own}`, which is no table of the model here"));
                    return Vec::new();
                }
            }
        }
        let from = self.say(joined.list);
        if let [part] = parts.as_slice() {
            let row = sqlite::quote(&part.alias);
            let inner = format!("SELECT {row}.rowid FROM {from}{}", where_clause(own));
            let test = both(Some(format!("rowid IN ({inner})")), condition);
            return vec![format!("DELETE FROM {}{}", name_of(&part.name), where_clause(test))];
        }
        if condition.is_some() {
            self.unsupported("a DELETE of several tables in a trigger");
        }
        self.delete_several(parts, &from, own)
    }

    /// The rows are found before any of them goes; children go first.
    fn delete_several(&mut self, mut parts: Vec<&Part<'_>>, from: &str, own: Option<String>) -> Vec<String> {
        let source = self.source;
        let refers = |child: &Part<'_>, parent: &Part<'_>| {
            source.children(&parent.name).iter().any(|table| table.name == child.name)
        };
        let mut sorted: Vec<&Part<'_>> = Vec::new();
        while !parts.is_empty() {
            let free = parts
                .iter()
                .position(|part| !parts.iter().any(|other| other.name != part.name && refers(other, part)));
            sorted.push(parts.remove(free.unwrap_or(0)));
        }
        let rows: Vec<String> = sorted
            .iter()
            .enumerate()
            .map(|(at, part)| format!("{}.rowid AS row{at}", sqlite::quote(&part.alias)))
            .collect();
        let mut sql = vec![format!(
            "CREATE TEMP TABLE _retort_rows AS SELECT {} FROM {from}{}",
            rows.join(", "),
            where_clause(own)
        )];
        for (at, part) in sorted.iter().enumerate() {
            let name = name_of(&part.name);
            sql.push(format!("DELETE FROM {name} WHERE rowid IN (SELECT row{at} FROM temp._retort_rows)"));
        }
        sql.push("DROP TABLE temp._retort_rows".to_owned());
        self.note(
            "dialect/delete-join",
            Fidelity::Emulated,
            "the rows of all tables are found before any of them goes",
        );
        sql
    }
}
