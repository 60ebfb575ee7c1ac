//! Statics without locks.

// Only nightly knows the feature, and only nightly builds threads for wasm32.
#[cfg(target_feature = "atomics")]
compile_error!(
    "the feature `npm` keeps its state in statics without locks: build it without the target feature `atomics`"
);

/// A value for a static of a program that has one thread.
pub(super) struct SingleThread<T>(pub(super) T);

// SAFETY: wasm32 has no threads without the target feature `atomics`, which is refused above.
unsafe impl<T> Sync for SingleThread<T> {}
