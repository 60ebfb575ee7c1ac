//! The text of any events in any format: well-formed, and read without a panic. From the root of the
//! repository: `mkdir -p fuzz/corpus/text && cargo +nightly fuzz run text fuzz/corpus/text fuzz/seeds/text`
#![no_main]

use sluicegate::{
    llm::{Format, TextReader},
    sse::EventRef,
};

const FORMATS: [Format; 8] = [
    Format::Auto,
    Format::OpenAiChat,
    Format::OpenAiResponses,
    Format::Anthropic,
    Format::Gemini,
    Format::Ollama,
    Format::AiSdk,
    Format::AgUi,
];

// Each line is an event: its name, a space, its data.
libfuzzer_sys::fuzz_target!(|input: &str| {
    for format in FORMATS {
        let mut reader = TextReader::new(format);
        let mut text = String::new();
        for line in input.lines() {
            let (event_type, data) = line.split_once(' ').unwrap_or(("message", line));
            let event = EventRef { event_type, data, last_event_id: "" };
            let before = text.len();
            let is_end = reader.read(&event, &mut text) != Ok(false);
            // No escape is shorter than what it stands for, and U+FFFD is half of one.
            assert!(text.len() - before <= 2 * data.len() + 3);
            let _ = format.text(&event);
            if is_end {
                break;
            }
        }
        let _ = reader.finish(&mut text);
    }
});
