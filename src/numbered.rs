//! Enums whose numbers JavaScript shares.

/// Declares an enum whose variants are numbered from 0 in their order, with `ALL` of them.
macro_rules! numbered {
    ($(#[$attribute:meta])* $visibility:vis enum $name:ident {
        $($(#[$variant_attribute:meta])* $variant:ident,)*
    }) => {
        $(#[$attribute])*
        $visibility enum $name { $($(#[$variant_attribute])* $variant,)* }

        impl $name {
            /// In the order of their numbers.
            #[allow(dead_code, reason = "some are read by the test of the border only")]
            pub(crate) const ALL: &[Self] = &[$(Self::$variant),*];

            /// Returns the variant of a number. JavaScript has no other numbers.
            #[allow(dead_code, reason = "some come from Rust only")]
            pub(crate) fn of(number: usize) -> Self {
                // Bound like this, the index needs no check, and so no panic with a message.
                Self::ALL[number.min(Self::ALL.len() - 1)]
            }
        }
    };
}
pub(crate) use numbered;
