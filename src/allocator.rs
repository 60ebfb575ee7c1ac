//! The memory of the npm build: blocks of a few sizes, with a list of free ones for each.
//!
//! A general allocator is a tenth of the whole module. Ours has few kinds of blocks to keep: buffers
//! that double, and what belongs to a stream, which is the same for all of them.

use core::{
    alloc::{GlobalAlloc, Layout},
    cell::Cell,
    marker::PhantomData,
    ptr::null_mut,
};

/// The memory that blocks are taken from.
pub(crate) trait Memory {
    /// Returns where it starts: an address that is divisible by [`LEAST`].
    fn start() -> *mut u8;
    /// Makes it reach up to this address. Returns whether that was possible.
    fn grow(end: usize) -> bool;
}

/// The bytes of the smallest block. Every block begins at a multiple of it.
const LEAST: usize = 16;

/// Four lists for each bit of a size.
const LISTS: usize = usize::BITS as usize * 4;

pub(crate) struct Allocator<M> {
    /// Free blocks of each size. Each one begins with the address of the next.
    free: [Cell<*mut u8>; LISTS],
    /// The end of the last block; null before the first.
    top: Cell<*mut u8>,
    memory: PhantomData<M>,
}

// SAFETY: as `SingleThread`, which the npm build is made for.
unsafe impl<M> Sync for Allocator<M> {}

impl<M: Memory> Allocator<M> {
    pub(crate) const fn new() -> Self {
        Self {
            free: [const { Cell::new(null_mut()) }; LISTS],
            top: Cell::new(null_mut()),
            memory: PhantomData,
        }
    }

    /// Lets the last block, which begins here, have so many bytes. Returns null if there is no room.
    fn set_last(&self, block: *mut u8, size: usize) -> *mut u8 {
        match block.addr().checked_add(size) {
            Some(end) if M::grow(end) => {
                self.top.set(block.wrapping_add(size));
                block
            }
            _ => null_mut(),
        }
    }
}

/// Returns the size of the block that holds this, and the index of its list. Between two powers of
/// two there are four sizes.
fn block_of(layout: Layout) -> (usize, usize) {
    let size = layout.size().max(LEAST);
    // No size is 0: the panic that `ilog2` would have is never needed.
    let power_of = |size: usize| (usize::BITS - 1 - size.leading_zeros()) as usize;
    let quarter = 1 << power_of(size) >> 2;
    let size = size.next_multiple_of(LEAST.max(quarter));
    let power = power_of(size);
    (size, power << 2 | size >> (power - 2) & 3)
}

// SAFETY: blocks don't overlap: one is taken from a list, or from above all others. It is as large as
// its layout says, and so is aligned, as nothing here has an alignment of more than `LEAST`.
unsafe impl<M: Memory> GlobalAlloc for Allocator<M> {
    #[inline(never)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.align() > LEAST {
            return null_mut();
        }
        let (size, list) = block_of(layout);
        let list = &self.free[list];
        let block = list.get();
        if block.is_null() {
            let top = self.top.get();
            return self.set_last(if top.is_null() { M::start() } else { top }, size);
        }
        // SAFETY: `dealloc` wrote it.
        list.set(unsafe { block.cast::<*mut u8>().read() });
        block
    }

    #[inline(never)]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let (size, list) = block_of(layout);
        if block.wrapping_add(size) == self.top.get() {
            return self.top.set(block);
        }
        let list = &self.free[list];
        // SAFETY: a block has room for an address, and this one is no longer in use.
        unsafe { block.cast::<*mut u8>().write(list.get()) };
        list.set(block);
    }

    /// The last block may stay where it is: a buffer that is larger than all others grows without a
    /// copy, and leaves no smaller blocks. But free blocks come first, or they would be free
    /// forever, while each new buffer grows behind the last one.
    #[inline(never)]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: as the caller promises.
        let new_layout = unsafe { Layout::from_size_align_unchecked(new_size, layout.align()) };
        let ((old, _), (new, list)) = (block_of(layout), block_of(new_layout));
        if old == new {
            return block;
        }
        let is_last = block.wrapping_add(old) == self.top.get();
        if is_last && self.free[list].get().is_null() {
            return self.set_last(block, new);
        }
        // SAFETY: both blocks have as many bytes as are copied.
        unsafe {
            let moved = self.alloc(new_layout);
            if !moved.is_null() {
                moved.copy_from_nonoverlapping(block, layout.size().min(new_size));
                self.dealloc(block, layout);
            }
            moved
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use alloc::{vec, vec::Vec};
    use proptest::{collection::vec, prelude::*};
    use std::{cell::RefCell, thread_local};

    const ROOM: usize = 1 << 20;

    thread_local! {
        /// Memory that can't move, and up to where it was asked for.
        static ROOM_OF_TEST: RefCell<(Vec<u128>, usize)> = RefCell::new((vec![0; ROOM / 16], 0));
    }

    struct TestMemory;

    impl Memory for TestMemory {
        fn start() -> *mut u8 {
            ROOM_OF_TEST.with_borrow_mut(|(room, _)| room.as_mut_ptr().cast())
        }

        fn grow(end: usize) -> bool {
            ROOM_OF_TEST.with_borrow_mut(|(room, reached)| {
                let size = end - room.as_ptr().addr();
                *reached = size.max(*reached);
                size <= ROOM
            })
        }
    }

    /// Blocks that are filled with a byte of their own.
    struct Blocks {
        allocator: Allocator<TestMemory>,
        blocks: Vec<(*mut u8, Layout, u8)>,
        next: u8,
    }

    impl Blocks {
        fn new() -> Self {
            ROOM_OF_TEST.with_borrow_mut(|(_, reached)| *reached = 0);
            Self { allocator: Allocator::new(), blocks: Vec::new(), next: 0 }
        }

        fn reached() -> usize {
            ROOM_OF_TEST.with_borrow(|(_, reached)| *reached)
        }

        fn fill(&mut self, block: *mut u8, layout: Layout) {
            assert!(!block.is_null());
            assert_eq!(block.addr() % layout.align(), 0);
            self.next = self.next.wrapping_add(1);
            // SAFETY: the block is as large as its layout says.
            unsafe { block.write_bytes(self.next, layout.size()) };
            self.blocks.push((block, layout, self.next));
        }

        fn add(&mut self, size: usize) {
            let layout = Layout::from_size_align(size, 1 << (size % 5)).unwrap();
            // SAFETY: the size is not 0.
            let block = unsafe { self.allocator.alloc(layout) };
            self.fill(block, layout);
        }

        /// Takes a block out, whose bytes have to be as they were filled.
        fn take(&mut self, index: usize) -> Option<(*mut u8, Layout, u8)> {
            let (block, layout, byte) = (!self.blocks.is_empty())
                .then(|| self.blocks.swap_remove(index % self.blocks.len()))?;
            // SAFETY: `fill` wrote them.
            let bytes = unsafe { core::slice::from_raw_parts(block, layout.size()) };
            assert!(bytes.iter().all(|it| *it == byte));
            Some((block, layout, byte))
        }

        /// Makes the calls, and frees what is left.
        fn run(&mut self, calls: &[Call]) {
            for call in calls {
                match *call {
                    Call::Add(size) => self.add(size),
                    Call::Free(index) => self.free(index),
                    Call::Resize(index, size) => self.resize(index, size),
                }
            }
            while !self.blocks.is_empty() {
                self.free(0);
            }
        }

        fn free(&mut self, index: usize) {
            if let Some((block, layout, _)) = self.take(index) {
                // SAFETY: it is an own block.
                unsafe { self.allocator.dealloc(block, layout) };
            }
        }

        fn resize(&mut self, index: usize, size: usize) {
            if let Some((block, layout, byte)) = self.take(index) {
                // SAFETY: it is an own block, and the size is not 0.
                let moved = unsafe { self.allocator.realloc(block, layout, size) };
                assert!(!moved.is_null());
                // SAFETY: a block keeps as many bytes as both sizes have.
                let kept = unsafe { core::slice::from_raw_parts(moved, size.min(layout.size())) };
                assert!(kept.iter().all(|it| *it == byte));
                self.fill(moved, Layout::from_size_align(size, layout.align()).unwrap());
            }
        }
    }

    #[derive(Clone, Debug)]
    enum Call {
        Add(usize),
        Free(usize),
        Resize(usize, usize),
    }

    fn call() -> impl Strategy<Value = Call> {
        let size = || prop_oneof![1_usize..100, 1_usize..3_000];
        prop_oneof![
            size().prop_map(Call::Add),
            any::<usize>().prop_map(Call::Free),
            (any::<usize>(), size()).prop_map(|(index, size)| Call::Resize(index, size)),
        ]
    }

    proptest! {
        #![proptest_config(crate::cases::cases(500, 2))]

        #[test]
        fn blocks_keep_what_is_in_them(calls in vec(call(), 0..200)) {
            Blocks::new().run(&calls);
        }

        #[test]
        fn what_was_freed_is_enough_for_the_same_again(calls in vec(call(), 0..200)) {
            let mut blocks = Blocks::new();
            let mut round = || {
                blocks.run(&calls);
                Blocks::reached()
            };
            // In the first rounds, blocks at the end grow in place, and become others by that.
            let reached: Vec<usize> = (0..20).map(|_| round()).collect();
            assert_eq!(reached[10], reached[19], "{reached:?}");
        }
    }

    #[test]
    fn the_last_block_grows_and_shrinks_where_it_is() {
        let mut blocks = Blocks::new();
        blocks.add(40);
        blocks.add(40);
        let (last, ..) = blocks.blocks[1];
        for size in [1_000, 200_000, 30, 1 << 19] {
            blocks.resize(1, size);
            assert_eq!(blocks.blocks[1].0, last);
        }
        assert_eq!(Blocks::reached(), 48 + (1 << 19));
    }

    #[test]
    fn without_room_there_is_no_block() {
        let mut blocks = Blocks::new();
        blocks.add(16);
        let allocator = &blocks.allocator;
        let layout = |size, align| Layout::from_size_align(size, align).unwrap();
        // SAFETY: no size is 0, and the block that is resized is an own one.
        unsafe {
            assert!(allocator.alloc(layout(ROOM + 1, 1)).is_null());
            assert!(allocator.alloc(layout(isize::MAX as usize, 1)).is_null());
            assert!(allocator.alloc(layout(32, 32)).is_null());
            let (block, of, _) = blocks.blocks[0];
            assert!(allocator.realloc(block, of, 2 * ROOM).is_null());
            assert!(!allocator.alloc(layout(ROOM / 2, 1)).is_null());
        }
        blocks.free(0);
    }
}
