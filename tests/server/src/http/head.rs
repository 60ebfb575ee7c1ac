//! Status line and headers of a response.

use super::Request;

pub struct Head {
    pub status: u16,
    headers: Vec<(String, String)>,
}

impl Head {
    /// A head that pages of any origin may read, and that nothing may cache.
    pub fn open(request: &Request, status: u16) -> Head {
        Head::new(status).with("cache-control", "no-store").allow_origin(request)
    }

    pub fn new(status: u16) -> Head {
        Head { status, headers: Vec::new() }
    }

    /// The answer to a CORS preflight: everything it asked for is allowed.
    pub fn preflight(request: &Request) -> Head {
        let mut head = Head::new(204).allow_origin(request).with("access-control-max-age", "600");
        for (asked, allowed) in [
            ("access-control-request-method", "access-control-allow-methods"),
            ("access-control-request-headers", "access-control-allow-headers"),
        ] {
            if let Some(value) = request.header(asked) {
                head = head.with(allowed, value);
            }
        }
        head
    }

    pub fn with(mut self, name: &str, value: impl Into<String>) -> Head {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Whether header `name` is there with this `value`, in any case.
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.headers
            .iter()
            .any(|(n, v)| n.eq_ignore_ascii_case(name) && v.eq_ignore_ascii_case(value))
    }

    /// Lets the page that asked read the response, its credentials included.
    pub fn allow_origin(self, request: &Request) -> Head {
        let Some(origin) = request.header("origin") else { return self };
        self.with("access-control-allow-origin", origin)
            .with("access-control-allow-credentials", "true")
            .with("vary", "origin")
    }

    pub fn encode(&self) -> Vec<u8> {
        let mut text = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        for (name, value) in &self.headers {
            text.extend([name, ": ", value, "\r\n"]);
        }
        if let Some(names) = self.exposed() {
            text.extend(["access-control-expose-headers: ", &names, "\r\n"]);
        }
        text.push_str("\r\n");
        text.into_bytes()
    }

    /// The same without what only HTTP/1.1 has (RFC 9113 section 8.2.2).
    pub fn to_http2(&self) -> http::Result<http::Response<()>> {
        let mut response = http::Response::builder().status(self.status);
        for (name, value) in &self.headers {
            if !matches!(name.to_ascii_lowercase().as_str(), "connection" | "transfer-encoding") {
                response = response.header(name, value);
            }
        }
        if let Some(names) = self.exposed() {
            response = response.header("access-control-expose-headers", names);
        }
        response.body(())
    }

    /// The names of all headers, for pages of another origin. With credentials the wildcard is not
    /// one, so every header is also named.
    fn exposed(&self) -> Option<String> {
        let mut names = self.headers.iter().map(|(name, _)| name.as_str());
        names.clone().find(|name| *name == "access-control-allow-origin")?;
        let all = names.by_ref().filter(|name| !name.starts_with("access-control-"));
        Some(std::iter::once("*").chain(all).collect::<Vec<_>>().join(", "))
    }
}

/// Empty for a status without a well-known phrase, which RFC 9112 section 4 allows.
fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        413 => "Content Too Large",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        _ => "",
    }
}
