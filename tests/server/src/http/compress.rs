//! Content codings, flushed after each piece.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Deserialize;

const IN_MEMORY: &str = "writing to memory can't fail";

/// Bytes that the encoder of brotli gathers before it looks at them.
const BROTLI_BUFFER: usize = 4096;
const BROTLI_QUALITY: u32 = 5;
const BROTLI_WINDOW: u32 = 22;

#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    Gzip,
    Br,
    Zstd,
}

impl Encoding {
    /// The name for `content-encoding`.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Gzip => "gzip",
            Encoding::Br => "br",
            Encoding::Zstd => "zstd",
        }
    }
}

pub enum Compressor {
    Gzip(GzEncoder<Vec<u8>>),
    Br(Box<brotli::CompressorWriter<Vec<u8>>>),
    Zstd(zstd::Encoder<'static, Vec<u8>>),
}

impl Compressor {
    pub fn new(encoding: Encoding) -> Compressor {
        match encoding {
            Encoding::Gzip => Compressor::Gzip(GzEncoder::new(Vec::new(), Compression::fast())),
            Encoding::Br => Compressor::Br(Box::new(brotli::CompressorWriter::new(
                Vec::new(),
                BROTLI_BUFFER,
                BROTLI_QUALITY,
                BROTLI_WINDOW,
            ))),
            Encoding::Zstd => {
                Compressor::Zstd(zstd::Encoder::new(Vec::new(), 0).expect("a level of zstd"))
            }
        }
    }

    /// What a client needs in order to read everything up to the end of `bytes`.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        fn flushed(writer: &mut impl Write, bytes: &[u8]) {
            writer.write_all(bytes).expect(IN_MEMORY);
            writer.flush().expect(IN_MEMORY);
        }
        std::mem::take(match self {
            Compressor::Gzip(writer) => {
                flushed(writer, bytes);
                writer.get_mut()
            }
            Compressor::Br(writer) => {
                flushed(writer, bytes);
                writer.get_mut()
            }
            Compressor::Zstd(writer) => {
                flushed(writer, bytes);
                writer.get_mut()
            }
        })
    }

    /// What is still missing at the end.
    pub fn finish(self) -> Vec<u8> {
        match self {
            Compressor::Gzip(writer) => writer.finish().expect(IN_MEMORY),
            Compressor::Br(writer) => writer.into_inner(),
            Compressor::Zstd(writer) => writer.finish().expect(IN_MEMORY),
        }
    }
}
