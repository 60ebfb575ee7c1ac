//! Who sent a request: nobody in particular, or the user of a signed token.
//!
//! A token is a JSON Web Token (RFC 7519) signed with HMAC SHA-256 (`HS256`, RFC 7518, section 3.2):
//! whatever logs users in can make one. `sub` is the user, `exp` the second in which it ends; both
//! must be there. `nbf` is heeded; so are `aud` and `iss`, where the relay requires them. Other claims
//! are not looked at.

use std::fmt;
use std::pin::Pin;

use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ring::hmac;
use serde::Deserialize;

/// The name of the cookie that carries the token.
pub const COOKIE: &str = "sluicegate_token";

/// The shortest secret, in bytes: that of SHA-256's output, as RFC 7518 asks.
const SHORTEST_SECRET: usize = 32;

/// The longest token that is looked at, in bytes.
const LONGEST_TOKEN: usize = 4096;

/// How callers say who they are.
#[derive(Default)]
pub enum Auth {
    /// By naming a user; nobody checks it. For a relay that only this machine reaches.
    #[default]
    None,
    /// By a token in `Authorization: Bearer`.
    Bearer(Secret),
    /// By a token in the cookie `sluicegate_token`.
    Cookie(Secret),
    /// As the app decides that mounts the relay.
    App(UserHook),
}

type Finding = Pin<Box<dyn Future<Output = Option<String>> + Send>>;

/// Says who sent a request.
pub struct UserHook(Box<dyn Fn(Parts) -> Finding + Send + Sync>);

/// What tokens are signed with, and what they have to say. Shown by nothing.
pub struct Secret {
    key: hmac::Key,
    audience: Option<String>,
    issuer: Option<String>,
}

/// The secret is shorter than 32 bytes.
#[derive(Debug)]
pub struct TooShort;

impl fmt::Display for TooShort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the secret has less than {SHORTEST_SECRET} bytes")
    }
}

impl std::error::Error for TooShort {}

/// Why a request comes from nobody.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TokenError {
    /// There is none, or more than one.
    Missing,
    /// It is no token of this relay's.
    Invalid,
    /// Its time has not come, or is over.
    Expired,
    /// The app knows no user of it.
    Nobody,
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "send a token with the request",
            Self::Invalid => "the token is not valid here",
            Self::Nobody => "sign in first",
            Self::Expired => "the token has expired, or is not valid yet",
        })
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    /// Extensions that have to be understood (RFC 7515, section 4.1.11). None is.
    crit: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: f64,
    nbf: Option<f64>,
    aud: Option<Audience>,
    iss: Option<String>,
}

/// One, or several (RFC 7519, section 4.1.3).
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    fn has(&self, name: &str) -> bool {
        match self {
            Self::One(one) => one == name,
            Self::Several(several) => several.iter().any(|one| one == name),
        }
    }
}

impl Auth {
    /// As the app decides that mounts the relay: `user` gets a request's head, with what the app's
    /// middleware has added to it, and returns the user's id, or `None` for nobody.
    pub fn app<F>(user: impl Fn(Parts) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Option<String>> + Send + 'static,
    {
        Self::App(UserHook(Box::new(move |parts| Box::pin(user(parts)))))
    }

    /// The user who sent a request, or `None` if callers name their users themselves.
    ///
    /// `now` is in seconds since 1970.
    pub(crate) async fn user(&self, parts: &Parts, now: f64) -> Result<Option<String>, TokenError> {
        match self {
            Self::App(UserHook(user)) => {
                let user = user(parts.clone()).await;
                user.map(Some).ok_or(TokenError::Nobody)
            }
            _ => self.user_of_token(&parts.headers, now),
        }
    }

    fn user_of_token(&self, headers: &HeaderMap, now: f64) -> Result<Option<String>, TokenError> {
        match self {
            Self::None | Self::App(_) => Ok(None),
            Self::Bearer(secret) => secret.user(bearer(headers)?, now).map(Some),
            Self::Cookie(secret) => secret.user(cookie(headers)?, now).map(Some),
        }
    }
}

impl Secret {
    /// From the bytes that tokens are signed with.
    ///
    /// # Errors
    /// [`TooShort`].
    pub fn new(bytes: &[u8]) -> Result<Self, TooShort> {
        if bytes.len() < SHORTEST_SECRET {
            return Err(TooShort);
        }
        let key = hmac::Key::new(hmac::HMAC_SHA256, bytes);
        Ok(Self { key, audience: None, issuer: None })
    }

    /// For tokens whose `aud` is this name, or has it.
    #[must_use]
    pub fn with_audience(self, audience: impl Into<String>) -> Self {
        Self { audience: Some(audience.into()), ..self }
    }

    /// For tokens of this `iss` only.
    #[must_use]
    pub fn with_issuer(self, issuer: impl Into<String>) -> Self {
        Self { issuer: Some(issuer.into()), ..self }
    }

    /// A token for `user` until the second `exp` since 1970.
    pub fn sign(&self, user: &str, exp: u64) -> String {
        let mut claims = serde_json::json!({ "sub": user, "exp": exp });
        for (name, value) in [("aud", &self.audience), ("iss", &self.issuer)] {
            if let Some(value) = value {
                claims[name] = value.as_str().into();
            }
        }
        let claims = claims.to_string();
        let signed = format!("{}.{}", BASE64.encode(r#"{"alg":"HS256"}"#), BASE64.encode(claims));
        let signature = hmac::sign(&self.key, signed.as_bytes());
        format!("{signed}.{}", BASE64.encode(signature))
    }

    fn user(&self, token: &str, now: f64) -> Result<String, TokenError> {
        let claims = self.claims(token).ok_or(TokenError::Invalid)?;
        if now >= claims.exp || claims.nbf.is_some_and(|nbf| now < nbf) {
            return Err(TokenError::Expired);
        }
        let is_for = |audience: &String| claims.aud.as_ref().is_some_and(|aud| aud.has(audience));
        if !self.audience.as_ref().is_none_or(is_for)
            || self.issuer.is_some() && claims.iss != self.issuer
        {
            return Err(TokenError::Invalid);
        }
        Ok(claims.sub)
    }

    fn claims(&self, token: &str) -> Option<Claims> {
        if token.len() > LONGEST_TOKEN {
            return None;
        }
        let (signed, signature) = token.rsplit_once('.')?;
        let signature = BASE64.decode(signature).ok()?;
        hmac::verify(&self.key, signed.as_bytes(), &signature).ok()?;
        let (header, claims) = signed.split_once('.')?;
        let header: Header = serde_json::from_slice(&BASE64.decode(header).ok()?).ok()?;
        if header.alg != "HS256" || header.crit.is_some() {
            return None;
        }
        serde_json::from_slice(&BASE64.decode(claims).ok()?).ok()
    }
}

fn bearer(headers: &HeaderMap) -> Result<&str, TokenError> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(TokenError::Missing);
    };
    let value = value.to_str().map_err(|_| TokenError::Invalid)?;
    let (scheme, token) = value.split_once(' ').ok_or(TokenError::Invalid)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(TokenError::Invalid) }
}

fn cookie(headers: &HeaderMap) -> Result<&str, TokenError> {
    let pairs = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let mut tokens = pairs.filter(|(name, _)| *name == COOKIE).map(|(_, token)| token);
    match (tokens.next(), tokens.next()) {
        (Some(token), None) => Ok(token),
        // Two: one may have been planted from another path or subdomain.
        _ => Err(TokenError::Missing),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_700_000_000;

    fn secret() -> Secret {
        Secret::new(&[7; 32]).unwrap()
    }

    fn user(token: &str) -> Result<String, TokenError> {
        secret().user(token, NOW as f64)
    }

    fn signed(header: &str, claims: &str) -> String {
        let signed = format!("{}.{}", BASE64.encode(header), BASE64.encode(claims));
        let signature = hmac::sign(&secret().key, signed.as_bytes());
        format!("{signed}.{}", BASE64.encode(signature))
    }

    #[test]
    fn the_token_of_rfc_7515_is_known_by_its_key() {
        let key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
        let key = Secret::new(&BASE64.decode(key).unwrap()).unwrap();
        let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let signature = BASE64.decode(signature).unwrap();
        assert!(hmac::verify(&key.key, signed.as_bytes(), &signature).is_ok());
        // It names no user.
        assert_eq!(key.user(token, 0.0), Err(TokenError::Invalid));
    }

    #[test]
    fn a_token_is_its_users_until_it_expires() {
        assert_eq!(user(&secret().sign("用户 1", NOW + 1)).as_deref(), Ok("用户 1"));
        assert_eq!(user(&secret().sign("ann", NOW)), Err(TokenError::Expired));
        let claims = format!(r#"{{"sub":"ann","exp":{}.5,"nbf":{}}}"#, NOW + 9, NOW + 1);
        assert_eq!(
            user(&signed(r#"{"alg":"HS256","typ":"JWT"}"#, &claims)),
            Err(TokenError::Expired)
        );
    }

    #[test]
    fn whatever_else_was_signed_or_not_is_refused() {
        let good = secret().sign("ann", NOW + 60);
        let (signed_part, signature) = good.rsplit_once('.').unwrap();
        let claims = format!(r#"{{"sub":"ann","exp":{}}}"#, NOW + 60);
        let none = format!("{}.{}.", BASE64.encode(r#"{"alg":"none"}"#), BASE64.encode(&claims));
        for bad in [
            "",
            ".",
            "..",
            "a.b.c",
            signed_part,
            &format!("{signed_part}."),
            &format!("{signed_part}.{}", &signature[..10]),
            &format!("{good}="),
            &format!("{good} "),
            &format!("x{good}"),
            &none,
            &signed(r#"{"alg":"none"}"#, &claims),
            &signed(r#"{"alg":"RS256"}"#, &claims),
            &signed(r#"{"alg":"HS256","crit":["exp"]}"#, &claims),
            &signed(r#"{"alg":"HS256"}"#, r#"{"sub":"ann"}"#),
            &signed(r#"{"alg":"HS256"}"#, r#"{"exp":9999999999}"#),
            &signed(r#"{"alg":"HS256"}"#, r#"{"sub":"ann","exp":"9999999999"}"#),
            &signed(r#"{"alg":"HS256"}"#, "[]"),
            &Secret::new(&[8; 32]).unwrap().sign("ann", NOW + 60),
            &secret().sign(&"a".repeat(LONGEST_TOKEN), NOW + 60),
        ] {
            assert_eq!(user(bad), Err(TokenError::Invalid), "{bad}");
        }
        assert!(Secret::new(&[7; 31]).is_err());
    }

    #[test]
    fn a_token_is_for_its_audience_and_of_its_issuer_where_that_is_required() {
        let plain = secret();
        let strict = secret().with_audience("relay").with_issuer("login");
        let token = |claims: &str| {
            signed(r#"{"alg":"HS256"}"#, &format!(r#"{{"sub":"ann","exp":9999999999{claims}}}"#))
        };
        for (claims, good) in [
            (r#","aud":"relay","iss":"login""#, true),
            (r#","aud":["other","relay"],"iss":"login""#, true),
            (r#","aud":"relay""#, false),
            (r#","iss":"login""#, false),
            ("", false),
            (r#","aud":"other","iss":"login""#, false),
            (r#","aud":["other"],"iss":"login""#, false),
            (r#","aud":[],"iss":"login""#, false),
            (r#","aud":"relay2","iss":"login""#, false),
            (r#","aud":"relay","iss":"Login""#, false),
            (r#","aud":"relay","iss":["login"]"#, false),
            (r#","aud":{"relay":1},"iss":"login""#, false),
            (r#","aud":null,"iss":null"#, false),
        ] {
            let result = strict.user(&token(claims), NOW as f64);
            assert_eq!(result.is_ok(), good, "{claims}: {result:?}");
        }
        assert!(plain.user(&token(r#","aud":"other","iss":"any""#), NOW as f64).is_ok());
        assert!(strict.user(&strict.sign("ann", NOW + 1), NOW as f64).is_ok());
        assert!(strict.user(&plain.sign("ann", NOW + 1), NOW as f64).is_err());
    }

    #[test]
    fn tokens_come_in_their_header_and_once() {
        let token = secret().sign("ann", NOW + 60);
        let ask = |auth: &Auth, headers: &[(&'static str, String)]| {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.append(*name, value.parse().unwrap());
            }
            auth.user_of_token(&map, NOW as f64)
        };
        let ann = || Ok(Some("ann".to_owned()));
        let bearer = Auth::Bearer(secret());
        for scheme in ["Bearer", "bearer", "Bearer "] {
            let header = ("authorization", format!("{scheme} {token}"));
            assert_eq!(ask(&bearer, std::slice::from_ref(&header)), ann());
            assert_eq!(ask(&bearer, &[header.clone(), header]), Err(TokenError::Missing));
        }
        let basic = ("authorization", format!("Basic {token}"));
        assert_eq!(ask(&bearer, &[basic]), Err(TokenError::Invalid));
        let in_cookie = ("cookie", format!("a=b; {COOKIE}={token}; c"));
        assert_eq!(ask(&bearer, std::slice::from_ref(&in_cookie)), Err(TokenError::Missing));

        let cookie = Auth::Cookie(secret());
        assert_eq!(ask(&cookie, std::slice::from_ref(&in_cookie)), ann());
        assert_eq!(ask(&cookie, &[in_cookie.clone(), in_cookie]), Err(TokenError::Missing));
        let header = ("authorization", format!("Bearer {token}"));
        assert_eq!(ask(&cookie, &[header]), Err(TokenError::Missing));
        assert_eq!(ask(&Auth::None, &[]), Ok(None));
    }
}
