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
        }
    };
}
pub(crate) use numbered;
