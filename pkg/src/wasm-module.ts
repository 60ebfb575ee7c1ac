/** The compiled module, for `init()` of `sluicegate/slim`, in hosts that import `.wasm` files as modules. */
declare const module: WebAssembly.Module

export default module
