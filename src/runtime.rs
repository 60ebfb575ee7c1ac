//! What std would bring to the npm build, at half of its size: no one could read a panic's message,
//! so none is made.

use crate::allocator::{Allocator, Memory};
use core::{
    arch::wasm32::{memory_grow, memory_size, unreachable},
    panic::PanicInfo,
};

#[global_allocator]
static ALLOCATOR: Allocator<WasmMemory> = Allocator::new();

struct WasmMemory;

const PAGE: usize = 65536;

impl Memory for WasmMemory {
    fn start() -> *mut u8 {
        unsafe extern "C" {
            /// Set by the linker: what is behind it is free.
            static mut __heap_base: u8;
        }
        (&raw mut __heap_base).wrapping_add(15).map_addr(|address| address & !15)
    }

    fn grow(end: usize) -> bool {
        let missing = end.div_ceil(PAGE).saturating_sub(memory_size(0));
        missing == 0 || memory_grow(0, missing) != usize::MAX
    }
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    unreachable()
}
