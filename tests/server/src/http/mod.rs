//! As much of HTTP/1.1 as browsers need, with the socket in reach, and HTTP/2 by the crate `h2`.

mod body;
mod compress;
mod connection;
mod head;
mod http1;
mod http2;
mod request;

pub use body::{Body, Cut, CutBy, Framing};
pub use compress::Encoding;
pub use connection::Connection;
pub use head::Head;
pub use http1::Socket;
pub use http2::{Exchange, Order};
pub use request::Request;

/// Why a response goes no further. What it means for the connection is `serve`'s to do.
#[derive(Debug)]
pub enum Stop {
    /// The client closed its side, or reset the connection or the stream.
    ClientGone,
    /// Close the socket (FIN), whatever the response still owes.
    Close,
    /// Reset the connection (RST), or over HTTP/2 the stream, with this code (RST_STREAM).
    Reset(h2::Reason),
    /// GOAWAY with an error ends the connection, and all streams with it.
    GoneAway,
    /// The body has come to where it is to be cut.
    Cut,
    /// Nothing was written yet: answer with this status and this text.
    Refused(u16, String),
}

/// A refusal for a request that makes no sense.
pub fn bad_request(message: impl Into<String>) -> Stop {
    Stop::Refused(400, message.into())
}
