//! Addresses of servers: `postgres://user:password@host:port/database?option=value`, with `SQLAlchemy`'s
//! `+driver` behind the scheme.
//!
//! A password is held in a [`ServerUrl`] and shown nowhere: not by `Debug`, not by a fault.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use retort_core::source::DialectKind;

/// Where a server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A host and a port.
    Tcp {
        /// Its name or number.
        host: String,
        /// None for the usual one of the server.
        port: Option<u16>,
    },
    /// MySQL: the socket; PostgreSQL: the folder of the socket, whose name has the port in it.
    Socket {
        /// The socket or its folder.
        path: PathBuf,
        /// Part of the name of PostgreSQL's socket.
        port: Option<u16>,
    },
    /// Not said: where the server's own programs would look.
    Usual {
        /// The port, where only that was said.
        port: Option<u16>,
    },
}

/// Whether the connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// Never.
    Disable,
    /// When the server can.
    Prefer,
    /// Always; whose certificate it is, is not asked.
    Require,
    /// Always, and the certificate must be the host's, signed by a known authority.
    VerifyFull,
}

/// The address of a database on a server.
#[derive(Clone, PartialEq, Eq)]
pub struct ServerUrl {
    /// Whose server it is.
    pub dialect: DialectKind,
    /// Who connects; the person's own name when it is not said.
    pub user: Option<String>,
    /// The secret.
    pub(crate) password: Option<String>,
    /// Where.
    pub place: Place,
    /// Which database; the server's own choice when it is not said.
    pub database: Option<String>,
    /// Whether encrypted.
    pub tls: Tls,
    /// How long to wait for the connection.
    pub timeout: Duration,
    /// PostgreSQL: settings of the session (`-c search_path=app`).
    pub options: Option<String>,
}

impl fmt::Debug for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe())
    }
}

/// Why an address cannot be read. Nothing of the address is repeated but the name of an option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlFault(pub String);

impl fmt::Display for UrlFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UrlFault {}

/// Options of clients in other languages that change nothing about where and how we connect.
const WITHOUT_MEANING: [&str; 13] = [
    "application_name",
    "autocommit",
    "charset",
    "connection_limit",
    "local_infile",
    "pgbouncer",
    "pool_timeout",
    "prepared_statement_cache_size",
    "prepared_statement_name_func",
    "serverversion",
    "statement_cache_size",
    "target_session_attrs",
    "use_unicode",
];

/// Half a minute: a server that wakes up answers by then.
const TIMEOUT: Duration = Duration::from_secs(30);

impl ServerUrl {
    /// Reads an address.
    ///
    /// # Errors
    /// [`UrlFault`] when it is no address of a server that is known.
    pub fn parse(url: &str) -> Result<ServerUrl, UrlFault> {
        let (scheme, rest) = url.split_once("://").ok_or_else(|| fault("it has no `scheme://`"))?;
        let product = scheme.split('+').next().unwrap_or(scheme);
        let dialect = DialectKind::from_name(product)
            .filter(|dialect| *dialect != DialectKind::Sqlite)
            .ok_or_else(|| fault("it begins with no scheme of a server that is known"))?;
        let (login, rest) = split_login(rest);
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (host, database) = rest.split_once('/').unwrap_or((rest, ""));
        let mut url = ServerUrl {
            dialect,
            user: None,
            password: None,
            place: Place::Usual { port: None },
            database: some(decode(database)?),
            tls: Tls::Prefer,
            timeout: TIMEOUT,
            options: None,
        };
        if let Some(login) = login {
            let (user, password) =
                login.split_once(':').map_or((login, None), |(user, password)| (user, Some(password)));
            url.user = some(decode(user)?);
            url.password = password.map(decode).transpose()?.and_then(some);
        }
        let (host, port) = host_and_port(host)?;
        let mut parts = Parts { host: some(decode(host)?), port, socket: None };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            url.option(&decode(name)?, &decode(value)?, &mut parts)?;
        }
        url.place = parts.place();
        Ok(url)
    }

    /// One `name=value` behind the question mark.
    fn option(&mut self, name: &str, value: &str, parts: &mut Parts) -> Result<(), UrlFault> {
        let postgres = self.dialect == DialectKind::Postgres;
        match name.to_ascii_lowercase().as_str() {
            "host" if postgres => parts.host = some(value.to_owned()),
            "port" => parts.port = Some(port(value)?),
            "user" => self.user = some(value.to_owned()),
            "password" => self.password = some(value.to_owned()),
            "dbname" | "database" => self.database = some(value.to_owned()),
            "socket" | "unix_socket" if !postgres => parts.socket = some(value.to_owned()),
            "sslmode" | "ssl-mode" | "ssl_mode" | "ssl" => self.tls = tls(name, value)?,
            "connect_timeout" => {
                let seconds =
                    value.parse().map_err(|_| fault("`connect_timeout` is no number of seconds"))?;
                self.timeout = if seconds == 0 { TIMEOUT } else { Duration::from_secs(seconds) };
            }
            "options" if postgres => self.options = some(value.to_owned()),
            known if WITHOUT_MEANING.contains(&known) => {}
            _ if name.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c)) => {
                return Err(fault(format!("its option `{name}` is not understood")));
            }
            _ => return Err(fault("one of its options is not understood")),
        }
        Ok(())
    }

    /// The address for people: without the password.
    pub fn describe(&self) -> String {
        let user = self.user.as_deref().map(|user| format!("{user}@")).unwrap_or_default();
        let database = self.database.as_deref().unwrap_or("");
        let port = |port: &Option<u16>| port.map(|port| format!(":{port}")).unwrap_or_default();
        let place = match &self.place {
            Place::Tcp { host, port: number } if host.contains(':') => format!("[{host}]{}", port(number)),
            Place::Tcp { host, port: number } => format!("{host}{}", port(number)),
            Place::Usual { port: number } => port(number),
            Place::Socket { path, .. } => {
                return format!(
                    "{}://{user}/{database} at the socket {}",
                    self.dialect.name(),
                    path.display()
                );
            }
        };
        format!("{}://{user}{place}/{database}", self.dialect.name())
    }
}

/// What says where the server is, until all of it is read.
struct Parts {
    host: Option<String>,
    port: Option<u16>,
    socket: Option<String>,
}

impl Parts {
    fn place(self) -> Place {
        let Parts { host, port, socket } = self;
        match (socket, host) {
            (Some(path), _) => Place::Socket { path: path.into(), port },
            // libpq: a host that begins with a stroke is the folder of the socket (PostgreSQL 18, 32.1.2).
            (None, Some(path)) if path.starts_with('/') => Place::Socket { path: path.into(), port },
            (None, Some(host)) => Place::Tcp { host, port },
            (None, None) => Place::Usual { port },
        }
    }
}

/// Parts the login from the rest. A password that was not encoded may hold `@`, or `/` (`SQLAlchemy` takes that).
fn split_login(rest: &str) -> (Option<&str>, &str) {
    let end = rest.find('?').unwrap_or(rest.len());
    let authority = rest[..end].find('/').unwrap_or(end);
    let at = rest[..authority].rfind('@').or_else(|| {
        let colon = rest[..authority].find(':')?;
        let login = rest[..end].find('@')?;
        (colon < login).then_some(login)
    });
    at.map_or((None, rest), |at| (Some(&rest[..at]), &rest[at + 1..]))
}

fn host_and_port(text: &str) -> Result<(&str, Option<u16>), UrlFault> {
    if text.contains(',') {
        return Err(fault("it names several hosts: name one"));
    }
    if let Some(rest) = text.strip_prefix('[') {
        let (host, rest) = rest.split_once(']').ok_or_else(|| fault("a `[` in it is not closed"))?;
        let number = rest.strip_prefix(':').map(port).transpose()?;
        return Ok((host, number));
    }
    match text.rsplit_once(':') {
        Some((host, "")) => Ok((host, None)),
        Some((host, number)) => Ok((host, Some(port(number)?))),
        None => Ok((text, None)),
    }
}

fn port(text: &str) -> Result<u16, UrlFault> {
    text.parse().map_err(|_| fault("its port is no number up to 65535"))
}

/// libpq's words, MySQL's (`ssl-mode`), and true and false.
fn tls(name: &str, value: &str) -> Result<Tls, UrlFault> {
    match value.to_ascii_lowercase().replace('_', "-").as_str() {
        "disable" | "disabled" | "false" | "0" => Ok(Tls::Disable),
        "allow" | "prefer" | "preferred" => Ok(Tls::Prefer),
        "require" | "required" | "true" | "1" => Ok(Tls::Require),
        "verify-full" | "verify-identity" => Ok(Tls::VerifyFull),
        _ => Err(fault(format!("its `{name}` is none of disable, prefer, require, verify-full"))),
    }
}

fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

/// Takes off the percent encoding.
fn decode(text: &str) -> Result<String, UrlFault> {
    let broken =
        || fault("a `%` in it is not followed by two hexadecimal digits of UTF-8: write `%25` for it");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = behind.get(..2).and_then(|two| std::str::from_utf8(two).ok()).ok_or_else(broken)?;
        bytes.push(u8::from_str_radix(digits, 16).map_err(|_| broken())?);
        rest = &behind[2..];
    }
    String::from_utf8(bytes).map_err(|_| broken())
}

fn fault(message: impl Into<String>) -> UrlFault {
    UrlFault(format!("the address of the database cannot be read: {}", message.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, expected: (Option<&str>, Option<&str>, Place, Option<&str>)) {
        let (user, password, place, database) = expected;
        let read = ServerUrl::parse(url).unwrap();
        let found = (read.user.as_deref(), read.password.as_deref(), read.database.as_deref());
        assert_eq!(found, (user, password, database), "{url}");
        assert_eq!(read.place, place, "{url}");
    }

    fn tcp(host: &str, port: Option<u16>) -> Place {
        Place::Tcp { host: host.to_owned(), port }
    }

    fn socket(path: &str, port: Option<u16>) -> Place {
        Place::Socket { path: PathBuf::from(path), port }
    }

    #[test]
    fn addresses_are_read_as_their_own_clients_do() {
        let u = Some("u");
        check("postgres://u:p@h:5433/d", (u, Some("p"), tcp("h", Some(5433)), Some("d")));
        check("postgresql+psycopg2://u@h/d", (u, None, tcp("h", None), Some("d")));
        check("postgresql+asyncpg://u:@h", (u, None, tcp("h", None), None));
        check(
            "postgresql:///d?host=/run/pg&port=5433",
            (None, None, socket("/run/pg", Some(5433)), Some("d")),
        );
        check("postgresql://u@%2Frun%2Fpg:5/d", (u, None, socket("/run/pg", Some(5)), Some("d")));
        check("postgresql://", (None, None, Place::Usual { port: None }, None));
        check("postgresql://[::1]:5433/d", (None, None, tcp("::1", Some(5433)), Some("d")));
        check("postgresql://h/d?user=u&password=p%26q", (u, Some("p&q"), tcp("h", None), Some("d")));
        check("mysql://u:p%40%2f%25@h/d%20e", (u, Some("p@/%"), tcp("h", None), Some("d e")));
        check("mysql://u:p@w@h/d", (u, Some("p@w"), tcp("h", None), Some("d")));
        check("mariadb://u@/d?socket=/run/my.sock", (u, None, socket("/run/my.sock", None), Some("d")));
        check(
            "mysql+pymysql://u:p@h/d?unix_socket=/s&charset=utf8mb4",
            (u, Some("p"), socket("/s", None), Some("d")),
        );
    }

    #[test]
    fn a_stroke_in_a_password_is_taken() {
        check("mysql://u:a/b@h/d", (Some("u"), Some("a/b"), tcp("h", None), Some("d")));
    }

    #[test]
    fn encryption_is_what_the_address_says() {
        let tls = |url: &str| ServerUrl::parse(url).unwrap().tls;
        assert_eq!(tls("postgres://h/d"), Tls::Prefer);
        assert_eq!(tls("postgres://h/d?sslmode=verify-full"), Tls::VerifyFull);
        assert_eq!(tls("mysql://h/d?ssl-mode=VERIFY_IDENTITY"), Tls::VerifyFull);
        assert_eq!(tls("mysql://h/d?ssl-mode=DISABLED"), Tls::Disable);
        assert_eq!(tls("mysql://h/d?ssl=true"), Tls::Require);
    }

    #[test]
    fn faults_and_descriptions_hold_no_secret() {
        for url in [
            "secret",
            "oracle://u:secret@h/d",
            "postgres://u:secret@h:x/d",
            "postgres://u:secret%@h/d",
            "postgres://u:secret@h/d?sslmode=secret",
            "postgres://u:secret@h/d?secret%00=1",
            "postgres://u:secret@a,b/d",
            "mysql://u:secret@h/d?connect_timeout=secret",
        ] {
            let said = ServerUrl::parse(url).unwrap_err().to_string();
            assert!(!said.contains("secret"), "{url}: {said}");
        }
        let url = ServerUrl::parse("postgres://u:secret@h:1/d?password=secret").unwrap();
        assert_eq!(format!("{url:?}"), "postgresql://u@h:1/d");
    }
}
