//! The names that callers choose: of users, sessions and models.

use crate::error::ApiError;

/// The longest name, in bytes.
const LONGEST: usize = 256;

/// Refuses a name that is empty, over 256 bytes or has control characters. `field` is what the
/// request calls it.
pub fn check(field: &str, name: &str) -> Result<(), ApiError> {
    let problem = if name.is_empty() {
        "is empty"
    } else if name.len() > LONGEST {
        "is over 256 bytes"
    } else if name.chars().any(char::is_control) {
        "has control characters"
    } else {
        return Ok(());
    };
    Err(ApiError::invalid(format!("{field} {problem}")))
}

#[cfg(test)]
mod tests {
    use super::check;

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
