/** What the package's module holds. The package shows it to nobody, so its instance is caught as it is made. */

let exports: WebAssembly.Exports | undefined

const { instantiate } = WebAssembly

WebAssembly.instantiate = async (...args: unknown[]) => {
  const made = await Reflect.apply(instantiate, WebAssembly, args)
  exports = (made.instance ?? made).exports
  return made
}

/** Bytes of memory, which never shrinks. */
export function wasmSize(): number {
  if (!exports) throw new Error('the module is not there yet')
  const all = Object.values(exports)
  const memory = all.find((value) => value instanceof WebAssembly.Memory)
  if (!memory) throw new Error('the module exports no memory')
  if (all.some((value) => value instanceof WebAssembly.Table)) {
    throw new Error('the module keeps values of JavaScript: count them, too')
  }
  return memory.buffer.byteLength
}
