// The module as JavaScript, through binaryen's wasm2js.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readModule } from './exports.mjs'

const tool = (name) => fileURLToPath(new URL(`../node_modules/.bin/${name}`, import.meta.url))

/** What rustc's core and alloc may use of newer WebAssembly. */
const FEATURES = [
  '--enable-bulk-memory',
  '--enable-bulk-memory-opt',
  '--enable-multivalue',
  '--enable-mutable-globals',
  '--enable-nontrapping-float-to-int',
  '--enable-reference-types',
  '--enable-sign-ext',
]
const LOWERINGS = [
  '--llvm-memory-copy-fill-lowering',
  '--llvm-nontrapping-fptoint-lowering',
  '--signext-lowering',
]

/** Turns a module's file into JavaScript beside it, and returns the path of that. */
export function toJavaScript(file) {
  const lowered = file.replace(/wasm$/, 'lowered.wasm')
  const javaScript = `${file}.js`
  const module = readModule(readFileSync(file))
  writeFileSync(lowered, module.emitBinary())
  module.dispose()
  const options = { stdio: 'inherit' }
  execFileSync(
    tool('wasm-opt'),
    ['-Oz', ...FEATURES, ...LOWERINGS, lowered, '-o', lowered],
    options,
  )
  execFileSync(tool('wasm2js'), ['-Oz', lowered, '-o', javaScript], options)
  writeFileSync(javaScript, detachOnGrowth(readFileSync(javaScript, 'utf8')))
  return javaScript
}

/** Growing detaches the views of WebAssembly memory, by which their holders know of it. */
function detachOnGrowth(code) {
  const growth = 'buffer = newBuffer;'
  if (code.split(growth).length !== 2) throw new Error('wasm2js grows memory in another way now')
  return code.replace(growth, `structuredClone(buffer, { transfer: [buffer] }); ${growth}`)
}
