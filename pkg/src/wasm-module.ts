/** What hosts make of an import of `sluicegate/wasm`: the compiled module, for `init()` of `sluicegate/slim`. */
declare const module: WebAssembly.Module

export default module
