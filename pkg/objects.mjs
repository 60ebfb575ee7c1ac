import binaryen from 'binaryen'

/**
 * A module without the table of JavaScript objects that wasm-bindgen puts into each: we hand none
 * over, and what fills the table is the only thing that would have to be imported.
 */
export function withoutObjects(bytes) {
  const module = binaryen.readBinary(bytes)
  module.removeExport('__wbindgen_externrefs')
  module.removeExport('__wbindgen_start')
  module.runPasses(['remove-unused-module-elements'])
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(module.emitBinary()))
  if (imports.length > 0) throw new Error(`the module imports ${JSON.stringify(imports)}`)
  const stripped = module.emitBinary()
  module.dispose()
  return stripped
}
