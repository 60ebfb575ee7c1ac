//! Invalid UTF-8 comes out as the browser's own decoder has it.

use crate::support::{Script, event};
use serde_json::{Value, json};
use sluicegate::EventStream;
use wasm_bindgen_test::wasm_bindgen_test as test;
use web_sys::TextDecoder;

/// A small generator (xorshift64*), so that a seed says it all.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % limit
    }

    /// Bytes without line ends: characters, parts of characters, what only looks like some, and noise.
    fn bytes(&mut self, pieces: usize) -> Vec<u8> {
        const PIECES: [&[u8]; 14] = [
            b"plain",
            "ż".as_bytes(),
            "漢".as_bytes(),
            "😀".as_bytes(),
            b"\xEF\xBB\xBF",
            b"\xC0\x80",
            b"\xE0\x9F\xBF",
            b"\xED\xA0\x80",
            b"\xED\xBF\xBF",
            b"\xF0\x8F\xBF\xBF",
            b"\xF4\x8F\xBF\xBF",
            b"\xF4\x90\x80\x80",
            b"\xF5\x80\x80\x80",
            b"\x00",
        ];
        let mut bytes = Vec::new();
        for _ in 0..pieces {
            let piece = PIECES[self.below(PIECES.len())];
            match self.below(3) {
                0 => bytes.extend(piece),
                1 => bytes.extend(&piece[..self.below(piece.len())]),
                _ => bytes.push(self.below(256) as u8),
            }
        }
        bytes.retain(|byte| !b"\r\n".contains(byte));
        bytes
    }
}

/// The line's value. Decoded with its name: a decoder drops a byte order mark at the start.
fn by_the_browser(bytes: &[u8]) -> String {
    let line = TextDecoder::new().unwrap().decode_with_u8_array(&[b"data: ", bytes].concat());
    line.unwrap().strip_prefix("data: ").unwrap().into()
}

fn base64(bytes: &[u8]) -> String {
    let characters: String = bytes.iter().copied().map(char::from).collect();
    web_sys::window().unwrap().btoa(&characters).unwrap()
}

#[test]
async fn random_bytes_decode_as_the_browser_decodes_them() {
    for seed in 1..=20 {
        let mut random = Random(seed);
        let data: Vec<Vec<u8>> = (0..50).map(|_| random.bytes(40)).collect();
        let wire: Vec<u8> =
            data.iter().flat_map(|data| [b"data: ", &data[..], b"\n\n"].concat()).collect();
        let mut rest = &wire[..];
        let mut steps: Vec<Value> = Vec::new();
        while !rest.is_empty() {
            let (chunk, after) = rest.split_at((1 + random.below(200)).min(rest.len()));
            steps.push(json!({ "sendBytes": base64(chunk) }));
            rest = after;
        }
        let script = Script::streaming(steps.into()).await;
        let mut stream = EventStream::builder(&script.url()).no_retry().open().unwrap();
        for bytes in &data {
            assert_eq!(
                event(&mut stream).await.data,
                by_the_browser(bytes),
                "seed {seed}: {bytes:02x?}"
            );
        }
    }
}
