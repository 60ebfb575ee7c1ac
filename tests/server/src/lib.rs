//! A server for tests that need to say what happens on the socket, to the byte: resets in the middle
//! of an event, chunked bodies without an end, headers that never come. It also serves the benchmark's
//! streams and the pages under test. `README.md` has its routes and the script format.
//!
//! HTTP/1.1 is written by hand over `TcpStream`, since a real server library keeps exactly these
//! faults from happening. HTTP/2, over TLS, is the crate `h2`'s, which has the frames in reach. Every
//! buffer, log and store has a bound.

mod app;
mod bench;
mod echo;
mod http;
mod numbered;
mod open;
mod random;
mod route;
mod script;
mod serve;
mod sink;
mod site;
mod store;
mod tls;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use tokio::net::TcpListener;

/// A server that is bound to a loopback port and does not answer yet.
pub struct Server {
    listener: TcpListener,
    app: Arc<app::App>,
    certificate: CertificateDer<'static>,
}

impl Server {
    /// Binds `port` (0: any free one) on 127.0.0.1. `site` is the folder served at `/site/`, if any.
    ///
    /// # Errors
    /// When the port is taken or not allowed, or no certificate can be made.
    pub async fn bind(port: u16, site: Option<PathBuf>) -> std::io::Result<Server> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let (tls, certificate) = tls::acceptor().map_err(std::io::Error::other)?;
        Ok(Server { listener, app: Arc::new(app::App::new(site, tls)), certificate })
    }

    /// The address that clients connect to.
    ///
    /// # Errors
    /// When the operating system can't tell.
    pub fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// The certificate for HTTP/2's TLS: made by this process, signed by itself.
    pub fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// Serves until the future is dropped.
    pub async fn run(self) {
        loop {
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    tokio::spawn(serve::serve(stream, self.app.clone()));
                }
                // Out of file descriptors, most likely: connections that end will free some.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }
}
