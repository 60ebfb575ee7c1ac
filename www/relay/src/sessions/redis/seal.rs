//! Whether what comes from Redis was written by a relay: others may write there, too.

use std::fmt;
use std::str::FromStr;

use ring::hmac;
use sluicegate::sse::Decoder;

use crate::frame;

/// The shortest key, in bytes: that of SHA-256's output.
const SHORTEST_KEY: usize = 32;

/// The longest prefix, in bytes.
const LONGEST_PREFIX: usize = 64;

/// How much of what is not ours gets into the log, in bytes.
const PREVIEW: usize = 60;

/// What relays that share a Redis sign with what they keep there. Shown by nothing.
#[derive(Clone)]
pub struct RedisKey(hmac::Key);

/// The key is shorter than 32 bytes.
#[derive(Debug)]
pub struct BadKey;

impl fmt::Display for BadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the key has less than {SHORTEST_KEY} bytes")
    }
}

impl std::error::Error for BadKey {}

impl RedisKey {
    /// From a secret, which may have other uses: another key is made of it.
    ///
    /// # Errors
    /// [`BadKey`].
    pub fn new(secret: &[u8]) -> Result<Self, BadKey> {
        if secret.len() < SHORTEST_KEY {
            return Err(BadKey);
        }
        let secret = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let key = hmac::sign(&secret, b"sluicegate-relay: what is kept in Redis");
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, key.as_ref())))
    }
}

/// What the names of a deployment's keys and channels begin with.
#[derive(Clone)]
pub struct RedisPrefix(String);

/// The prefix has other characters than it may, or too many.
#[derive(Debug)]
pub struct BadPrefix;

impl fmt::Display for BadPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it is not 1 to {LONGEST_PREFIX} letters, digits, or characters of :._/-")
    }
}

impl std::error::Error for BadPrefix {}

impl FromStr for RedisPrefix {
    type Err = BadPrefix;

    fn from_str(text: &str) -> Result<Self, BadPrefix> {
        let may_be = |byte: u8| byte.is_ascii_alphanumeric() || b":._/-".contains(&byte);
        if text.is_empty() || text.len() > LONGEST_PREFIX || !text.bytes().all(may_be) {
            return Err(BadPrefix);
        }
        Ok(Self(text.to_owned()))
    }
}

impl RedisPrefix {
    /// The name of a key of this `kind`. No `id`, whoever chose it, makes it a key of a deployment whose
    /// prefix begins as this one does: `id` has no colon then.
    pub fn name(&self, kind: &str, id: &str) -> String {
        format!("{}{kind}:{}", self.0, escaped(id))
    }
}

/// An id as it is part of a key's name.
pub fn escaped(id: &str) -> String {
    id.replace('%', "%25").replace(':', "%3A")
}

/// Signs what goes to Redis and checks what comes from there; without a key it does neither.
#[derive(Clone)]
pub struct Seal {
    pub prefix: RedisPrefix,
    pub key: Option<RedisKey>,
}

impl Seal {
    /// The signature of `parts`, which are of this `kind`; empty without a key.
    pub fn sign(&self, kind: &str, parts: &[&[u8]]) -> Vec<u8> {
        let Some(RedisKey(key)) = &self.key else { return Vec::new() };
        hmac::sign(key, &self.signed(kind, parts)).as_ref().to_vec()
    }

    /// Whether `signature` is that of `parts`; always without a key.
    pub fn fits(&self, kind: &str, parts: &[&[u8]], signature: &[u8]) -> bool {
        let Some(RedisKey(key)) = &self.key else { return true };
        hmac::verify(key, &self.signed(kind, parts), signature).is_ok()
    }

    /// With lengths: nothing can move from one part to the next.
    fn signed(&self, kind: &str, parts: &[&[u8]]) -> Vec<u8> {
        let mut signed = Vec::new();
        for part in [self.prefix.0.as_bytes(), kind.as_bytes()].iter().chain(parts) {
            signed.extend_from_slice(&(part.len() as u64).to_be_bytes());
            signed.extend_from_slice(part);
        }
        signed
    }
}

/// Whether `bytes` are what the relay writes as the frame with this `number`: whole events, none of a
/// kind that it does not know, and nothing beside them.
pub fn is_frame(bytes: &[u8], number: u64) -> bool {
    let retry = frame::retry();
    let events = bytes.strip_prefix(&retry[..]).unwrap_or(bytes);
    let mut decoder = Decoder::new();
    if decoder.push(events).is_err() {
        return false;
    }
    let mut written = Vec::new();
    for event in decoder.events() {
        match event.event_type {
            "message" => written.extend(frame::text(number, event.data)),
            "start" | "done" | "error" if !events.starts_with(b"event: ") => {
                written.extend(frame::raw(Some(number), event.event_type, event.data));
            }
            "messageStart" | "messageFragment" | "messageEnd" | "error" => {
                written.extend(frame::raw(None, event.event_type, event.data));
            }
            _ => return false,
        }
    }
    !written.is_empty() && written == events
}

/// The start of what is not ours, for the log.
pub fn preview(bytes: &[u8]) -> String {
    let start = &bytes[..bytes.len().min(PREVIEW)];
    let more = if bytes.len() > PREVIEW { "…" } else { "" };
    format!("{}{more} ({} bytes)", start.escape_ascii(), bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framing::{Ending, Frames, Framing, Message, Plain, UiMessage};
    use sluicegate::llm::Delta;

    #[test]
    fn the_relays_own_frames_are_known() {
        let failed = Ending::Failed { code: "oops", message: "a\nb" };
        let done = Ending::Done { reason: "stop", tokens: 6 };
        let texts = ["a\n\nevent: done\r\ndata: x\0 企鹅. B", " ", "Hello.\n"];
        let mut frames = Frames::new();
        let framings: [fn() -> Box<dyn Framing>; 3] = [
            || Box::new(Plain),
            || Box::new(Message::new("m".into())),
            || Box::new(UiMessage::new("m".into())),
        ];
        for framing in framings {
            for end in [&failed, &done] {
                let mut framing = framing();
                framing.start("s", "m", &mut frames);
                for text in texts {
                    framing.add(Delta::Text(text.into()), &mut frames);
                }
                framing.end(end, &mut frames);
            }
        }
        let mut frames: Vec<Vec<u8>> = frames.iter().map(|frame| frame.bytes(7).to_vec()).collect();
        let stopping = [&frame::retry()[..], frames.last().unwrap()].concat();
        frames.push(stopping);
        for frame in frames {
            assert!(is_frame(&frame, 7), "{}", frame.escape_ascii());
            assert!(!is_frame(&frame[..frame.len() - 1], 7), "{}", frame.escape_ascii());
        }
    }

    #[test]
    fn nothing_else_is_a_frame() {
        for bytes in [
            &b""[..],
            b"\n",
            b"\n\n",
            b"x",
            b"data: x\n\n",
            b"id: 8\ndata: x\n\n",
            b"id: 7\ndata: x\n",
            b"id: 7\ndata:x\n\n",
            b"id: 7\ndata: x\r\n\n",
            b"id: 7\ndata: x\ry\n\n",
            b"id: 7\ndata: x\n\nid: 7\ndata: y",
            b"id: 7\ndata: \xff\n\n",
            b"id: 7\ndata: x\0\n\n\xff",
            b"\xef\xbb\xbfid: 7\ndata: x\n\n",
            b"id: 7\nevent: evil\ndata: x\n\n",
            b"id: 7\nevent: done\n\n",
            b"id: 7\nevent: done\ndata: x\nretry: 1\n\n",
            b"retry: 1\n\nid: 7\ndata: x\n\n",
            b"retry: 200\n\n",
            b": comment\nid: 7\ndata: x\n\n",
            b"event: messageEnd\nid: 7\ndata: x\n\n",
            b"{\"data\":1}",
        ] {
            assert!(!is_frame(bytes, 7), "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn a_signature_is_for_one_thing_only() {
        let key = |byte| RedisKey::new(&[byte; 32]).unwrap();
        let seal = |prefix: &str, key| Seal { prefix: prefix.parse().unwrap(), key };
        let ours = seal("a:", Some(key(1)));
        let signature = ours.sign("frame", &[b"s", b"x"]);
        assert!(ours.fits("frame", &[b"s", b"x"], &signature));
        assert!(!ours.fits("frame", &[b"s", b"y"], &signature));
        assert!(!ours.fits("frame", &[b"sx", b""], &signature));
        assert!(!ours.fits("chat", &[b"s", b"x"], &signature));
        assert!(!ours.fits("frame", &[b"s", b"x"], &signature[1..]));
        assert!(!ours.fits("frame", &[b"s", b"x"], b""));
        assert!(!seal("a:", Some(key(2))).fits("frame", &[b"s", b"x"], &signature));
        assert!(!seal("b:", Some(key(1))).fits("frame", &[b"s", b"x"], &signature));
        assert!(seal("a:", None).sign("frame", &[b"s"]).is_empty());
        assert!(seal("a:", None).fits("frame", &[b"s"], b"whatever"));
        assert!(RedisKey::new(&[1; 31]).is_err());
    }

    #[test]
    fn no_id_reaches_into_another_deployment() {
        let name = |prefix: &str, kind, id| prefix.parse::<RedisPrefix>().unwrap().name(kind, id);
        assert_eq!(name("sluicegate:", "session", "s1"), "sluicegate:session:s1");
        assert_ne!(name("a:", "session", "session:x"), name("a:session:", "session", "x"));
        assert_ne!(name("a:", "session", "a%3Ab"), name("a:", "session", "a:b"));
        for bad in ["", "a b", "a\n", "ä:", "{a}", "a*", "a%", &"a".repeat(65)] {
            assert!(bad.parse::<RedisPrefix>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_preview_is_short_and_printable() {
        assert_eq!(preview(b"a\n\x1b[2J\xff"), r"a\n\x1b[2J\xff (7 bytes)");
        assert!(preview(&[0; 1000]).len() < 300);
    }
}
