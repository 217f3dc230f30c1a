//! PostgreSQL and MariaDB for tests: unprivileged, on sockets in a folder of their own, quick rather than safe.
//!
//! They end with this program, however it ends: the kernel signals them when their parent is gone.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::install;
use crate::tools::{MARIADB, POSTGRES, mariadb_program, postgres_program};
use crate::workbench::Workbench;

const POSTGRES_URL: &str = "RETORT_TEST_POSTGRES_URL";
const MYSQL_URL: &str = "RETORT_TEST_MYSQL_URL";

/// User, password and database of both.
const NAME: &str = "retort";

/// Longest wait for a server to answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Sockets have names of up to 107 bytes; what the servers add to the folder's needs some of them.
const LONGEST_FOLDER: usize = 70;

/// Servers under way.
pub(crate) struct Running {
    servers: Vec<Server>,
    folder: PathBuf,
}

struct Server {
    variable: &'static str,
    url: String,
    /// None for one that was running already.
    process: Option<Child>,
    /// What ends it without waiting for its clients.
    signal: &'static str,
}

impl Running {
    /// The addresses, for the tests.
    pub(crate) fn environment(&self) -> Vec<(&'static str, &str)> {
        self.servers.iter().map(|server| (server.variable, server.url.as_str())).collect()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        for server in &mut self.servers {
            let Some(process) = &mut server.process else { continue };
            let id = process.id().to_string();
            let asked = Command::new("kill").args(["-s", server.signal, &id]).status();
            if !asked.is_ok_and(|status| status.success()) {
                let _ = process.kill();
            }
            let _ = process.wait();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// `cargo xtask servers`
pub(crate) fn serve(bench: &mut Workbench) -> Result<()> {
    install::prepare(bench, &[&POSTGRES, &MARIADB])?;
    let mut running = start(bench)?;
    println!();
    for (variable, url) in running.environment() {
        println!("export {variable}='{url}'");
    }
    println!("\nBoth run until Ctrl+C");
    for server in &mut running.servers {
        if let Some(process) = &mut server.process {
            process.wait()?;
        }
    }
    Ok(())
}

/// Starts both, but for those whose address is in the environment already.
pub(crate) fn start(bench: &Workbench) -> Result<Running> {
    let user = User::of(bench);
    let folder = folder(bench, &user)?;
    let mut running = Running { servers: Vec::new(), folder };
    for (variable, start) in [(POSTGRES_URL, postgres as Start), (MYSQL_URL, mariadb as Start)] {
        let server = match bench.variable(variable).and_then(|url| url.into_string().ok()) {
            Some(url) => Server { variable, url, process: None, signal: "" },
            None => start(bench, &user, &running.folder)?,
        };
        running.servers.push(server);
    }
    Ok(running)
}

type Start = fn(&Workbench, &User, &Path) -> Result<Server>;

fn postgres(bench: &Workbench, user: &User, folder: &Path) -> Result<Server> {
    let program = |name: &str| postgres_program(bench, name).with_context(|| format!("there is no {name}"));
    let data = folder.join("postgres");
    let password = folder.join("password");
    fs::write(&password, NAME)?;
    user.own(&password)?;
    let mut initdb = user.command(bench, &program("initdb")?);
    initdb.args(["--username", NAME, "--auth-local", "trust", "--auth-host", "scram-sha-256"]);
    initdb.args(["--no-sync", "--no-instructions", "--encoding", "UTF8", "--locale", "C.UTF-8"]);
    initdb.arg("--pwfile").arg(&password).arg("--pgdata").arg(&data);
    quietly(&mut initdb)?;
    let port = free_port()?;
    let mut server = user.server(bench, &program("postgres")?, "INT");
    server.arg("-D").arg(&data).arg("-k").arg(folder).args(["-p", &port.to_string()]);
    for setting in
        ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=127.0.0.1"]
    {
        server.args(["-c", setting]);
    }
    let process = spawn(&mut server, &folder.join("postgres.log"))?;
    let url = format!("postgres://{NAME}:{NAME}@/postgres?host={}&port={port}", folder.display());
    let mut server = Server { variable: POSTGRES_URL, url, process: Some(process), signal: "INT" };
    let ready = program("pg_isready").or_else(|_| program("psql"))?;
    wait_for(&mut server, &folder.join("postgres.log"), || {
        let mut ask = bench.command(&ready.to_string_lossy(), &["-q", "-d", "postgres"]);
        ask.arg("-h").arg(folder).args(["-p", &port.to_string(), "-U", NAME]);
        ask
    })?;
    Ok(server)
}

fn mariadb(bench: &Workbench, user: &User, folder: &Path) -> Result<Server> {
    let data = folder.join("mariadb");
    let install = bench.find("mariadb-install-db").context("there is no mariadb-install-db")?;
    let mut install = user.command(bench, &install);
    install.args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"]);
    install.arg(format!("--datadir={}", data.display()));
    quietly(&mut install)?;
    let first = folder.join("mariadb.sql");
    let hosts = ["localhost", "%"];
    let users = hosts.map(|host| {
        format!(
            "CREATE USER '{NAME}'@'{host}' IDENTIFIED BY '{NAME}';\nGRANT ALL ON *.* TO '{NAME}'@'{host}';\n"
        )
    });
    fs::write(&first, format!("CREATE DATABASE {NAME};\n{}", users.concat()))?;
    user.own(&first)?;
    let (port, socket) = (free_port()?, folder.join("mariadb.sock"));
    let mut server = user.server(bench, &mariadb_program(bench).context("there is no mariadbd")?, "TERM");
    server.args(["--no-defaults", "--bind-address=127.0.0.1", "--debug-no-sync", "--skip-log-bin"]);
    server.args(["--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0", "--innodb-fast-shutdown=2"]);
    server.arg(format!("--port={port}")).arg(format!("--datadir={}", data.display()));
    server.arg(format!("--socket={}", socket.display())).arg(format!("--init-file={}", first.display()));
    server.arg(format!("--pid-file={}", folder.join("mariadb.pid").display()));
    let process = spawn(&mut server, &folder.join("mariadb.log"))?;
    let url = format!("mysql://{NAME}:{NAME}@/{NAME}?socket={}", socket.display());
    let mut server = Server { variable: MYSQL_URL, url, process: Some(process), signal: "TERM" };
    wait_for(&mut server, &folder.join("mariadb.log"), || {
        let mut ask = bench.command("mariadb-admin", &["--no-defaults", "ping"]);
        ask.arg(format!("--socket={}", socket.display()));
        ask
    })?;
    Ok(server)
}

/// Who the servers run as: PostgreSQL refuses to be root.
struct User {
    name: Option<&'static str>,
    has_setpriv: bool,
}

impl User {
    fn of(bench: &Workbench) -> User {
        let is_root = bench.ask("id", &["-u"]).as_deref() == Some("0");
        User { name: is_root.then_some("nobody"), has_setpriv: bench.find("setpriv").is_some() }
    }

    /// A program of this user.
    fn command(&self, bench: &Workbench, program: &Path) -> Command {
        self.privileged(bench, program, &[])
    }

    /// A program of this user that gets a signal when we are gone.
    fn server(&self, bench: &Workbench, program: &Path, signal: &str) -> Command {
        self.privileged(bench, program, &["--pdeathsig", signal])
    }

    fn privileged(&self, bench: &Workbench, program: &Path, words: &[&str]) -> Command {
        let mut arguments = words.to_vec();
        let group = bench.ask("id", &["-g", self.name.unwrap_or("root")]).unwrap_or_default();
        if let Some(name) = self.name {
            arguments.extend(["--reuid", name, "--regid", &group, "--clear-groups"]);
        }
        if arguments.is_empty() || !self.has_setpriv {
            return bench.command(&program.to_string_lossy(), &[]);
        }
        let mut command = bench.command("setpriv", &arguments);
        command.arg("--").arg(program);
        command
    }

    /// Makes a file or folder this user's own.
    fn own(&self, path: &Path) -> Result<()> {
        let Some(name) = self.name else { return Ok(()) };
        let done = Command::new("chown").arg(name).arg(path).status().context("chown")?;
        if done.success() { Ok(()) } else { bail!("{} cannot be given to {name}", path.display()) }
    }
}

/// A fresh folder that the servers' user can reach: under `target`, else where the system keeps such things.
fn folder(bench: &Workbench, user: &User) -> Result<PathBuf> {
    let name = format!("servers-{}", std::process::id());
    let candidates = [bench.root.join("target"), std::env::temp_dir()].map(|parent| parent.join(&name));
    for folder in candidates.iter().filter(|folder| folder.as_os_str().len() <= LONGEST_FOLDER) {
        fs::create_dir_all(folder)?;
        user.own(folder)?;
        let mut reach = user.command(bench, Path::new("test"));
        if reach.arg("-w").arg(folder).status().is_ok_and(|status| status.success()) {
            return Ok(folder.clone());
        }
        fs::remove_dir_all(folder)?;
    }
    bail!("neither `target` nor the folder for temporary files can hold the servers' sockets")
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Runs a command whose output matters only when it fails.
fn quietly(command: &mut Command) -> Result<()> {
    let output = command.output().with_context(|| format!("could not start {:?}", command.get_program()))?;
    if !output.status.success() {
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        bail!("{command:?} ended with {}\n{out}{err}", output.status);
    }
    Ok(())
}

fn spawn(command: &mut Command, log: &Path) -> Result<Child> {
    let log = fs::File::create(log)?;
    let both = (log.try_clone()?, log);
    command.stdout(Stdio::from(both.0)).stderr(Stdio::from(both.1));
    command.spawn().with_context(|| format!("could not start {:?}", command.get_program()))
}

/// Waits until a question to the server succeeds.
fn wait_for(server: &mut Server, log: &Path, ask: impl Fn() -> Command) -> Result<()> {
    let start = Instant::now();
    loop {
        let answered = ask().stdout(Stdio::null()).stderr(Stdio::null()).status()?;
        if answered.success() {
            return Ok(());
        }
        let ended = match &mut server.process {
            Some(process) => process.try_wait()?,
            None => None,
        };
        if ended.is_some() || start.elapsed() > PATIENCE {
            if let Some(process) = &mut server.process {
                let _ = process.kill();
            }
            let said = fs::read_to_string(log).unwrap_or_default();
            bail!("the server does not answer; it said:\n{said}");
        }
        sleep(Duration::from_millis(50));
    }
}
