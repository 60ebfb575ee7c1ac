//! The TypeScript declarations of the exports. By hand: what wasm-bindgen would write has no options and no events.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.d.ts");
