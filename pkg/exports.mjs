// What wasm-bindgen made, without what only its glue needs.
import binaryen from 'binaryen'

/**
 * Reads a module, and removes wasm-bindgen's own exports with all that they need: a table of
 * JavaScript objects, which is the only thing that would have to be imported. We hand none over.
 */
export function readModule(bytes) {
  const module = binaryen.readBinary(bytes)
  for (let index = module.getNumExports() - 1; index >= 0; index--) {
    const { name } = binaryen.getExportInfo(module.getExportByIndex(index))
    if (name.startsWith('__')) module.removeExport(name)
  }
  module.runPasses(['remove-unused-module-elements'])
  return module
}

/** The module as bytes, as few as can be. */
export function shrink(module) {
  // As `wasm-opt -Oz`.
  binaryen.setOptimizeLevel(2)
  binaryen.setShrinkLevel(2)
  module.optimize()
  module.runPasses(['strip-target-features', 'strip-producers', 'reorder-functions'])
  const bytes = module.emitBinary()
  module.dispose()
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes))
  if (imports.length > 0) throw new Error(`the module imports ${JSON.stringify(imports)}`)
  return bytes
}
