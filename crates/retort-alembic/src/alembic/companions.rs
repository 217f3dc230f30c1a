//! Packages that migrations import besides SQLAlchemy and Alembic, as far as they use them.
//!
//! Each is Python of our own, interpreted like a module of the project: it says what the package would do to the
//! schema and to rows. What a text leaves out counts as not supported when it is asked for, never as absent.

use crate::python::Companions;

/// The modules by their dotted names; `.*` stands for a package and all that is in it.
pub(crate) const COMPANIONS: Companions = &[
    ("flask_appbuilder", include_str!("companions/flask_appbuilder.py")),
    ("flask_appbuilder.models.mixins", include_str!("companions/flask_appbuilder_models_mixins.py")),
    ("flask_appbuilder.utils.legacy", include_str!("companions/flask_appbuilder_utils_legacy.py")),
    ("flask_sqlalchemy", include_str!("companions/flask_sqlalchemy.py")),
    ("google.protobuf", include_str!("companions/google_protobuf.py")),
    ("google.protobuf.internal", include_str!("companions/google_protobuf_internal.py")),
    ("importlib.resources", include_str!("companions/importlib_resources.py")),
    ("importlib_resources", include_str!("companions/importlib_resources.py")),
    ("pkg_resources", include_str!("companions/pkg_resources.py")),
    ("dateutil.tz", include_str!("companions/dateutil_tz.py")),
    ("iso8601.*", include_str!("companions/iso8601.py")),
    ("pytz", include_str!("companions/pytz.py")),
    ("lazy_object_proxy", include_str!("companions/lazy_object_proxy.py")),
    ("neutron.db.migration", include_str!("companions/neutron_db_migration.py")),
    ("neutron.db.migration.cli", include_str!("companions/neutron_db_migration_cli.py")),
    ("neutron_lib.constants", include_str!("companions/neutron_lib_constants.py")),
    ("neutron_lib.db.constants", include_str!("companions/neutron_lib_db_constants.py")),
    ("octavia_lib.common.constants", include_str!("companions/octavia_lib_common_constants.py")),
    ("oslo_cache.core", include_str!("companions/oslo_configured.py")),
    ("oslo_config.cfg", include_str!("companions/oslo_config_cfg.py")),
    ("oslo_db.exception", include_str!("companions/oslo_db_exception.py")),
    ("oslo_db.sqlalchemy.models", include_str!("companions/oslo_db_sqlalchemy_models.py")),
    ("oslo_db.sqlalchemy.types", include_str!("companions/oslo_db_sqlalchemy_types.py")),
    ("oslo_db.sqlalchemy.enginefacade", include_str!("companions/oslo_db_sqlalchemy_enginefacade.py")),
    ("oslo_db.sqlalchemy.utils", include_str!("companions/oslo_db_sqlalchemy_utils.py")),
    ("oslo_log.log", include_str!("companions/oslo_log_log.py")),
    ("oslo_serialization.jsonutils", include_str!("companions/oslo_serialization_jsonutils.py")),
    ("oslo_utils.strutils", include_str!("companions/oslo_utils_strutils.py")),
    ("oslo_utils.timeutils", include_str!("companions/oslo_utils_timeutils.py")),
    ("oslo_utils.uuidutils", include_str!("companions/oslo_utils_uuidutils.py")),
    ("osprofiler.opts", include_str!("companions/oslo_configured.py")),
    ("packaging.version", include_str!("companions/packaging_version.py")),
    ("alembic_postgresql_enum", include_str!("companions/alembic_postgresql_enum.py")),
    ("alembic_utils.*", include_str!("companions/alembic_utils.py")),
    ("fastapi_users_db_sqlalchemy.*", include_str!("companions/fastapi_users_db_sqlalchemy.py")),
    ("sqlalchemy_utils.*", include_str!("companions/sqlalchemy_utils.py")),
    ("_sqlmodel", include_str!("companions/sqlmodel.py")),
    ("flask", include_str!("companions/flask.py")),
    ("glob", include_str!("companions/glob.py")),
    ("pendulum", include_str!("companions/pendulum.py")),
    ("sqlalchemy.ext.mutable", include_str!("companions/sqlalchemy_ext_mutable.py")),
    ("sqlalchemy.dialects.mssql", include_str!("companions/other_dialect.py")),
    ("sqlalchemy.dialects.mssql.base", include_str!("companions/other_dialect.py")),
    ("sqlalchemy.dialects.oracle", include_str!("companions/other_dialect.py")),
    ("werkzeug.security", include_str!("companions/werkzeug_security.py")),
];

#[cfg(test)]
mod tests;
