//! PostgreSQL through the `postgres` crate, in the simple protocol: values come as the server prints them, so
//! none is changed on its way.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use ::postgres::config::SslMode;
use ::postgres::error::{DbError, ErrorPosition};
use ::postgres::types::Type;
use ::postgres::{Client, Config, Error, SimpleQueryMessage, SimpleQueryRow};
use retort_core::database::{Database, DatabaseError, ResultSet, Row, TextKind, Value};
use retort_core::dialect::Capabilities;
use retort_core::operation::{CopyData, copy_data};
use retort_core::source::DialectKind;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::{Engine, Place, ServerUrl, Tls};

/// A connection to a PostgreSQL server.
pub struct Postgres {
    client: Client,
    version: String,
    number: u32,
}

impl Postgres {
    /// Connects.
    ///
    /// # Errors
    /// [`DatabaseError`], `unreachable`: the server is not there or does not let us in.
    pub fn connect(url: &ServerUrl) -> Result<Postgres, DatabaseError> {
        let config = config(url);
        let tls = MakeRustlsConnect::new(client_config(url.tls)?);
        let client = config.connect(tls).map_err(|error| unreachable(describe(&error, "")))?;
        let mut postgres = Postgres { client, version: String::new(), number: 0 };
        let rows = postgres
            .query("SELECT current_setting('server_version_num'), current_setting('server_version')")
            .map_err(unreachable)?;
        let texts: Vec<&str> = rows.iter().flatten().filter_map(Value::as_str).collect();
        postgres.number = texts.first().and_then(|text| text.parse().ok()).unwrap_or(0);
        // "15.18 (Debian 15.18-0+deb12u1)": the first word is the version.
        let words = texts.get(1).and_then(|text| text.split(' ').next());
        postgres.version = format!("PostgreSQL {}", words.unwrap_or("?"));
        Ok(postgres)
    }

    /// The names and types of the columns that a statement gives.
    fn columns(&mut self, sql: &str) -> Result<Vec<(String, Type)>, DatabaseError> {
        let statement = self.client.prepare(sql).map_err(|error| self.told(&error, sql))?;
        let columns = statement.columns().iter();
        Ok(columns.map(|column| (column.name().to_owned(), column.type_().clone())).collect())
    }

    /// Runs a COPY and hands its lines over.
    fn copy(&mut self, copy: &CopyData<'_>) -> Result<u64, DatabaseError> {
        let done = self.client.copy_in(copy.head).and_then(|mut writer| {
            match writer.write_all(copy.data.as_bytes()).map_err(io::Error::downcast::<Error>) {
                Err(Ok(error)) => Err(error),
                // The lines are kept in memory until then: what else can go wrong is told at the end.
                Ok(()) | Err(Err(_)) => writer.finish(),
            }
        });
        done.map_err(|error| {
            let mut told = self.told(&error, copy.head);
            // `COPY t, line 2, column a: "x"`
            if let Some(place) = error.as_db_error().and_then(DbError::where_) {
                told.message.push_str(&format!(" ({place})"));
            }
            told
        })
    }

    fn told(&self, error: &Error, sql: &str) -> DatabaseError {
        let told = describe(error, sql);
        if self.client.is_closed() { unreachable(told) } else { told }
    }
}

/// What the crate needs to know.
fn config(url: &ServerUrl) -> Config {
    let mut config = Config::new();
    config.connect_timeout(url.timeout).application_name("retort");
    config.ssl_mode(match url.tls {
        Tls::Disable => SslMode::Disable,
        Tls::Prefer => SslMode::Prefer,
        Tls::Require | Tls::VerifyFull => SslMode::Require,
    });
    let port = match &url.place {
        Place::Tcp { host, port } => {
            config.host(host);
            *port
        }
        Place::Socket { path, port } => {
            folder(&mut config, path);
            *port
        }
        Place::Usual { port } => {
            // Where Debian's and where PostgreSQL's own programs look.
            let usual = ["/var/run/postgresql", "/tmp"].map(Path::new);
            let socket = format!(".s.PGSQL.{}", port.unwrap_or(5432));
            match usual.into_iter().find(|folder| folder.join(&socket).exists()) {
                Some(path) => folder(&mut config, path),
                None => drop(config.host("localhost")),
            }
            *port
        }
    };
    config.port(port.unwrap_or(5432));
    if let Some(user) = &url.user {
        config.user(user);
    }
    if let Some(password) = &url.password {
        config.password(password);
    }
    if let Some(database) = &url.database {
        config.dbname(database);
    }
    if let Some(options) = &url.options {
        config.options(options);
    }
    config
}

#[cfg(unix)]
fn folder(config: &mut Config, path: &Path) {
    config.host_path(path);
}

#[cfg(not(unix))]
fn folder(config: &mut Config, path: &Path) {
    config.host(&path.to_string_lossy());
}

fn client_config(tls: Tls) -> Result<ClientConfig, DatabaseError> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| fault(error.to_string()))?;
    Ok(match tls {
        Tls::VerifyFull => {
            let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
            builder.with_root_certificates(roots).with_no_client_auth()
        }
        Tls::Disable | Tls::Prefer | Tls::Require => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
            .with_no_client_auth(),
    })
}

/// `prefer` and `require` encrypt, and ask no more (PostgreSQL 18, 32.19.3).
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

fn fault(message: String) -> DatabaseError {
    DatabaseError { message, code: String::new(), offset: None, unreachable: true }
}

fn unreachable(error: DatabaseError) -> DatabaseError {
    DatabaseError { unreachable: true, ..error }
}

/// The server's words, its SQLSTATE, and the byte it points at.
fn describe(error: &Error, sql: &str) -> DatabaseError {
    let Some(told) = error.as_db_error() else {
        let mut message = error.to_string();
        // The crate's own errors say what was tried; their cause says why it failed.
        if let Some(cause) = std::error::Error::source(error).map(ToString::to_string)
            && !message.contains(&cause)
        {
            message = format!("{message}: {cause}");
        }
        return DatabaseError { message, code: String::new(), offset: None, unreachable: error.is_closed() };
    };
    let mut message = told.message().to_owned();
    for more in [told.detail(), told.hint()].into_iter().flatten() {
        message.push_str(&format!(" ({})", more.trim_end_matches('.')));
    }
    let offset = match told.position() {
        // Characters from 1.
        Some(ErrorPosition::Original(at)) => {
            sql.char_indices().nth((*at as usize).saturating_sub(1)).map(|(byte, _)| byte)
        }
        Some(ErrorPosition::Internal { .. }) | None => None,
    };
    let code = told.code().code().to_owned();
    // Class 08: the connection; 57P01 to 57P03: the server goes down or is not up.
    let unreachable = code.starts_with("08") || matches!(code.as_str(), "57P01" | "57P02" | "57P03");
    DatabaseError { message, code, offset, unreachable }
}

fn row(row: &SimpleQueryRow, types: &[Type]) -> Row {
    (0..row.len())
        .map(|at| match row.get(at) {
            None => Value::Null,
            Some(text) => value(text, types.get(at)),
        })
        .collect()
}

/// A value from the server's text. What has no exact form of its own (numeric, dates, arrays, …) stays text.
fn value(text: &str, kind: Option<&Type>) -> Value {
    let parsed = match kind.cloned() {
        Some(Type::INT2 | Type::INT4 | Type::INT8 | Type::OID) => text.parse().ok().map(Value::Integer),
        Some(Type::FLOAT4 | Type::FLOAT8) => text.parse().ok().map(Value::Real),
        Some(Type::BYTEA) => bytes(text).map(Value::Blob),
        _ => None,
    };
    parsed.unwrap_or_else(|| Value::Text(text.to_owned()))
}

fn kind(kind: &Type) -> TextKind {
    match *kind {
        Type::BOOL => TextKind::Boolean,
        Type::NUMERIC => TextKind::Numeric,
        Type::DATE => TextKind::Date,
        Type::TIME | Type::TIMETZ => TextKind::Time,
        Type::TIMESTAMP | Type::TIMESTAMPTZ => TextKind::DateTime,
        Type::JSON | Type::JSONB => TextKind::Json,
        Type::UUID => TextKind::Uuid,
        Type::INT2_ARRAY | Type::INT4_ARRAY | Type::INT8_ARRAY => TextKind::Integers,
        Type::TEXT_ARRAY | Type::VARCHAR_ARRAY | Type::NAME_ARRAY => TextKind::Texts,
        _ => TextKind::Plain,
    }
}

/// `\x00ff`
fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("\\x")?.as_bytes();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits.chunks(2).map(byte).collect()
}

impl Database for Postgres {
    fn dialect(&self) -> DialectKind {
        DialectKind::Postgres
    }

    fn version(&self) -> String {
        self.version.clone()
    }

    fn execute(&mut self, sql: &str) -> Result<u64, DatabaseError> {
        if let Some(copy) = copy_data(sql) {
            return self.copy(&copy);
        }
        let messages = self.client.simple_query(sql).map_err(|error| self.told(&error, sql))?;
        let changed = messages.iter().filter_map(|message| match message {
            SimpleQueryMessage::CommandComplete(rows) => Some(*rows),
            _ => None,
        });
        Ok(changed.sum())
    }

    fn select(&mut self, sql: &str) -> Result<ResultSet, DatabaseError> {
        let (columns, types): (Vec<String>, Vec<Type>) = self.columns(sql)?.into_iter().unzip();
        let messages = self.client.simple_query(sql).map_err(|error| self.told(&error, sql))?;
        let rows = messages.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(found) => Some(row(found, &types)),
            _ => None,
        });
        let rows = rows.collect();
        let kinds = types.iter().map(kind).collect();
        Ok(ResultSet { columns, kinds, rows })
    }
}

impl Engine for Postgres {
    fn capabilities(&self) -> Capabilities {
        Capabilities::postgres(self.number / 10_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_what_the_server_printed() {
        assert_eq!(value("7", Some(&Type::INT8)), Value::Integer(7));
        assert_eq!(value("0.10", Some(&Type::NUMERIC)), Value::Text("0.10".into()));
        assert_eq!(value("NaN", Some(&Type::DATE)), Value::Text("NaN".into()));
        assert_eq!(value("\\x00fF", Some(&Type::BYTEA)), Value::Blob(vec![0, 255]));
        assert_eq!(value("\\xg", Some(&Type::BYTEA)), Value::Text("\\xg".into()));
    }
}
