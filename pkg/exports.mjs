// What the compiler made, as the package needs it.
import binaryen from 'binaryen'

/** Reads a module, and removes the exports that are the linker's own, with what only they need. */
export function readModule(bytes) {
  const module = binaryen.readBinary(bytes)
  for (const { name } of exportsOf(module)) {
    if (name.startsWith('__')) module.removeExport(name)
  }
  module.runPasses(['remove-unused-module-elements'])
  return module
}

function exportsOf(module) {
  return Array.from({ length: module.getNumExports() }, (_, index) =>
    binaryen.getExportInfo(module.getExportByIndex(index)),
  )
}

/** The module's exports for TypeScript. All parameters and results are numbers. */
export function typesOf(bytes) {
  const module = readModule(bytes)
  const lines = exportsOf(module).map(({ name, value, kind }) => {
    if (kind === binaryen.ExternalMemory)
      return `export declare const ${name}: WebAssembly.Memory\n`
    const { params, results } = binaryen.getFunctionInfo(module.getFunction(value))
    const parameters = binaryen.expandType(params).map((_, index) => `${'abcdefgh'[index]}: number`)
    const result = results === binaryen.none ? 'void' : 'number'
    return `export declare function ${name}(${parameters.join(', ')}): ${result}\n`
  })
  module.dispose()
  return lines.join('')
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
  // Below address 1024 is only the end of the stack: nothing is stored there.
  binaryen.setLowMemoryUnused(true)
  // As `wasm-opt -Oz -O3`: the second round finds what the first has made alike.
  for (const [optimize, shrink] of [
    [2, 2],
    [3, 0],
  ]) {
    binaryen.setOptimizeLevel(optimize)
    binaryen.setShrinkLevel(shrink)
    module.optimize()
  }
  module.runPasses([
    'reorder-locals',
    'strip-target-features',
    'strip-producers',
    'reorder-functions',
  ])
  const shrunk = module.emitBinary()
  module.dispose()
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(shrunk))
  if (imports.length > 0) throw new Error(`the module imports ${JSON.stringify(imports)}`)
  return shrunk
}
