//! The log: one line per event, whatever the texts in it hold.

use std::fmt::Write as _;
use std::io::{self, IsTerminal};
use std::panic;

use tracing::Subscriber;
use tracing_subscriber::field::MakeExt as _;
use tracing_subscriber::fmt::{MakeWriter, format};

use crate::foreign::OneLine;

/// The longest value of a field, in characters.
const LONGEST_VALUE: usize = 500;

/// Logs to stderr from now on, panics included.
///
/// # Panics
/// If the process logs elsewhere already.
pub fn log_to_stderr() {
    let subscriber = subscriber(io::stderr, io::stderr().is_terminal());
    tracing::subscriber::set_global_default(subscriber).expect("nothing else logs");
    panic::set_hook(Box::new(|panic| tracing::error!("{panic}")));
}

/// Writes each field's value through [`OneLine`]: the one place that all foreign text passes, whether
/// it is logged as `%value`, as `?value` or in the message.
fn subscriber<W>(writer: W, ansi: bool) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let fields = format::debug_fn(|writer, field, value| {
        if field.name() != "message" {
            write!(writer, "{field}=")?;
        }
        write!(OneLine::new(writer, LONGEST_VALUE), "{value:?}")
    });
    tracing_subscriber::fmt()
        .with_writer(writer)
        .with_ansi(ansi)
        .fmt_fields(fields.delimited(" "))
        .finish()
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn an_event_is_one_line_however_its_text_is_logged() {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = subscriber(move || writer.clone(), false);
        let evil = "x\n2026-01-01T00:00:00Z  INFO forged\u{1b}[2J\u{9b}K\u{2028}\u{202e}";
        tracing::subscriber::with_default(subscriber, || {
            let span = tracing::info_span!("request", id = %evil, name = evil);
            let _entered = span.enter();
            tracing::info!(id = evil, "a string");
            tracing::warn!(error = %evil, "displayed");
            tracing::warn!(error = ?evil, "debugged");
            tracing::error!("in the message: {evil}");
            tracing::error!(long = "y".repeat(100_000), "long");
        });
        let bytes = lines.0.lock().unwrap().clone();
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(text.lines().count(), 5, "{text}");
        for line in text.lines() {
            assert!(line.starts_with("20") && line.len() < 3000, "{line}");
            assert!(!line.chars().any(|c| c.is_control()), "{line:?}");
            assert!(!line.contains(['\u{2028}', '\u{202e}']), "{line:?}");
            assert!(line.contains("x\\n2026-01-01"), "{line}");
        }
        assert!(text.contains("displayed error=x\\n2026"), "{text}");
        assert!(text.contains("a string id=\"x\\n2026"), "{text}");
    }
}
