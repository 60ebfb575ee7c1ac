/** What the package's module holds. The package shows it to nobody, so its instance is caught as it is made. */

let exports: WebAssembly.Exports | undefined

WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct(target, args, newTarget) {
    const instance = Reflect.construct(target, args, newTarget) as WebAssembly.Instance
    exports = instance.exports
    return instance
  },
})

/** Bytes of memory, and slots of the tables that hold JavaScript values; both never shrink. */
export function wasmSize(): { memory: number; slots: number } {
  if (!exports) throw new Error('the module is not there yet')
  const all = Object.values(exports)
  const memory = all.find((value) => value instanceof WebAssembly.Memory)
  const tables = all.filter((value) => value instanceof WebAssembly.Table)
  if (!memory || tables.length === 0) throw new Error('the module exports no memory or no table')
  const slots = tables.reduce((sum, table) => sum + table.length, 0)
  return { memory: memory.buffer.byteLength, slots }
}
