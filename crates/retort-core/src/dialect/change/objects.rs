//! What stands beside tables: made before the tables that need it, taken away after those that needed it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Walk, changed, sorted};
use crate::operation::{Commented, DomainChange, Object, ObjectKind, Operation, SequenceChange, views_on};
use crate::schema::{
    Column, Composite, Domain, EnumType, Expression, IndexKey, ObjectName, Routine, Schema, Sequence, Table,
    View, same_name,
};
use crate::source::DialectKind;
use crate::token::{self, TokenKind};

/// The places of the views that one of a list reads, at any depth.
pub(super) fn views_below(schema: &Schema, list: &[&Arc<View>], at: usize) -> Vec<usize> {
    let reads = |other: &Arc<View>| {
        let above = views_on(schema, &other.name);
        list.get(at).is_some_and(|view| above.contains(&view.name))
    };
    (0..list.len()).filter(|other| *other != at && reads(list[*other])).collect()
}

fn words(text: &str, dialect: DialectKind, into: &mut BTreeSet<String>) {
    for token in token::tokens(text, dialect) {
        if matches!(token.kind, TokenKind::Word | TokenKind::Quoted) {
            into.insert(token::identifier(token.text(text), dialect));
        }
    }
}

/// The words in everything that a table computes.
fn words_of_table(table: &Table, dialect: DialectKind, into: &mut BTreeSet<String>) {
    let mut put = |expression: &Expression| words(expression.text(), dialect, into);
    for column in &table.columns {
        column.default.iter().for_each(&mut put);
        column.generated.iter().for_each(|generated| put(&generated.expression));
    }
    table.checks.iter().for_each(|check| put(&check.expression));
    for index in &table.indexes {
        index.predicate.iter().for_each(&mut put);
        for part in &index.parts {
            if let IndexKey::Expression(expression) = &part.key {
                put(expression);
            }
        }
    }
    for policy in &table.policies {
        policy.using.iter().chain(&policy.check).for_each(&mut put);
    }
}

fn bare(routine: &Routine) -> &str {
    routine.name.name.split('(').next().unwrap_or_default()
}

impl Walk<'_> {
    pub(super) fn make_namespaces(&mut self) {
        let new: Vec<String> = self
            .after
            .namespaces
            .iter()
            .filter(|name| !self.reached.namespaces.contains(*name))
            .map(ToString::to_string)
            .collect();
        for name in new {
            self.make(Object::Namespace(name), false);
        }
        let after = self.after;
        for (name, extension) in &after.extensions {
            if !self.reached.extensions.contains_key(name) {
                let object = Object::Extension { name: name.to_string(), extension: (**extension).clone() };
                self.make(object, false);
            }
        }
    }

    fn make(&mut self, object: Object, or_replace: bool) {
        self.step(Operation::CreateObject { object: Box::new(object), or_replace, if_not_exists: false });
    }

    /// A type that cannot be altered into its new form makes way under another name; its columns change to the
    /// new one, and it goes at the end.
    pub(super) fn set_types_aside(&mut self) {
        let mut aside: Vec<ObjectName> = Vec::new();
        for key in changed(&self.reached.enums, &self.after.enums) {
            if let (Some(old), Some(new)) = (self.reached.enums.get(&key), self.after.enums.get(&key))
                && !grows(old, new)
            {
                aside.push(key);
            }
        }
        for key in changed(&self.reached.composites, &self.after.composites) {
            if self.reached.composites.contains_key(&key) && self.after.composites.contains_key(&key) {
                aside.push(key);
            }
        }
        for key in changed(&self.reached.domains, &self.after.domains) {
            if let (Some(old), Some(new)) = (self.reached.domains.get(&key), self.after.domains.get(&key))
                && (old.base != new.base || old.collation != new.collation)
            {
                aside.push(key);
            }
        }
        for from in aside {
            let to = ObjectName { name: format!("{}_retort_old", from.name).into(), ..from.clone() };
            self.step(Operation::RenameObject { kind: ObjectKind::Type, from, to });
        }
    }

    /// New types, each after those it is made of; labels and domains that change in place.
    pub(super) fn make_types(&mut self) {
        let after = self.after;
        for key in changed(&self.reached.enums, &after.enums) {
            match (self.reached.enums.get(&key).cloned(), after.enums.get(&key)) {
                (None, Some(new)) => self.step(Operation::CreateEnum((**new).clone())),
                (Some(old), Some(new)) => self.add_labels(&old, new),
                _ => {}
            }
        }
        let mut new: Vec<(ObjectName, BTreeSet<String>, Object)> = Vec::new();
        for key in changed(&self.reached.domains, &after.domains) {
            match (self.reached.domains.get(&key).cloned(), after.domains.get(&key)) {
                (None, Some(domain)) => {
                    let mut used = BTreeSet::new();
                    words(domain.base.text(), after.dialect, &mut used);
                    new.push((key, used, Object::Domain((**domain).clone())));
                }
                (Some(old), Some(domain)) => self.alter_domain(&old, domain),
                _ => {}
            }
        }
        for key in changed(&self.reached.composites, &after.composites) {
            if let (None, Some(composite)) = (self.reached.composites.get(&key), after.composites.get(&key)) {
                let mut used = BTreeSet::new();
                composite
                    .attributes
                    .iter()
                    .for_each(|(_, kind)| words(kind.text(), after.dialect, &mut used));
                new.push((key, used, Object::Composite(Composite::clone(composite))));
            }
        }
        let needs = |at: usize| {
            let is_used = |other: &usize| new[at].1.contains(&*new[*other].0.name);
            (0..new.len()).filter(is_used).collect()
        };
        for at in sorted(new.len(), needs) {
            self.make_type(new[at].2.clone());
        }
    }

    /// A check of a domain that is not validated is added when the domain is there.
    fn make_type(&mut self, object: Object) {
        let Object::Domain(mut domain) = object else { return self.make(object, false) };
        let (checked, unchecked) = domain.checks.drain(..).partition(|check| check.validated);
        domain.checks = checked;
        let name = domain.name.clone();
        self.make(Object::Domain(domain), false);
        for check in unchecked {
            let change = Box::new(DomainChange::AddCheck(check));
            self.step(Operation::AlterDomain { name: name.clone(), change });
        }
    }

    fn add_labels(&mut self, old: &EnumType, new: &EnumType) {
        for (at, label) in new.labels.iter().enumerate() {
            if old.labels.contains(label) {
                continue;
            }
            let place = match at.checked_sub(1).and_then(|before| new.labels.get(before)) {
                Some(before) => Some((false, before.clone())),
                None => old.labels.first().map(|first| (true, first.clone())),
            };
            let name = new.name.clone();
            self.step(Operation::AddEnumLabel { name, label: label.clone(), place, if_not_exists: false });
        }
    }

    fn alter_domain(&mut self, old: &Domain, new: &Domain) {
        let mut changes = Vec::new();
        for check in old.checks.iter().filter(|check| !new.checks.contains(check)) {
            let name = check.name.clone().unwrap_or_default();
            changes.push(DomainChange::DropCheck { name, if_exists: false });
        }
        if old.default != new.default {
            changes.push(DomainChange::Default(new.default.clone()));
        }
        if old.nullable != new.nullable {
            changes.push(DomainChange::Nullable(new.nullable));
        }
        let added = new.checks.iter().filter(|check| !old.checks.contains(check));
        changes.extend(added.cloned().map(DomainChange::AddCheck));
        for change in changes {
            self.step(Operation::AlterDomain { name: new.name.clone(), change: Box::new(change) });
        }
    }

    pub(super) fn make_sequences(&mut self) {
        let after = self.after;
        for key in changed(&self.reached.sequences, &after.sequences) {
            match (self.reached.sequences.get(&key).cloned(), after.sequences.get(&key)) {
                (None, Some(new)) => {
                    let sequence = Sequence { owned_by: None, ..(**new).clone() };
                    self.make(Object::Sequence(sequence), false);
                }
                (Some(old), Some(new)) => {
                    let change = Box::new(sequence_change(&old, new));
                    if *change != SequenceChange::default() {
                        self.step(Operation::AlterSequence { name: new.name.clone(), change });
                    }
                }
                _ => {}
            }
        }
    }

    /// A sequence is given to its column when that is there.
    pub(super) fn own_sequences(&mut self) {
        let after = self.after;
        for key in changed(&self.reached.sequences, &after.sequences) {
            let owner = self.reached.sequences.get(&key).map(|held| held.owned_by.clone());
            if let (Some(old), Some(new)) = (owner, after.sequences.get(&key))
                && old != new.owned_by
            {
                let owned_by = Some(new.owned_by.clone());
                let change = Box::new(SequenceChange { owned_by, ..SequenceChange::default() });
                self.step(Operation::AlterSequence { name: new.name.clone(), change });
            }
        }
    }

    /// Routines: first those that tables and domains call, at the end the others.
    pub(super) fn make_routines(&mut self, early: bool) {
        let after = self.after;
        let keys = changed(&self.reached.routines, &after.routines);
        if keys.is_empty() {
            return;
        }
        let mut called = BTreeSet::new();
        if early {
            for key in self.changed_tables() {
                after
                    .tables
                    .get(&key)
                    .into_iter()
                    .for_each(|table| words_of_table(table, after.dialect, &mut called));
            }
        }
        for key in keys {
            let Some(new) = after.routines.get(&key) else { continue };
            if early && !called.contains(bare(new)) {
                continue;
            }
            let old = self.reached.routines.get(&key).cloned();
            let in_place = self.is_postgres()
                && old.as_ref().is_some_and(|old| old.returns == new.returns && old.kind == new.kind);
            if let Some(old) = old.filter(|_| !in_place) {
                self.take(ObjectKind::Routine(old.kind), &old.name);
            }
            self.make(Object::Routine((**new).clone()), in_place);
        }
    }

    fn take(&mut self, kind: ObjectKind, name: &ObjectName) {
        self.step(Operation::DropObject { kind, name: name.clone(), if_exists: false, cascade: false });
    }

    /// Views that are gone or others, those that stand in the way of a change, and all that read them.
    pub(super) fn take_views(&mut self) {
        let mut gone: Vec<ObjectName> = Vec::new();
        for key in changed(&self.reached.views, &self.after.views) {
            let Some(old) = self.reached.views.get(&key) else { continue };
            let only_comment = self
                .after
                .views
                .get(&key)
                .is_some_and(|new| View { comment: new.comment.clone(), ..(**old).clone() } == **new);
            if !only_comment {
                gone.push(old.name.clone());
            }
        }
        if self.is_postgres() {
            for key in self.tables_in_the_way_of_views() {
                gone.extend(views_on(&self.reached, &key));
            }
            for name in gone.clone() {
                gone.extend(views_on(&self.reached, &name));
            }
        }
        let mut views: Vec<Arc<View>> = Vec::new();
        for name in &gone {
            let held = self.reached.view(name).filter(|view| !views.contains(view)).cloned();
            views.extend(held);
        }
        let list: Vec<&Arc<View>> = views.iter().collect();
        let order = sorted(list.len(), |at| views_below(&self.reached, &list, at));
        for at in order.into_iter().rev() {
            let view = &views[at];
            self.step(Operation::DropView {
                name: view.name.clone(),
                if_exists: false,
                cascade: false,
                materialized: view.materialized,
            });
        }
    }

    pub(super) fn make_views(&mut self) {
        let after = self.after;
        let keys = changed(&self.reached.views, &after.views);
        let new = keys.iter().filter(|key| !self.reached.views.contains_key(*key));
        let list: Vec<&Arc<View>> = new.filter_map(|key| after.views.get(key)).collect();
        for at in sorted(list.len(), |at| views_below(after, &list, at)) {
            let view = Box::new(View { comment: None, ..(**list[at]).clone() });
            self.step(Operation::CreateView { view, or_replace: false, if_not_exists: false });
        }
    }

    pub(super) fn take_triggers(&mut self) {
        for key in changed(&self.reached.triggers, &self.after.triggers) {
            let Some(old) = self.reached.triggers.get(&key).cloned() else { continue };
            let table = self.after.table(&old.table).or_else(|| self.reached.table(&old.table));
            if table.is_some() || self.reached.view(&old.table).is_some() {
                let table = self.is_postgres().then(|| old.table.clone());
                self.step(Operation::DropTrigger { name: old.name.clone(), table, if_exists: false });
            }
        }
    }

    pub(super) fn make_triggers(&mut self) {
        let after = self.after;
        for key in changed(&self.reached.triggers, &after.triggers) {
            if let Some(new) = after.triggers.get(&key) {
                let trigger = Box::new((**new).clone());
                self.step(Operation::CreateTrigger { trigger, if_not_exists: false });
            }
        }
    }

    /// Comments that are not said with their table or column.
    pub(super) fn make_comments(&mut self) {
        let after = self.after;
        for key in self.changed_tables() {
            let Some(new) = after.tables.get(&key) else { continue };
            let Some(old) = self.reached.tables.get(&key).cloned() else { continue };
            if old.comment != new.comment {
                let on = Commented::Table(new.name.clone());
                self.step(Operation::Comment { on, text: new.comment.clone() });
            }
            for column in &new.columns {
                let held = old.column(&column.name, after.dialect);
                if held.is_some_and(|held: &Column| held.comment != column.comment) {
                    let on = Commented::Column(new.name.clone(), column.name.clone());
                    self.step(Operation::Comment { on, text: column.comment.clone() });
                }
            }
        }
        for key in changed(&self.reached.views, &after.views) {
            if let (Some(old), Some(new)) = (self.reached.views.get(&key), after.views.get(&key))
                && old.comment != new.comment
            {
                let on = Commented::View(new.name.clone());
                self.step(Operation::Comment { on, text: new.comment.clone() });
            }
        }
    }

    /// What nothing needs any longer.
    pub(super) fn take_leftovers(&mut self) {
        for key in changed(&self.reached.routines, &self.after.routines) {
            let old =
                self.reached.routines.get(&key).filter(|_| !self.after.routines.contains_key(&key)).cloned();
            if let Some(old) = old {
                self.take(ObjectKind::Routine(old.kind), &old.name);
            }
        }
        for key in changed(&self.reached.sequences, &self.after.sequences) {
            let old = self.reached.sequences.get(&key).map(|held| held.name.clone());
            if let Some(name) = old.filter(|_| !self.after.sequences.contains_key(&key)) {
                self.take(ObjectKind::Sequence, &name);
            }
        }
        // A type goes before the types that it is made of: composites may hold domains, domains hold labels.
        let mut types = changed(&self.reached.composites, &self.after.composites);
        types.extend(changed(&self.reached.domains, &self.after.domains));
        types.extend(changed(&self.reached.enums, &self.after.enums));
        for key in types {
            let stays = [
                self.after.enums.contains_key(&key),
                self.after.domains.contains_key(&key),
                self.after.composites.contains_key(&key),
            ];
            if !stays.contains(&true) {
                self.step(Operation::DropType { name: key, if_exists: false, cascade: false });
            }
        }
        let extensions: Vec<ObjectName> = self
            .reached
            .extensions
            .keys()
            .filter(|name| !self.after.extensions.contains_key(*name))
            .map(ObjectName::bare)
            .collect();
        for name in extensions {
            self.take(ObjectKind::Extension, &name);
        }
        let namespaces: Vec<ObjectName> = self
            .reached
            .namespaces
            .iter()
            .filter(|name| !self.after.namespaces.contains(*name))
            .map(ObjectName::bare)
            .collect();
        for name in namespaces {
            self.take(ObjectKind::Namespace, &name);
        }
    }

    /// Whether two names mean the same table here.
    pub(super) fn same(&self, a: &ObjectName, b: &ObjectName) -> bool {
        same_name(a, b, self.dialect())
    }
}

/// Whether the old labels are among the new ones in the same order.
fn grows(old: &EnumType, new: &EnumType) -> bool {
    let mut wanted = old.labels.iter().peekable();
    for label in &new.labels {
        if wanted.peek() == Some(&label) {
            wanted.next();
        }
    }
    wanted.peek().is_none()
}

/// The owner is set apart from the rest.
fn sequence_change(old: &Sequence, new: &Sequence) -> SequenceChange {
    let number = |old: Option<i64>, new: Option<i64>, usual: i64| (old != new).then(|| new.unwrap_or(usual));
    SequenceChange {
        number_type: new.number_type.clone().filter(|_| old.number_type != new.number_type),
        start: number(old.start, new.start, 1),
        increment: number(old.increment, new.increment, 1),
        minimum: (old.minimum != new.minimum).then_some(new.minimum),
        maximum: (old.maximum != new.maximum).then_some(new.maximum),
        cache: number(old.cache, new.cache, 1),
        cycle: (old.cycle != new.cycle).then_some(new.cycle),
        owned_by: None,
        restart: None,
    }
}
