//! How long text is to JavaScript.

/// The number of UTF-16 code units of valid UTF-8 text.
///
/// Every byte but a continuation byte starts a character; one of four bytes takes two units.
pub(super) fn utf16_len(text: &[u8]) -> usize {
    let mut units = 0;
    // Sums of up to 127 blocks fit the byte lanes that the compiler vectorises this into.
    for block in text.chunks(127) {
        units += block
            .iter()
            .map(|&byte| i8::from(byte as i8 >= -0x40) + i8::from(byte >= 0xf0))
            .map(|units| units as usize)
            .sum::<usize>();
    }
    units
}

#[cfg(test)]
mod tests {
    use super::utf16_len;

    #[test]
    fn counts_as_the_standard_library_does() {
        for text in ["", "plain", "é", "汉字", "🦀🦀", "a\u{10ffff}\u{7ff}\u{800}\u{ffff}"] {
            let text = text.repeat(100);
            assert_eq!(utf16_len(text.as_bytes()), text.encode_utf16().count());
        }
    }
}
