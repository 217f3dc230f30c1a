//! `op.batch_alter_table(…)` and what can be said within.

use std::cell::RefCell;
use std::rc::Rc;

use retort_core::diagnostic::Diagnostic;
use retort_core::source::Span;

use super::operations::{
    self, Added, column_change, column_of, constraint_type, foreign_key_of, geospatial, index_of, keyed,
    known_name, leading, metadata, on_stub,
};
use super::wrap::{self, NativeColumn, first_unknown, flag, identifier, several, text};
use super::{constraints, context, dml, inspector, table, types, world};
use crate::python::{Arguments, Interpreter, Native, Outcome, Unwind, Value};
use crate::sql::batch::{self as sql_batch, Batch, BatchOperation, Recreate};
use crate::sql::compile::ddl::{AddColumn, AlterColumn};
use crate::sql::reflect;
use crate::sql::table::Constraint;

/// A batch that is open.
#[derive(Debug)]
pub(crate) struct NativeBatch {
    batch: RefCell<Batch>,
    /// The columns that are added, by the places of their operations.
    added: RefCell<Vec<(usize, Rc<NativeColumn>)>>,
    /// Where it was opened.
    opened: Span,
}

/// `op.batch_alter_table(table_name, …)`
pub(crate) fn open(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let names = ["table_name", "schema", "recreate", "partial_reordering", "copy_from", "table_args"];
    let [name, schema, recreate, partial, copy_from, table_args] = leading(&mut arguments, names);
    let name = known_name(interp, name, "the name of a table")?;
    let mut batch = Batch::new(name);
    batch.schema = schema.as_ref().and_then(identifier);
    batch.recreate = match recreate.as_ref().and_then(text).as_deref() {
        None | Some("auto") => Recreate::Auto,
        Some("always") => Recreate::Always,
        Some("never") => Recreate::Never,
        Some(_) => return Err(Unwind::value_error("recreate may be one of 'auto', 'always', or 'never'.")),
    };
    batch.copy_from = match copy_from {
        None | Some(Value::None) => None,
        Some(value) => match operations::native_table(&value) {
            Some(table) => Some(table),
            None => return Err(Unwind::type_error("copy_from must be a Table")),
        },
    };
    if let Some(value) = table_args {
        let values = several(interp, &value)?;
        batch.table_args = table::items(interp, &values)?.items;
    }
    if let Some(value) = arguments.take("reflect_args") {
        let values = several(interp, &value)?;
        batch.reflect_args = table::items(interp, &values)?.items;
    }
    if let Some(value) = arguments.take("table_kwargs")
        && let Value::Dict(dict) = value.plain()
    {
        let mut pairs: Vec<_> =
            dict.borrow().pairs().filter_map(|(k, v)| Some((k.as_str()?, v.clone()))).collect();
        batch.table_kwargs = wrap::take_options(interp, &mut pairs)?;
    }
    if let Some(value) = arguments.take("naming_convention").filter(|value| !value.is_none()) {
        batch.naming_convention = Some(table::naming_convention(interp, &value)?);
    }
    if let Some(value) = partial.filter(|value| !value.is_none()) {
        for group in interp.values(&value)? {
            let names = interp.values(&group)?;
            batch.partial_reordering.push(names.iter().filter_map(text).collect());
        }
    }
    arguments.take("reflect_kwargs");
    if let Some((name, _)) = arguments.keyword.first() {
        let message = format!("batch_alter_table() got an unexpected keyword argument '{name}'");
        return Err(Unwind::type_error(message));
    }
    let opened = world::place(interp);
    Ok(Value::native(NativeBatch { batch: RefCell::new(batch), added: RefCell::default(), opened }))
}

const METHODS: [&str; 19] = [
    "add_column",
    "alter_column",
    "drop_column",
    "create_primary_key",
    "create_unique_constraint",
    "create_foreign_key",
    "create_check_constraint",
    "create_exclude_constraint",
    "drop_constraint",
    "create_index",
    "drop_index",
    "create_table_comment",
    "drop_table_comment",
    "execute",
    "f",
    "get_bind",
    "get_context",
    "invoke",
    "inline_literal",
];

impl Native for NativeBatch {
    fn type_name(&self) -> &str {
        "BatchOperations"
    }

    fn reaches_database(&self) -> bool {
        true
    }

    fn attribute(self: Rc<Self>, _interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        match name {
            "migration_context" => Ok(Some(context::value())),
            _ => Ok(None),
        }
    }

    fn has_method(&self, name: &str) -> bool {
        METHODS.contains(&name) || geospatial::is_one(name)
    }

    fn call_method(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        name: &str,
        mut arguments: Arguments,
    ) -> Outcome<Value> {
        if let Some(unknown) = first_unknown(&arguments) {
            let touches_schema = name != "execute" || !unknown.changes_rows_at_most();
            let reason = format!("batch_op.{name}() depends on {}", unknown.reason);
            world::opaque(interp, reason, touches_schema);
            return Ok(Value::None);
        }
        let name = geospatial::plain(interp, name, &mut arguments)?.unwrap_or(name);
        for value in arguments.values() {
            interp.refuse_foreign(value)?;
        }
        match name {
            "execute" | "f" | "get_bind" | "get_context" | "inline_literal" => {
                operations::call(interp, name, arguments)
            }
            "invoke" => Err(Unwind::unsupported("batch_op.invoke()")),
            // Whether the batch does this is not known.
            _ if interp.is_speculating() => {
                world::opaque(interp, format!("batch_op.{name}() is done only for some rows"), true);
                Ok(Value::None)
            }
            _ => {
                let operation = self.operation(interp, name, arguments)?;
                self.batch.borrow_mut().operations.push(operation);
                Ok(Value::None)
            }
        }
    }

    fn enter(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Outcome<Option<Value>> {
        Ok(Some(Value::Native(self)))
    }

    fn exit(self: Rc<Self>, interp: &mut Interpreter<'_>, exception: Option<&Value>) -> Outcome<bool> {
        if exception.is_none() {
            self.flush(interp)?;
        }
        Ok(false)
    }
}

impl NativeBatch {
    fn operation(
        &self,
        interp: &mut Interpreter<'_>,
        name: &str,
        mut arguments: Arguments,
    ) -> Outcome<BatchOperation> {
        let (own_table, own_schema) = {
            let batch = self.batch.borrow();
            (batch.table.clone(), batch.schema.clone())
        };
        let constraint = |interp: &mut Interpreter<'_>,
                          name: Option<Value>,
                          constraint: Constraint,
                          arguments: &mut Arguments| {
            let added = Added { name, table: own_table.clone(), schema: own_schema.clone(), constraint };
            on_stub(interp, added, arguments).map(|pair| BatchOperation::AddConstraint(Box::new(pair)))
        };
        match name {
            "add_column" => {
                let [column, before, after] =
                    leading(&mut arguments, ["column", "insert_before", "insert_after"]);
                if let Some(native) = column.as_ref().and_then(Value::as_native::<NativeColumn>) {
                    self.added.borrow_mut().push((self.batch.borrow().operations.len(), native));
                }
                let column = column_of(interp, column)?;
                let mut change = AddColumn::new(own_table.clone(), column);
                change.schema.clone_from(&own_schema);
                change.if_not_exists = flag(interp, arguments.take("if_not_exists"), false)?;
                change.inline_references = flag(interp, arguments.take("inline_references"), false)?;
                let (before, after) = (before.as_ref().and_then(text), after.as_ref().and_then(text));
                Ok(BatchOperation::AddColumn { change: Box::new(change), before, after })
            }
            "alter_column" => {
                let [column] = leading(&mut arguments, ["column_name"]);
                let column = known_name(interp, column, "the name of a column")?;
                let mut change = AlterColumn::of(own_table.clone(), column);
                change.schema.clone_from(&own_schema);
                // Places of an altered column are for recreated tables only; they are not looked at.
                if arguments.take("insert_before").is_some() || arguments.take("insert_after").is_some() {
                    return Err(Unwind::unsupported("a place for an altered column"));
                }
                let change = column_change(interp, change, &mut arguments)?;
                Ok(BatchOperation::AlterColumn(Box::new(change)))
            }
            "drop_column" => {
                let [column] = leading(&mut arguments, ["column_name"]);
                let name = known_name(interp, column, "the name of a column")?;
                let existing = arguments.take("existing_type").filter(|value| !value.is_none());
                let existing_type = match existing {
                    Some(value) => Some(Box::new(types::data_type(interp, &value)?)),
                    None => None,
                };
                let if_exists = flag(interp, arguments.take("if_exists"), false)?;
                Ok(BatchOperation::DropColumn { name, existing_type, if_exists })
            }
            "create_primary_key" => {
                let [name, columns] = leading(&mut arguments, ["constraint_name", "columns"]);
                let made = keyed(interp, columns, Constraint::primary_key)?;
                constraint(interp, name, made, &mut arguments)
            }
            "create_unique_constraint" => {
                let [name, columns] = leading(&mut arguments, ["constraint_name", "columns"]);
                let made = keyed(interp, columns, Constraint::unique)?;
                constraint(interp, name, made, &mut arguments)
            }
            "create_foreign_key" => {
                let names = ["constraint_name", "referent_table", "local_cols", "remote_cols"];
                let [name, referent, local, remote] = leading(&mut arguments, names);
                let made = foreign_key_of(interp, [referent, local, remote], &mut arguments)?;
                constraint(interp, name, made, &mut arguments)
            }
            "create_check_constraint" => {
                let [name, condition] = leading(&mut arguments, ["constraint_name", "condition"]);
                let condition = wrap::sql_expression(interp, &condition.unwrap_or(Value::None))?;
                constraint(interp, name, Constraint::check(condition), &mut arguments)
            }
            "create_exclude_constraint" => {
                let [name] = leading(&mut arguments, ["constraint_name"]);
                let elements = std::mem::take(&mut arguments.positional);
                let made = constraints::exclusion(interp, &elements, &mut arguments)?;
                constraint(interp, name, made, &mut arguments)
            }
            "drop_constraint" => {
                let [name, kind] = leading(&mut arguments, ["constraint_name", "type_"]);
                let kind = constraint_type(interp, kind)?;
                Ok(BatchOperation::DropConstraint { name: constraints::name_argument(name.as_ref()), kind })
            }
            "create_index" => {
                let [name, columns] = leading(&mut arguments, ["index_name", "columns"]);
                let if_not_exists = flag(interp, arguments.take("if_not_exists"), false)?;
                let index = index_of(interp, name, columns, &mut arguments)?;
                Ok(BatchOperation::CreateIndex { index: Box::new(index), if_not_exists })
            }
            "drop_index" => {
                let [name] = leading(&mut arguments, ["index_name"]);
                let if_exists = flag(interp, arguments.take("if_exists"), false)?;
                Ok(BatchOperation::DropIndex { name: constraints::name_argument(name.as_ref()), if_exists })
            }
            "create_table_comment" => {
                let [comment] = leading(&mut arguments, ["comment"]);
                Ok(BatchOperation::TableComment(comment.as_ref().and_then(text)))
            }
            _ => Ok(BatchOperation::TableComment(None)),
        }
    }

    fn flush(&self, interp: &mut Interpreter<'_>) -> Outcome<()> {
        let mut batch = self.batch.borrow().clone();
        let (metadata, dialect) = (metadata(interp), world::dialect(interp));
        let (schema, is_certain) = world::schema(interp);
        if batch.recreates(dialect) && batch.copy_from.is_none() && !is_certain {
            let reason = format!("the batch makes `{}` anew, whose columns are not known here", batch.table);
            world::opaque(interp, reason, true);
            return Ok(());
        }
        if batch.recreates(dialect) && types::latest_of_foreign_keys(interp).is_some() {
            return Err(Unwind::unsupported("compiles() of foreign keys, where a batch makes a table anew"));
        }
        if batch.recreates(dialect) {
            self.settle_defaults(interp, &mut batch)?;
        }
        let object = inspector::object(batch.schema.as_deref(), &batch.table);
        let mut known = interp.slot::<world::Shared>().named_types.clone();
        let mut read = || reflect::reflect_table(&schema, &object, &metadata, true, dialect);
        let outcome = sql_batch::flush(&batch, &metadata, &mut known, &mut read, dialect);
        interp.slot::<world::Shared>().named_types = known;
        let outcome = wrap::checked(interp, outcome)?;
        let place = self.place(interp);
        for warning in outcome.warnings {
            world::say(interp, Diagnostic::warning("alembic/batch", warning).at(place, "by this batch"));
        }
        interp.slot::<world::Shared>().block = Some(place);
        let made = outcome.statements.into_iter().try_for_each(|sql| world::emit(interp, sql).map(drop));
        interp.slot::<world::Shared>().block = None;
        made
    }

    /// The rows of a table that is made anew get the defaults of new columns, as with any INSERT of SQLAlchemy's.
    fn settle_defaults(&self, interp: &mut Interpreter<'_>, batch: &mut Batch) -> Outcome<()> {
        for (place, column) in self.added.borrow().iter() {
            let default = match dml::settled_default(interp, column) {
                Err(Unwind::Unsupported(why)) => {
                    world::opaque(interp, why.reason, false);
                    None
                }
                settled => settled?,
            };
            if let Some(BatchOperation::AddColumn { change, .. }) = batch.operations.get_mut(*place) {
                change.column.default = default;
            }
        }
        Ok(())
    }

    /// From where the batch was opened to its last call: its statements are made of all of them.
    fn place(&self, interp: &mut Interpreter<'_>) -> Span {
        let last = world::place(interp);
        let is_before = self.opened.source == last.source && self.opened.start <= last.start;
        if is_before { Span { end: last.end.max(self.opened.end), ..self.opened } } else { last }
    }
}
