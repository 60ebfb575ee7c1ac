//! Text to lines, however it is split into pieces.

use super::{Format, interpreter::Interpreter, limit::TooLarge, line_ends::LineEnds};
use alloc::vec::Vec;

const BOM: &[u8] = "\u{feff}".as_bytes();

/// The start of the line whose end has not arrived yet.
#[derive(Clone, Copy, PartialEq)]
enum OpenLine {
    /// Nothing.
    Empty,
    /// Bytes that are held until the end of the line.
    Held,
    /// A value of `data`, which is in the data buffer already. The line is by `extra` bytes longer
    /// than what the buffer got. They count for the limit, too.
    Data { extra: usize },
    /// A line that means nothing. It is skipped, however long it is.
    Skipped,
}

/// Where the splitting has stopped.
pub(super) struct Lines {
    at_start: bool,
    after_cr: bool,
    open: OpenLine,
    /// The bytes of [`OpenLine::Held`]. Else empty.
    held: Vec<u8>,
}

impl Lines {
    pub(super) fn new() -> Self {
        Self { at_start: true, after_cr: false, open: OpenLine::Empty, held: Vec::new() }
    }

    /// Starts a new stream.
    pub(super) fn reset(&mut self) {
        (self.at_start, self.after_cr, self.open) = (true, false, OpenLine::Empty);
        self.held.clear();
    }

    /// The line that has no end yet, unless it is in the data buffer already.
    pub(super) fn held(&self) -> &[u8] {
        &self.held
    }

    /// Takes the line that the stream has ended in.
    pub(super) fn take_held(&mut self) -> Vec<u8> {
        core::mem::take(&mut self.held)
    }

    /// Splits valid UTF-8 into lines ([WHATWG HTML, 9.2.5]: LF, CR or CRLF, after one BOM).
    ///
    /// A LF after a CR is dropped when it comes, never waited for.
    ///
    /// [WHATWG HTML, 9.2.5]: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
    pub(super) fn split(
        &mut self,
        mut piece: &[u8],
        is_ascii: bool,
        interpreter: &mut Interpreter,
    ) -> Result<(), TooLarge> {
        if core::mem::take(&mut self.at_start) {
            piece = piece.strip_prefix(BOM).unwrap_or(piece);
        }
        if core::mem::take(&mut self.after_cr) {
            piece = piece.strip_prefix(b"\n").unwrap_or(piece);
        }
        let mut start = 0;
        let other_end = if interpreter.format == Format::Sse { b'\r' } else { b'\n' };
        let mut ends = LineEnds::new(piece, other_end);
        loop {
            if self.open == OpenLine::Empty {
                let rest = piece.get(start..).unwrap_or_default();
                let taken = interpreter.take_texts(rest, is_ascii);
                if taken > 0 {
                    start += taken;
                    ends.skip_to(start);
                }
            }
            let Some(end) = ends.next() else {
                break;
            };
            // The LF of a CRLF.
            if end < start {
                continue;
            }
            let line = &piece[start..end];
            if self.open != OpenLine::Empty {
                self.hold(line, is_ascii, interpreter)?;
                self.end_line(interpreter)?;
            } else if piece[end..].starts_with(b"\n\n") && interpreter.dispatch_line(line, is_ascii)
            {
                // The blank line.
                ends.next();
                start = end + 2;
                continue;
            } else {
                interpreter.line(line, is_ascii)?;
            }
            start = end + 1;
            if piece[end] == b'\r' {
                match piece.get(start) {
                    Some(b'\n') => start += 1,
                    Some(_) => {}
                    None => self.after_cr = true,
                }
            }
        }
        self.hold(&piece[start..], is_ascii, interpreter)
    }

    /// Keeps a part of a line whose end has not come yet.
    ///
    /// A value of `data` goes to its event at once: long ones are common, and this saves a copy of
    /// each.
    fn hold(
        &mut self,
        part: &[u8],
        is_ascii: bool,
        interpreter: &mut Interpreter,
    ) -> Result<(), TooLarge> {
        match self.open {
            _ if part.is_empty() => return Ok(()),
            OpenLine::Skipped => return Ok(()),
            OpenLine::Data { extra } => {
                interpreter.check_size(extra + part.len())?;
                interpreter.batch.append_open(part, is_ascii);
                return Ok(());
            }
            OpenLine::Empty => {
                if let Some(extra) = interpreter.start_data(part, is_ascii)? {
                    self.open = OpenLine::Data { extra };
                    return Ok(());
                }
            }
            OpenLine::Held => {}
        }
        self.held.extend_from_slice(part);
        self.open = OpenLine::Held;
        match interpreter.needs(&self.held) {
            Some(true) => interpreter.check_size(self.held.len()),
            Some(false) => {
                self.held.clear();
                self.open = OpenLine::Skipped;
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Processes the open line, whose end has arrived.
    fn end_line(&mut self, interpreter: &mut Interpreter) -> Result<(), TooLarge> {
        if core::mem::replace(&mut self.open, OpenLine::Empty) != OpenLine::Held {
            return Ok(());
        }
        let done = interpreter.line(&self.held, false);
        self.held.clear();
        done
    }
}
