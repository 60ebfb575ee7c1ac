//! What std would bring to the npm build, at half of its size: nobody could read a panic's message,
//! so none is made.

use core::{arch::wasm32::unreachable, panic::PanicInfo};
use dlmalloc::GlobalDlmalloc;

#[global_allocator]
static ALLOCATOR: GlobalDlmalloc = GlobalDlmalloc;

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    unreachable()
}
