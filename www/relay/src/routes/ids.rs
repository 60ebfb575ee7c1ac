//! The names that callers choose: of users, sessions and models.

use crate::error::ApiError;

/// The longest name, in bytes.
const LONGEST: usize = 256;

/// The longest message in a path, in bytes.
const LONGEST_MESSAGE: usize = 4096;

/// Refuses a name that is empty, over 256 bytes or has control characters. `field` is what the
/// request calls it.
pub fn check(field: &str, name: &str) -> Result<(), ApiError> {
    check_up_to(LONGEST, field, name)
}

fn check_up_to(longest: usize, field: &str, name: &str) -> Result<(), ApiError> {
    let problem = if name.trim().is_empty() {
        "is empty".to_owned()
    } else if name.len() > longest {
        format!("is over {longest} bytes")
    } else if name.chars().any(char::is_control) {
        "has control characters".to_owned()
    } else {
        return Ok(());
    };
    Err(ApiError::invalid(format!("{field} {problem}")))
}

/// Refuses what [`check`] does, and an id that would be another path in `GET /chat/{sessionId}`.
pub fn check_session(id: &str) -> Result<(), ApiError> {
    check("sessionId", id)?;
    match id {
        "cancel" | "." | ".." => Err(ApiError::invalid(format!("sessionId may not be {id:?}"))),
        _ => Ok(()),
    }
}

/// Refuses a message in a path that is empty, over 4096 bytes or has control characters.
pub fn check_message(field: &str, message: &str) -> Result<(), ApiError> {
    check_up_to(LONGEST_MESSAGE, field, message)
}

#[cfg(test)]
mod tests {
    use super::{check, check_session};

    #[test]
    fn session_ids_are_no_other_path() {
        for id in ["cancel", ".", "..", "", "a\u{9f}"] {
            assert!(check_session(id).is_err(), "{id:?}");
        }
        assert!(check_session("cancelled/../x").is_ok());
    }

    #[test]
    fn names_are_short_and_printable() {
        for name in ["a", "用户 1", "é".repeat(128).as_str(), "../x?y#z"] {
            assert!(check("userId", name).is_ok(), "{name}");
        }
        for name in ["", "a\nb", "a\0", "\u{7f}", "\u{85}", "é".repeat(129).as_str()] {
            assert!(check("userId", name).is_err(), "{name:?}");
        }
    }
}
