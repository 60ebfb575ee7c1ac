//! Streams to decode, the same every time.

use bytes::Bytes;

/// A kind of stream.
#[derive(Clone, Copy, Debug)]
pub enum Corpus {
    /// Chunks of a chat completion, 240 bytes each.
    OpenAi,
    /// Events with a type.
    Anthropic,
    /// Events of four letters.
    Tiny,
    /// CRLF, two data lines and an id each.
    Crlf,
    /// One line of 64 KB each.
    Large,
}

impl Corpus {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::OpenAi, Self::Anthropic, Self::Tiny, Self::Crlf, Self::Large];

    /// Returns how many events it has.
    pub fn events(self) -> usize {
        match self {
            Self::OpenAi | Self::Anthropic | Self::Crlf => 2_000,
            Self::Tiny => 20_000,
            Self::Large => 10,
        }
    }

    /// Returns its first events, in chunks of `size` bytes.
    pub fn chunks(self, events: usize, size: usize) -> Vec<Bytes> {
        let text: String = (0..events).map(|index| self.event(index)).collect();
        text.as_bytes().chunks(size).map(Bytes::copy_from_slice).collect()
    }

    fn event(self, index: usize) -> String {
        let word = ["the", "of", "stream", "decoder", "a", "quick"][index % 6];
        match self {
            Self::OpenAi => format!(
                "data: {{\"id\":\"chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG\",\"object\":\"chat.completion.chunk\",\
                 \"created\":1741570283,\"model\":\"gpt-4o-mini\",\"system_fingerprint\":\"fp_e7d4a5f731\",\
                 \"choices\":[{{\"index\":0,\"delta\":{{\"content\":\" {word}\"}},\"finish_reason\":null}}]}}\n\n"
            ),
            Self::Anthropic => format!(
                "event: content_block_delta\ndata: {{\"type\":\"content_block_delta\",\"index\":0,\
                 \"delta\":{{\"type\":\"text_delta\",\"text\":\" {word}\"}}}}\n\n"
            ),
            Self::Tiny => format!("data: {:04}\n\n", index % 10_000),
            Self::Crlf => {
                format!("id: {index}\r\ndata: first {word}\r\ndata: second {word}\r\n\r\n")
            }
            Self::Large => format!("data: {}\n\n", word.repeat(65_536 / word.len())),
        }
    }
}
