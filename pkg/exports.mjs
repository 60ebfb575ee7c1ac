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

/** What a panic would say. Its handler in src/runtime.rs says nothing, so that nobody reads it. */
const PANIC_TEXTS = new RegExp(
  [
    /(slice index|range (start|end) index| index out of bounds)[^\0]*\0/,
    /capacity overflow|mid > len|a chunk may have 1 GiB at most/,
    // Where the panic is.
    /(src|\/rustc)\/[\w/]+\.rs\0/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
)

/** Replaces the texts of panics by zeros, which take no room. */
function withoutPanicTexts(bytes) {
  const blank = (text) => '\0'.repeat(text.length)
  return Buffer.from(Buffer.from(bytes).toString('latin1').replace(PANIC_TEXTS, blank), 'latin1')
}

/** The bytes of a module, as few as can be. */
export function shrink(bytes) {
  const module = readModule(withoutPanicTexts(bytes))
  // As `wasm-opt -Oz`.
  binaryen.setOptimizeLevel(2)
  binaryen.setShrinkLevel(2)
  module.optimize()
  module.runPasses(['strip-target-features', 'strip-producers', 'reorder-functions'])
  const shrunk = module.emitBinary()
  module.dispose()
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(shrunk))
  if (imports.length > 0) throw new Error(`the module imports ${JSON.stringify(imports)}`)
  return shrunk
}
