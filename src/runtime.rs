//! What std would bring to the npm build, at half of its size: nobody could read a panic's message,
//! so none is made.

use core::{arch::wasm32::unreachable, panic::PanicInfo};
use talc::wasm::{WasmDynamicTalc, new_wasm_dynamic_allocator};

#[global_allocator]
static ALLOCATOR: WasmDynamicTalc = new_wasm_dynamic_allocator();

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    unreachable()
}
