import { readFileSync } from 'node:fs'
import type { Plugin } from 'esbuild'
import { BACKENDS } from './backends/index.js'

const PAGE = new URL('../../docs/backends.md', import.meta.url)

/** The recipes of docs/backends.md by the backend's name: modules, as they stand there. */
const recipes: ReadonlyMap<string, string> = new Map(
  [...readFileSync(PAGE, 'utf8').matchAll(/^```js\n\/\/ ([\w-]+)\.js\n(.*?)^```$/gms)].map(
    ([, name = '', code = '']) => [name, code],
  ),
)

/**
 * The module `recipes`: an object with each recipe by its name, as a function of the backend's address. The address is
 * all that differs from the page.
 */
export const recipesPlugin: Plugin = {
  name: 'recipes',
  setup({ onResolve, onLoad }) {
    const names = [...recipes.keys()]
    const missing = Object.keys(BACKENDS).filter((name) => !recipes.has(name))
    if (missing.length > 0) throw new Error(`docs/backends.md has no recipe for ${missing.join()}`)
    onResolve({ filter: /^recipes(\/.*)?$/ }, ({ path }) => ({ path, namespace: 'recipes' }))
    onLoad({ filter: /^recipes$/, namespace: 'recipes' }, () => ({
      contents: [
        ...names.map((name, at) => `import { at as recipe${at} } from 'recipes/${name}'`),
        `export const RECIPES = { ${names.map((name, at) => `'${name}': recipe${at}`).join()} }`,
      ].join('\n'),
    }))
    onLoad({ filter: /\//, namespace: 'recipes' }, ({ path }) => ({
      contents: withAddress(recipes.get(path.replace('recipes/', ''))!),
      resolveDir: import.meta.dirname,
    }))
  },
}

/** Makes a function of a module's body. */
function withAddress(code: string): string {
  const [, imports = '', address = '', body = ''] =
    /^(.*?)^const API = '(.*?)'\n(.*)$/ms.exec(code) ?? []
  if (body === '') throw new Error(`a recipe without an address:\n${code}`)
  const { pathname } = new URL(address, 'http://page.test')
  const names = [...body.matchAll(/^export (?:async )?function\*? (\w+)/gm)].map(([, name]) => name)
  return `${imports}export const at = (base) => {
    const API = base + '${pathname === '/' ? '' : pathname}'
    ${body.replaceAll(/^export /gm, '')}
    return { ${names.join()} }
  }`
}
