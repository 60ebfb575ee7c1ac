/**
 * The package's public types as files, one per entry, so that a change of them is seen in the diff: `docs/npm-api`.
 *
 * Compares them with the built declarations; with `--write`, writes them. Run it with `cargo xtask api`.
 */

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CompilerState, Extractor, ExtractorConfig } from '@microsoft/api-extractor'

const PACKAGE = fileURLToPath(new URL('../../pkg/', import.meta.url))
const REPORTS = fileURLToPath(new URL('../../docs/npm-api/', import.meta.url))

interface Entry {
  /** As in `import 'sluicegate/NAME'`; `index` for `sluicegate` itself. */
  name: string
  /** The path of its declarations. */
  types: string
}

async function readEntries(): Promise<Entry[]> {
  const { exports } = JSON.parse(await readFile(join(PACKAGE, 'package.json'), 'utf8')) as {
    exports: Record<string, string | { types: string }>
  }
  return Object.entries(exports).flatMap(([path, target]) =>
    typeof target === 'string'
      ? []
      : [{ name: path.slice(2) || 'index', types: join(PACKAGE, target.types) }],
  )
}

function configure({ name, types }: Entry, folder: string): ExtractorConfig {
  const silent = { default: { logLevel: 'none' as const } }
  return ExtractorConfig.prepare({
    configObject: {
      projectFolder: PACKAGE,
      mainEntryPointFilePath: types,
      compiler: { tsconfigFilePath: join(PACKAGE, 'tsconfig.json') },
      apiReport: {
        enabled: true,
        reportFileName: name,
        reportFolder: folder,
        reportTempFolder: join(folder, 'temp'),
        reportVariants: ['public'],
        // Types that only the exported ones refer to belong to the API, too.
        includeForgottenExports: true,
      },
      docModel: { enabled: false },
      messages: {
        compilerMessageReporting: silent,
        extractorMessageReporting: silent,
        tsdocMessageReporting: silent,
      },
    } as Parameters<typeof ExtractorConfig.prepare>[0]['configObject'],
    configObjectFullPath: undefined,
    packageJsonFullPath: join(PACKAGE, 'package.json'),
  })
}

/** Returns the report of each entry, by its file's name. */
async function reports(): Promise<Map<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'sluicegate-api-'))
  try {
    const entries = await readEntries()
    const configs = entries.map((entry) => ({ ...entry, config: configure(entry, folder) }))
    // One program for all entries: it takes most of the time.
    const compilerState = CompilerState.create(configs[0]!.config, {
      additionalEntryPoints: entries.map(({ types }) => types),
    })
    const found = new Map<string, string>()
    for (const { name, config } of configs) {
      const { succeeded } = Extractor.invoke(config, {
        compilerState,
        localBuild: true,
        messageCallback: (message) => (message.handled = message.logLevel !== 'error'),
      })
      if (!succeeded) throw new Error(`API Extractor failed for the entry ${name}`)
      const report = await readFile(join(folder, `${name}.public.api.md`), 'utf8')
      const [, code] = /```ts\n([^]*)\n```/.exec(report.replaceAll('\r\n', '\n')) ?? []
      found.set(`${name}.txt`, code!.replace(/\n\/\/ \(No @packageDocumentation.*\n/, '').trim())
    }
    return found
  } finally {
    await rm(folder, { recursive: true })
  }
}

const HEADER = 'The public types of this entry. Written by `cargo xtask api`.\n\n'

const current = await reports()
if (process.argv.includes('--write')) {
  await rm(REPORTS, { recursive: true, force: true })
  await mkdir(REPORTS)
  for (const [file, text] of current) await writeFile(join(REPORTS, file), `${HEADER}${text}\n`)
  console.log('api: docs/npm-api')
} else {
  const recorded = await readdir(REPORTS)
  const changed: string[] = recorded.filter((file) => !current.has(file))
  for (const [file, text] of current) {
    const record = recorded.includes(file) && (await readFile(join(REPORTS, file), 'utf8'))
    if (record !== `${HEADER}${text}\n`) changed.push(file)
  }
  if (changed.length > 0) {
    console.error(
      `The package's public types differ from docs/npm-api (${changed.join(', ')}): ` +
        'run `cargo xtask api`, look at the diff, and commit it.',
    )
    process.exitCode = 1
  }
}
