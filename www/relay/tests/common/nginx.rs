//! A real nginx with the configuration of `deploy/nginx.conf`, on free ports.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};

use reqwest::{Certificate, Client};
use tokio::process::{Child, Command};

use super::{free_port, until};

const CONFIG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/nginx.conf");

/// Runs until it is dropped.
pub struct Nginx {
    pub url: String,
    /// Trusts its certificate, and speaks HTTP/2 with it.
    pub client: Client,
    certificate: Certificate,
    folder: PathBuf,
    _process: Child,
}

impl Nginx {
    /// In front of these replicas, each such as `http://127.0.0.1:8787`.
    pub async fn start(replicas: &[&str]) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder =
            std::env::temp_dir().join(format!("relay-nginx-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        std::fs::write(folder.join("cert.pem"), made.cert.pem()).unwrap();
        std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
        let port = free_port();
        std::fs::write(folder.join("relay.conf"), configuration(replicas, port)).unwrap();
        std::fs::write(folder.join("nginx.conf"), MAIN).unwrap();

        let tested = nginx(&folder).arg("-t").output().await;
        let tested = tested.expect("nginx is installed: cargo xtask setup does that");
        let said = String::from_utf8_lossy(&tested.stderr);
        assert!(tested.status.success(), "nginx does not accept the configuration: {said}");
        assert!(!said.contains("[warn]"), "{said}");
        let process = nginx(&folder).kill_on_drop(true).stderr(Stdio::null()).spawn().unwrap();

        drop(rustls::crypto::ring::default_provider().install_default());
        let certificate = Certificate::from_pem(made.cert.pem().as_bytes()).unwrap();
        let client = trusting(&certificate);
        let url = format!("https://localhost:{port}");
        until(async || client.get(format!("{url}/healthz")).send().await.ok()).await;
        Self { url, client, certificate, folder, _process: process }
    }
}

impl Nginx {
    /// What it has logged of the requests so far.
    pub fn access_log(&self) -> String {
        std::fs::read_to_string(self.folder.join("access.log")).unwrap()
    }

    /// A client as the one there is, with a connection of its own: one takes 128 streams.
    pub fn another_client(&self) -> Client {
        trusting(&self.certificate)
    }
}

fn trusting(certificate: &Certificate) -> Client {
    Client::builder().no_proxy().tls_certs_only([certificate.clone()]).build().unwrap()
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // What is left in the temporary folder does no harm.
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

/// What is around the relay's configuration. One process, so that it ends when it is killed.
const MAIN: &str = "
    daemon off;
    master_process off;
    pid nginx.pid;
    error_log stderr warn;
    events { worker_connections 4096; }
    http {
        access_log off;
        # So that it is the configuration that does not buffer.
        proxy_ignore_headers X-Accel-Buffering;
        client_body_temp_path body;
        proxy_temp_path proxy;
        fastcgi_temp_path fastcgi;
        uwsgi_temp_path uwsgi;
        scgi_temp_path scgi;
        include relay.conf;
    }
";

/// The configuration with what it says has to be changed.
fn configuration(replicas: &[&str], port: u16) -> String {
    let config = std::fs::read_to_string(CONFIG).unwrap();
    let server = "    server 127.0.0.1:8787 max_fails=1 fail_timeout=2s;\n";
    let servers: String = replicas
        .iter()
        .map(|url| server.replace("127.0.0.1:8787", url.strip_prefix("http://").unwrap()))
        .collect();
    let mut changed = config;
    for (line, instead) in [
        (server, servers.as_str()),
        ("listen 443", &format!("listen 127.0.0.1:{port}")),
        ("/var/log/nginx/sluicegate.log", "access.log"),
        ("/etc/ssl/relay.example.com.pem", "cert.pem"),
        ("/etc/ssl/private/relay.example.com.key", "key.pem"),
        ("relay.example.com", "localhost"),
    ] {
        assert!(changed.contains(line), "deploy/nginx.conf has no {line:?}");
        changed = changed.replace(line, instead);
    }
    changed
}

fn nginx(folder: &PathBuf) -> Command {
    let mut command = Command::new("nginx");
    // Debian has it where only root looks.
    let path = std::env::var("PATH").unwrap_or_default();
    command.env("PATH", format!("{path}:/usr/sbin")).arg("-p").arg(folder);
    command.args(["-e", "stderr", "-c", "nginx.conf"]).stdin(Stdio::null());
    command
}
