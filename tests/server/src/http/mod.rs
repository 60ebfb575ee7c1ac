//! As much of HTTP/1.1 as browsers need, with the socket in reach.

mod body;
mod connection;
mod head;
mod request;

pub use body::{Body, Framing};
pub use connection::Connection;
pub use head::Head;
pub use request::Request;

/// Why a response goes no further. What it means for the socket is `route::serve`'s to do.
#[derive(Debug)]
pub enum Stop {
    /// The client closed its side, or reset the connection.
    ClientGone,
    /// Close the socket (FIN), whatever the response still owes.
    Close,
    /// Reset the connection (RST).
    Reset,
    /// Nothing was written yet: answer with this status and this text.
    Refused(u16, String),
}

/// A refusal for a request that makes no sense.
pub fn bad_request(message: impl Into<String>) -> Stop {
    Stop::Refused(400, message.into())
}
