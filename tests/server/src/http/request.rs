//! A request, and how its bytes become one.

use std::borrow::Cow;
use std::str::FromStr;

use bytes::{Buf, BytesMut};
use h2::RecvStream;
use serde_json::{Map, Value};

use super::{Stop, bad_request};

/// Bytes of request line and headers.
const MAX_HEAD: usize = 64 * 1024;

/// Bytes of a request's body.
pub const MAX_BODY: usize = 32 * 1024 * 1024;

const MAX_HEADERS: usize = 128;

pub struct Request {
    pub method: String,
    /// Path and query, as they were sent.
    pub target: String,
    /// Names in lower case, in the order sent.
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub keep_alive: bool,
    /// `HTTP/1.1` or `HTTP/2`.
    pub protocol: &'static str,
}

/// How the end of a request's body is known.
pub enum BodyLength {
    Bytes(usize),
    Chunked,
}

impl Request {
    /// Takes a complete head off the front of `input`; none while it is incomplete.
    pub fn parse_head(input: &mut BytesMut) -> Result<Option<(Request, BodyLength)>, Stop> {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut parsed = httparse::Request::new(&mut headers);
        let length = match parsed.parse(input) {
            Ok(httparse::Status::Complete(length)) => length,
            Ok(httparse::Status::Partial) if input.len() < MAX_HEAD => return Ok(None),
            Ok(httparse::Status::Partial) | Err(httparse::Error::TooManyHeaders) => {
                return Err(Stop::Refused(431, "the request's headers are too large".into()));
            }
            Err(error) => return Err(bad_request(format!("not a request: {error}"))),
        };
        let text = |header: &httparse::Header| {
            (header.name.to_ascii_lowercase(), String::from_utf8_lossy(header.value).into_owned())
        };
        let mut request = Request {
            method: parsed.method.unwrap_or_default().to_owned(),
            target: parsed.path.unwrap_or_default().to_owned(),
            headers: parsed.headers.iter().map(text).collect(),
            body: Vec::new(),
            keep_alive: parsed.version == Some(1),
            protocol: "HTTP/1.1",
        };
        input.advance(length);
        if request.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close")) {
            request.keep_alive = false;
        }
        let body = request.body_length()?;
        Ok(Some((request, body)))
    }

    /// Reads a request's whole body from its stream of HTTP/2.
    pub async fn read_http2(request: http::Request<RecvStream>) -> Result<Request, Stop> {
        let (head, mut stream) = request.into_parts();
        let host = head.uri.authority().map(|host| ("host".to_owned(), host.to_string()));
        let sent = head.headers.iter().map(|(name, value)| {
            (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        });
        let mut body = Vec::new();
        while let Some(piece) = stream.data().await {
            let piece = piece.map_err(|_| Stop::ClientGone)?;
            if piece.len() > MAX_BODY - body.len() {
                return Err(Stop::Reset(h2::Reason::REFUSED_STREAM));
            }
            body.extend_from_slice(&piece);
            // It fails if the stream is over, and then there is no window to be opened.
            let _ = stream.flow_control().release_capacity(piece.len());
        }
        Ok(Request {
            method: head.method.to_string(),
            target: head.uri.path_and_query().map_or_else(String::new, ToString::to_string),
            headers: host.into_iter().chain(sent).collect(),
            body,
            keep_alive: true,
            protocol: "HTTP/2",
        })
    }

    fn body_length(&self) -> Result<BodyLength, Stop> {
        if self.header("transfer-encoding").is_some() {
            return Ok(BodyLength::Chunked);
        }
        let Some(length) = self.header("content-length") else { return Ok(BodyLength::Bytes(0)) };
        match length.parse() {
            Ok(length) if length <= MAX_BODY => Ok(BodyLength::Bytes(length)),
            Ok(_) => Err(too_large()),
            Err(_) => Err(bad_request(format!("not a content-length: {length}"))),
        }
    }

    /// Moves the body from the front of `input` as far as it is there; true at its end.
    pub fn take_body(&mut self, length: &BodyLength, input: &mut BytesMut) -> Result<bool, Stop> {
        match length {
            BodyLength::Bytes(length) => {
                let rest = (length - self.body.len()).min(input.len());
                self.body.extend_from_slice(&input.split_to(rest));
                Ok(self.body.len() == *length)
            }
            BodyLength::Chunked => self.take_chunks(input),
        }
    }

    fn take_chunks(&mut self, input: &mut BytesMut) -> Result<bool, Stop> {
        loop {
            let status = httparse::parse_chunk_size(input)
                .map_err(|_| bad_request("not a chunk of a chunked body"))?;
            let httparse::Status::Complete((head, size)) = status else { return Ok(false) };
            let size = usize::try_from(size).unwrap_or(usize::MAX);
            if size > MAX_BODY - self.body.len() {
                return Err(too_large());
            }
            // Trailers are not understood: the last chunk is taken to be "0 CRLF CRLF".
            if input.len() < head + size + 2 {
                return Ok(false);
            }
            input.advance(head);
            self.body.extend_from_slice(&input.split_to(size));
            input.advance(2);
            if size == 0 {
                return Ok(true);
            }
        }
    }

    /// The first header of that name, which is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The headers as an object; a name sent twice has its values joined with commas.
    pub fn headers_json(&self) -> Value {
        let mut object = Map::new();
        for (name, value) in &self.headers {
            let joined = match object.get(name).and_then(Value::as_str) {
                Some(first) => format!("{first}, {value}"),
                None => value.clone(),
            };
            object.insert(name.clone(), Value::String(joined));
        }
        Value::Object(object)
    }

    pub fn body_text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    pub fn path(&self) -> &str {
        self.target.split_once('?').map_or(&self.target, |(path, _)| path)
    }

    /// The first query parameter of that name, decoded.
    pub fn query(&self, name: &str) -> Option<String> {
        let (_, query) = self.target.split_once('?')?;
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs.find(|(n, _)| n == name).map(|(_, value)| value.into_owned())
    }

    /// The query parameter `name` as a number, or `default` without one.
    pub fn number<T: FromStr>(&self, name: &str, default: T) -> Result<T, Stop> {
        let Some(value) = self.query(name) else { return Ok(default) };
        value.parse().map_err(|_| bad_request(format!("not a number: {name}={value}")))
    }
}

fn too_large() -> Stop {
    Stop::Refused(413, format!("a request's body may have {MAX_BODY} bytes"))
}
