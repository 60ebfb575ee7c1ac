//! Enums whose numbers `pkg/src/stream/border.ts` repeats.

/// Declares an enum whose variants are numbered from 0 in their order, with `ALL` of them.
macro_rules! numbered {
    ($(#[$attribute:meta])* $visibility:vis enum $name:ident {
        $($(#[$variant_attribute:meta])* $variant:ident,)*
    }) => {
        $(#[$attribute])*
        $visibility enum $name { $($(#[$variant_attribute])* $variant,)* }

        impl $name {
            /// In the order of their numbers.
            pub(crate) const ALL: &[Self] = &[$(Self::$variant),*];
        }
    };
}
pub(crate) use numbered;
