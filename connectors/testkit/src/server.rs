use std::fs;
use std::io;
use std::net::TcpListener;
use std::os::unix::fs::{chown, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rapidbyte_pg::{Client, ConnectOptions, SslMode};

use crate::tcp::Tcp;

/// The role that owns the server; it authenticates by trust.
pub const SUPERUSER: &str = "rapid";

/// The database that every server has.
pub const DATABASE: &str = "postgres";

/// `nobody`: a server refuses to run as root.
const UNPRIVILEGED: u32 = 65_534;

const START_TIMEOUT: Duration = Duration::from_secs(30);

/// Whom the server lets in, first match wins. Roles of these names carry the method in their name.
const HBA: &str = "\
host all trust_user 127.0.0.1/32 trust
host all cleartext_user 127.0.0.1/32 password
host all md5_user 127.0.0.1/32 md5
host all scram_user 127.0.0.1/32 scram-sha-256
hostssl all tls_user 127.0.0.1/32 trust
host all rejected_user 127.0.0.1/32 reject
host all rapid 127.0.0.1/32 trust
";

/// A running server.
pub struct Server {
    child: Child,
    directory: PathBuf,
    port: u16,
}

impl Server {
    /// Starts a server, by default without TLS. The binaries are those of `PG_BIN`, else of the
    /// newest Debian package.
    pub fn start() -> Server {
        Server::start_with(&[])
    }

    /// Starts a server with further `postgresql.conf` lines.
    pub fn start_with(settings: &[&str]) -> Server {
        Server::launch(settings, false)
    }

    /// Starts a server that offers TLS with a self-signed certificate made by `openssl`.
    pub fn start_with_tls() -> Server {
        Server::launch(&["ssl = on"], true)
    }

    fn launch(settings: &[&str], tls: bool) -> Server {
        let directory = fresh_directory();
        let data = directory.join("data");
        run(
            bin("initdb"),
            &["-D", path(&data), "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"],
        );
        let port = free_port();
        let mut conf = format!(
            "port = {port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\n\
             fsync = off\nshared_buffers = 64MB\nmax_connections = 50\npassword_encryption = 'scram-sha-256'\n\
             log_min_messages = fatal\n"
        );
        for line in settings {
            conf.push_str(line);
            conf.push('\n');
        }
        fs::write(data.join("postgresql.conf"), conf).expect("postgresql.conf is written");
        fs::write(data.join("pg_hba.conf"), HBA).expect("pg_hba.conf is written");
        if tls {
            make_certificate(&data);
        }
        let log = fs::File::create(directory.join("log")).expect("the log is created");
        let child = unprivileged(bin("postgres"))
            .args(["-D", path(&data)])
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("the log is shared"))
            .stderr(log)
            .spawn()
            .expect("postgres starts");
        let mut server = Server { child, directory, port };
        server.await_ready();
        server
    }

    fn await_ready(&mut self) {
        let deadline = Instant::now() + START_TIMEOUT;
        loop {
            match Client::connect(&self.options(), || self.open()) {
                Ok(client) => return client.close().expect("the first session closes"),
                Err(error) if Instant::now() > deadline || self.has_ended() => {
                    let log = fs::read_to_string(self.directory.join("log")).unwrap_or_default();
                    panic!("the server does not start: {error}\n{log}");
                }
                Err(_) => thread::sleep(Duration::from_millis(20)),
            }
        }
    }

    fn has_ended(&mut self) -> bool {
        self.child.try_wait().is_ok_and(|status| status.is_some())
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Options of the superuser, without TLS.
    pub fn options(&self) -> ConnectOptions {
        let mut options = ConnectOptions::new("127.0.0.1", self.port, SUPERUSER, DATABASE);
        options.ssl_mode = SslMode::Disable;
        options
    }

    /// Opens a transport to the server.
    pub fn open(&self) -> io::Result<Tcp> {
        Tcp::connect("127.0.0.1", self.port)
    }

    /// A session of the superuser.
    pub fn client(&self) -> Client<Tcp> {
        self.client_with(&self.options())
    }

    /// A session with these options.
    pub fn client_with(&self, options: &ConnectOptions) -> Client<Tcp> {
        Client::connect(options, || self.open()).expect("the server takes the session")
    }

    /// Runs statements as the superuser; panics with the server's words if one fails.
    pub fn run(&self, sql: &str) {
        let mut client = self.client();
        if let Err(error) = client.execute(sql) {
            panic!("{error}\nin: {sql}");
        }
        client.close().expect("the session closes");
    }

    /// Ends the server at once, without letting sessions finish.
    pub fn kill(&mut self) {
        // SIGQUIT is the server's immediate shutdown; SIGKILL would leave its children running.
        let _ = Command::new("kill").args(["-QUIT", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if !self.has_ended() {
            self.kill();
        }
        let _ = fs::remove_dir_all(&self.directory);
    }
}

fn fresh_directory() -> PathBuf {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let name = format!("rapidbyte-pg-{}-{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
    let directory = std::env::temp_dir().join(name);
    fs::create_dir_all(&directory).expect("a temporary directory is created");
    if is_root() {
        chown(&directory, Some(UNPRIVILEGED), Some(UNPRIVILEGED)).expect("the directory is handed over");
    }
    directory
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.local_addr().expect("the port is known").port()
}

fn bin(name: &str) -> PathBuf {
    if let Some(folder) = std::env::var_os("PG_BIN") {
        return Path::new(&folder).join(name);
    }
    let mut installed: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .map(|entries| {
            entries
                .flatten()
                .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path())))
                .collect()
        })
        .unwrap_or_default();
    installed.sort();
    let (_, newest) = installed.pop().expect("set PG_BIN to the folder of PostgreSQL's binaries");
    newest.join("bin").join(name)
}

fn unprivileged(program: PathBuf) -> Command {
    let mut command = Command::new(program);
    command.current_dir("/");
    if is_root() {
        command.uid(UNPRIVILEGED).gid(UNPRIVILEGED);
    }
    command
}

fn run(program: PathBuf, arguments: &[&str]) {
    let output = unprivileged(program.clone()).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    assert!(output.status.success(), "{}: {}", program.display(), String::from_utf8_lossy(&output.stderr));
}

fn make_certificate(data: &Path) {
    let (key, certificate) = (data.join("server.key"), data.join("server.crt"));
    let arguments = [
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
        "-keyout",
        path(&key),
        "-out",
        path(&certificate),
    ];
    run(PathBuf::from("openssl"), &arguments);
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("the key is made private");
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a temporary path is UTF-8")
}
