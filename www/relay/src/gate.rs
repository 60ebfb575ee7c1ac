//! Which requests are looked at at all: those for a host name of this relay's, that no page of a
//! stranger made a browser send, and that no proxy brought to a relay that is for one machine.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};

use crate::error::ApiError;

/// Headers that proxies add, beside all that begin with [`FORWARDED`].
const OF_PROXIES: [&str; 10] = [
    "forwarded",
    "via",
    "x-real-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-original-forwarded-for",
    "true-client-ip",
    "cf-connecting-ip",
    "fastly-client-ip",
    "x-envoy-external-address",
];

const FORWARDED: &str = "x-forwarded";

/// The host names that requests have to name.
#[derive(Clone, Debug)]
pub enum Hosts {
    /// Any. For a relay that other machines reach: it asks for tokens.
    Any,
    /// `localhost`, `127.0.0.1`, `[::1]` and these, with any port. Anything else is a name that
    /// somebody else's DNS made mean this machine.
    Only(Vec<String>),
}

impl Default for Hosts {
    fn default() -> Self {
        Self::Only(Vec::new())
    }
}

/// What a request has to pass.
pub struct Gate {
    hosts: Hosts,
    /// The other origins whose pages may call the relay.
    allowed_origins: Vec<HeaderValue>,
    /// Whether a proxy may have brought it.
    takes_proxied: bool,
    warned: AtomicBool,
}

impl Gate {
    pub fn new(hosts: Hosts, allowed_origins: Vec<HeaderValue>, takes_proxied: bool) -> Self {
        Self { hosts, allowed_origins, takes_proxied, warned: AtomicBool::new(false) }
    }

    /// Refuses a request for another host, and one that a proxy brought where none may.
    pub fn check_way(&self, request: &Request) -> Result<(), ApiError> {
        if let Hosts::Only(names) = &self.hosts {
            let host = host_of(request.uri(), request.headers());
            if !host.is_some_and(|host| host.is_loopback() || names.contains(&host.name)) {
                tracing::warn!("refused: a request for another host");
                return Err(ApiError::new(
                    StatusCode::FORBIDDEN,
                    "unknown-host",
                    "the relay is not known by the name in Host: start it with --host-name NAME",
                ));
            }
        }
        if self.takes_proxied {
            return Ok(());
        }
        let mut names = request.headers().keys().map(|name| name.as_str());
        let of_proxy = |name: &&str| OF_PROXIES.contains(name) || name.starts_with(FORWARDED);
        let Some(name) = names.find(of_proxy) else { return Ok(()) };
        if !self.warned.swap(true, Ordering::Relaxed) {
            tracing::error!(
                header = name,
                "refused: a proxy's request, and --auth none: start the relay with --auth bearer \
                 or --auth cookie"
            );
        }
        Err(ApiError::new(
            StatusCode::FORBIDDEN,
            "behind-proxy",
            format!(
                "the relay runs with --auth none, for one machine only, but a proxy brought this \
                 request (it has the header {name}): start it with --auth bearer or --auth cookie"
            ),
        ))
    }

    /// Refuses a request that a page of another origin made a browser send, unless that origin is
    /// allowed.
    pub fn check_page(&self, request: &Request) -> Result<(), ApiError> {
        if self.is_own_page(request.uri(), request.headers()) {
            return Ok(());
        }
        tracing::warn!("refused: a page of another origin");
        Err(ApiError::new(
            StatusCode::FORBIDDEN,
            "cross-origin",
            "pages of this origin may not use the relay",
        ))
    }

    /// Whether a request is no page's, of our own origin, or of an allowed one.
    fn is_own_page(&self, uri: &Uri, headers: &HeaderMap) -> bool {
        let mut origins = headers.get_all(header::ORIGIN).iter();
        let mut sites = headers.get_all("sec-fetch-site").iter();
        let from_here = sites.all(|site| site == "same-origin" || site == "none");
        let is_own = |origin: &str| {
            let own = host_of(uri, headers).zip(split(origin));
            own.is_some_and(|(host, (scheme, authority))| {
                scheme == own_scheme(headers)
                    && Host::parse(authority)
                        .is_some_and(|origin| origin.is_at(scheme) == host.is_at(scheme))
            })
        };
        match (origins.next(), origins.next()) {
            (Some(origin), None) => {
                self.allowed_origins.contains(origin)
                    || from_here && origin.to_str().is_ok_and(is_own)
            }
            (Some(_), Some(_)) => false,
            // A GET of the same origin comes without, and so does one that an `<img>` elsewhere
            // makes. Browsers say which it is, or at least where the page was.
            (None, _) if headers.contains_key("sec-fetch-site") => from_here,
            (None, _) => headers.get_all(header::REFERER).iter().all(|referrer| {
                referrer.to_str().is_ok_and(|referrer| {
                    is_own(referrer)
                        || self.allowed_origins.iter().any(|allowed| {
                            let allowed = allowed.to_str().ok().and_then(split);
                            allowed.is_some() && allowed == split(referrer)
                        })
                })
            }),
        }
    }
}

/// How the page's browser reached the relay, or the proxy before it: a page cannot set these headers
/// without a preflight, which other origins do not pass.
fn own_scheme(headers: &HeaderMap) -> &'static str {
    let forwarded = headers.get("x-forwarded-proto").and_then(|value| value.to_str().ok());
    let first = forwarded.unwrap_or_default().split(',').next().unwrap_or_default().trim();
    if first.eq_ignore_ascii_case("https") { "https" } else { "http" }
}

/// The scheme and the authority of an origin or a URL.
fn split(url: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    Some((scheme, rest.split(['/', '?', '#']).next().unwrap_or_default()))
}

/// The host that a request is for. `None` if there is none, or if the request names two.
fn host_of(uri: &Uri, headers: &HeaderMap) -> Option<Host> {
    let mut values = headers.get_all(header::HOST).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let host = Host::parse(value.to_str().ok()?)?;
    match uri.authority() {
        Some(authority) if Host::parse(authority.as_str())? != host => None,
        _ => Some(host),
    }
}

/// A host name and its port.
#[derive(Debug, PartialEq)]
struct Host {
    /// In lower case, without the root's dot; of an IP address, its usual form.
    name: String,
    port: Option<u16>,
}

impl Host {
    /// Of `name`, `name:port` or `[v6]:port`. `None` if it is something else.
    fn parse(text: &str) -> Option<Self> {
        let (name, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (address, port) = rest.split_once(']')?;
                let address: Ipv6Addr = address.parse().ok()?;
                (IpAddr::V6(address).to_canonical().to_string(), port)
            }
            None => {
                let (name, port) = text.split_at(text.find(':').unwrap_or(text.len()));
                let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
                let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
                if name.is_empty() || !name.bytes().all(is_plain) {
                    return None;
                }
                (name, port)
            }
        };
        let port = match port.strip_prefix(':') {
            None if port.is_empty() => None,
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(digits.parse().ok()?)
            }
            _ => return None,
        };
        Some(Self { name, port })
    }

    fn is_loopback(&self) -> bool {
        self.name == "localhost"
            || self.name.parse().is_ok_and(|address: IpAddr| {
                address == Ipv4Addr::LOCALHOST || address == Ipv6Addr::LOCALHOST
            })
    }

    /// With the scheme's own port, if it names none.
    fn is_at(&self, scheme: &str) -> (&str, u16) {
        (&self.name, self.port.unwrap_or(if scheme == "https" { 443 } else { 80 }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Headers<'a> = &'a [(&'static str, &'static str)];

    fn request(target: &str, headers: Headers<'_>) -> Request {
        let mut request = Request::new(axum::body::Body::empty());
        *request.uri_mut() = target.parse().unwrap();
        for (name, value) in headers {
            request.headers_mut().append(*name, HeaderValue::from_static(value));
        }
        request
    }

    #[test]
    fn pages_of_other_origins_are_told_from_our_own() {
        let allowed = vec![HeaderValue::from_static("https://app.test")];
        let gate = Gate::new(Hosts::Any, allowed, true);
        let https = ("x-forwarded-proto", "https");
        let host = ("host", "relay.test");
        for (headers, own) in [
            (&[host][..], true),
            (&[], true),
            (&[host, ("origin", "http://relay.test")], true),
            (&[host, ("origin", "http://relay.test:80")], true),
            (&[("host", "Relay.Test."), ("origin", "http://relay.test")], true),
            (&[("host", "relay.test:1"), ("origin", "http://relay.test:1")], true),
            (&[("host", "[::1]:1"), ("origin", "http://[::1]:1")], true),
            (&[host, https, ("origin", "https://relay.test")], true),
            (&[("host", "relay.test:443"), https, ("origin", "https://relay.test")], true),
            (&[host, ("origin", "https://app.test")], true),
            (&[host, ("origin", "https://app.test"), ("sec-fetch-site", "cross-site")], true),
            // Another scheme, port or name is another origin.
            (&[host, ("origin", "https://relay.test")], false),
            (&[host, https, ("origin", "http://relay.test")], false),
            (&[host, ("x-forwarded-proto", "ftp"), ("origin", "https://relay.test")], false),
            (&[host, ("origin", "http://app.test")], false),
            (&[host, ("origin", "https://app.test:444")], false),
            (&[host, ("origin", "https://app.test.evil.test")], false),
            (&[host, ("origin", "https://evil.test")], false),
            (&[host, ("origin", "http://relay.test:8443")], false),
            (&[host, ("origin", "http://evil@relay.test")], false),
            (&[host, ("origin", "http://sub.relay.test")], false),
            (&[host, ("origin", "relay.test")], false),
            (&[host, ("origin", "")], false),
            (&[host, ("origin", "null")], false),
            (&[("origin", "null")], false),
            (&[("origin", "http://relay.test")], false),
            (&[host, ("origin", "http://relay.test"), ("origin", "https://evil.test")], false),
            (&[host, ("origin", "http://relay.test"), ("sec-fetch-site", "cross-site")], false),
            (&[host, ("origin", "http://relay.test"), ("sec-fetch-site", "same-origin")], true),
            (&[host, ("sec-fetch-site", "same-origin")], true),
            (&[host, ("sec-fetch-site", "none")], true),
            (&[host, ("sec-fetch-site", "same-site")], false),
            (&[host, ("sec-fetch-site", "cross-site")], false),
            (&[host, ("sec-fetch-site", "none"), ("sec-fetch-site", "cross-site")], false),
            (&[host, ("sec-fetch-site", "Same-Origin")], false),
            // Browsers of old tell the page only.
            (&[host, ("referer", "http://relay.test/page?x=http://evil.test/")], true),
            (&[host, ("referer", "https://app.test/page")], true),
            (&[host, ("referer", "https://evil.test/http://relay.test/")], false),
            (&[host, ("referer", "https://app.test.evil.test/")], false),
        ] {
            let request = request("/sessions", headers);
            assert_eq!(gate.check_page(&request).is_ok(), own, "{headers:?}");
        }
    }

    #[test]
    fn on_loopback_only_its_names_are_answered() {
        let gate = Gate::new(Hosts::Only(vec!["relay.test".into()]), Vec::new(), true);
        for (target, headers, known) in [
            ("/", &[("host", "localhost")][..], true),
            ("/", &[("host", "localhost:8787")], true),
            ("/", &[("host", "LocalHost.:8787")], true),
            ("/", &[("host", "127.0.0.1:1")], true),
            ("/", &[("host", "[::1]:8787")], true),
            ("/", &[("host", "[0:0:0:0:0:0:0:1]")], true),
            ("/", &[("host", "[::ffff:127.0.0.1]:8787")], true),
            ("/", &[("host", "relay.test")], true),
            ("/", &[("host", "RELAY.test.:443")], true),
            ("http://127.0.0.1:1/x", &[("host", "127.0.0.1:1")], true),
            ("/", &[], false),
            ("/", &[("host", "")], false),
            ("/", &[("host", ":8787")], false),
            ("/", &[("host", "evil.test")], false),
            ("/", &[("host", "evil.test:8787")], false),
            ("/", &[("host", "localhost.evil.test")], false),
            ("/", &[("host", "evil.localhost")], false),
            ("/", &[("host", "x.relay.test")], false),
            ("/", &[("host", "127.0.0.1.evil.test")], false),
            ("/", &[("host", "127.0.0.1@evil.test")], false),
            ("/", &[("host", "evil.test@127.0.0.1")], false),
            ("/", &[("host", "localhost, evil.test")], false),
            ("/", &[("host", "localhost:port")], false),
            ("/", &[("host", "localhost:1:2")], false),
            ("/", &[("host", "localhost:99999")], false),
            ("/", &[("host", "localhost..")], false),
            ("/", &[("host", "0.0.0.0:8787")], false),
            ("/", &[("host", "[::]:8787")], false),
            ("/", &[("host", "[::ffff:10.0.0.1]")], false),
            ("/", &[("host", "[::1")], false),
            ("/", &[("host", "192.168.0.1")], false),
            ("/", &[("host", "2130706433")], false),
            ("/", &[("host", "localhost"), ("host", "evil.test")], false),
            ("/", &[("host", "localhost"), ("host", "localhost")], false),
            ("http://evil.test/", &[("host", "localhost")], false),
            ("http://localhost/", &[("host", "evil.test")], false),
            ("http://evil.test/", &[("host", "evil.test")], false),
            ("http://localhost/", &[], false),
        ] {
            let request = request(target, headers);
            assert_eq!(gate.check_way(&request).is_ok(), known, "{target} {headers:?}");
        }
    }

    #[test]
    fn a_proxy_is_noticed_by_what_it_adds() {
        let [alone, proxied] =
            [false, true].map(|proxied| Gate::new(Hosts::Any, Vec::new(), proxied));
        for name in [
            "forwarded",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-proto",
            "x-forwarded",
            "x-real-ip",
            "via",
            "cf-connecting-ip",
        ] {
            let request = request("/", &[(name, "1")]);
            assert!(alone.check_way(&request).is_err(), "{name}");
            assert!(proxied.check_way(&request).is_ok(), "{name}");
        }
        assert!(alone.check_way(&request("/", &[("x-request-id", "1")])).is_ok());
    }
}
