import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { recipesPlugin } from '../vendors/recipes.js'

const FOLDER = fileURLToPath(new URL('.', import.meta.url))
/** Takes the package's place where the scenarios are played through a module of an app's own. */
const JS_MODULE = join(FOLDER, 'support/js-module.ts')

const SCENARIOS = fileURLToPath(new URL('../scenarios', import.meta.url))

/** No style, no inline script: the pages are also served under a strict content security policy. */
const html = (...scripts: string[]) => `<!doctype html>
<meta charset="utf-8">
<link rel="icon" href="data:,">
<title>sluicegate</title>
${scripts.join('\n')}
`

/** Lets the suites test another entry as if it were the package's main one. */
const testEntry = (entry: string): Plugin => ({
  name: entry,
  setup: ({ onResolve, resolve }) => {
    if (entry === 'sluicegate') return
    onResolve({ filter: /^sluicegate$/ }, ({ kind, resolveDir }) =>
      resolve(entry, { kind, resolveDir }),
    )
  },
})

/** The module `scenarios`: all files of tests/scenarios. */
const scenarios: Plugin = {
  name: 'scenarios',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^scenarios$/ }, () => ({ path: SCENARIOS, namespace: 'scenarios' }))
    onLoad({ filter: /./, namespace: 'scenarios' }, async () => {
      const names = (await readdir(SCENARIOS)).filter((name) => name.endsWith('.json')).toSorted()
      const subjects = names.map(async (name) => {
        const scenarios: unknown = JSON.parse(await readFile(join(SCENARIOS, name), 'utf8'))
        return [name.replace(/\.json$/, ''), scenarios] as const
      })
      const all = JSON.stringify(Object.fromEntries(await Promise.all(subjects)))
      return { contents: `export const SUBJECTS = ${all}`, loader: 'js' }
    })
  },
}

/** What wasm-pack makes of the module. */
const JS_PACKAGE = fileURLToPath(new URL('../../examples/js-module/pkg', import.meta.url))

const COMMON = { bundle: true, format: 'esm', target: 'es2022', keepNames: true } as const

/**
 * Writes the page of all suites to a folder, and each page of `pages/` beside it. The suites test
 * this entry of the package.
 */
export async function bundle(site: string, entry: string): Promise<void> {
  const suites = (await readdir(join(FOLDER, 'suites'))).filter((name) => name.endsWith('.test.ts'))
  const pages = (await readdir(join(FOLDER, 'pages'))).map((name) => name.replace(/\.ts$/, ''))
  await bundleSuites(site, entry, suites.toSorted())
  await build({
    ...COMMON,
    entryPoints: pages.map((name) => join(FOLDER, 'pages', `${name}.ts`)),
    // As most bundlers do by default.
    charset: 'utf8',
    outdir: site,
  })
  const wasm = createRequire(import.meta.url).resolve('sluicegate/wasm')
  await copyFile(wasm, join(site, 'sluicegate.wasm'))
  for (const name of pages) {
    const script = `<script type="module" src="${name}.js"></script>`
    await writeFile(join(site, `${name}.html`), html(script))
  }
}

/** Writes a page of the scenarios alone, which plays them through `examples/js-module`. */
export async function bundleScenarios(site: string): Promise<void> {
  await bundleSuites(site, JS_MODULE, ['scenarios.test.ts'])
  const wasm = 'js_module_bg.wasm'
  await copyFile(join(JS_PACKAGE, wasm), join(site, wasm))
}

async function bundleSuites(site: string, entry: string, suites: string[]): Promise<void> {
  const main = ['./support/setup.js', ...suites.map((name) => `./suites/${name}`)]
  await build({
    ...COMMON,
    plugins: [testEntry(entry), scenarios, recipesPlugin],
    alias: { 'js-module': join(JS_PACKAGE, 'js_module.js') },
    stdin: {
      contents: [...main, './support/start.js'].map((path) => `import '${path}'`).join('\n'),
      resolveDir: FOLDER,
      loader: 'ts',
    },
    outfile: join(site, 'suites.js'),
  })
  // In strict mode, as part of a module, Mocha's own bundle does not run.
  const mocha = dirname(createRequire(import.meta.url).resolve('mocha/package.json'))
  await copyFile(join(mocha, 'mocha.js'), join(site, 'mocha.js'))
  await writeFile(
    join(site, 'index.html'),
    html('<script src="mocha.js"></script>', '<script type="module" src="suites.js"></script>'),
  )
}
