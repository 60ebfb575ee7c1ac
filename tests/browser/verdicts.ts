import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { ENGINES, type Engine } from '../webdriver/index.js'

/** The page that has the tables. */
const PAGE = fileURLToPath(new URL('../../docs/eventsource.md', import.meta.url))

/** What became of a case of the conformance suite in one engine. */
export interface Verdict {
  engine: Engine
  section: string
  says: string
  /** Whether the browser's own `EventSource` does it. */
  native: boolean
  /** Why ours can't. */
  impossible?: string
}

export interface Difference {
  what: string
  theirs: string
  ours: string
}

/** A case in all engines. */
class Row {
  readonly says: string
  readonly #verdicts: Verdict[]

  constructor(verdicts: Verdict[]) {
    this.says = verdicts[0]!.says
    this.#verdicts = verdicts
  }

  native(engine: Engine): string {
    const verdicts = this.#verdicts.filter((verdict) => verdict.engine === engine)
    if (verdicts.length === 0) return ''
    return verdicts.every(({ native }) => native) ? 'yes' : '**no**'
  }

  get ours(): string {
    const why = this.#verdicts.map(({ impossible }) => impossible)
    const reason = why.find((reason) => reason !== undefined)
    if (reason === undefined) return 'yes'
    const engines = ENGINES.filter((engine) =>
      this.#verdicts.some((verdict) => verdict.engine === engine && verdict.impossible),
    )
    return engines.length === ENGINES.length
      ? `**no**: ${reason}`
      : `**not in ${engines}**: ${reason}`
  }

  get isDifferent(): boolean {
    return this.#verdicts.some(({ native, impossible }) => !native || impossible !== undefined)
  }
}

const line = (cells: (string | number)[]) => `| ${cells.join(' | ')} |\n`
const head = (cells: string[]) => line(cells) + line(cells.map(() => '---'))

/** The tables of a run in all engines. */
function render(verdicts: Verdict[]): string {
  const count = (rows: Row[], cell: (row: Row) => string) =>
    rows.filter((row) => cell(row) === 'yes').length
  let totals = head(['section', 'cases', 'ours', ...ENGINES])
  let differences = head(['the standard says', 'ours', ...ENGINES])
  for (const section of new Set(verdicts.map(({ section }) => section))) {
    const own = verdicts.filter((verdict) => verdict.section === section)
    const titles = [...new Set(own.map(({ says }) => says))]
    const rows = titles.map((says) => new Row(own.filter((verdict) => verdict.says === says)))
    const natives = ENGINES.map((engine) => {
      const known = rows.filter((row) => row.native(engine) !== '')
      const good = count(known, (row) => row.native(engine))
      return known.length === rows.length ? good : `${good} of ${known.length}`
    })
    totals += line([section, rows.length, count(rows, (row) => row.ours), ...natives])
    for (const row of rows.filter((row) => row.isDifferent)) {
      differences += line([row.says, row.ours, ...ENGINES.map((engine) => row.native(engine))])
    }
  }
  return `${totals}\nThey differ here:\n\n${differences}`
}

function renderDifferences(differences: Difference[]): string {
  const rows = differences.map(({ what, theirs, ours }) => line([what, theirs, ours]))
  return head(['', '@microsoft/fetch-event-source 2.0.1', 'ours']) + [...new Set(rows)].join('')
}

/** Whether the page says what a run of everything has found; `update` makes it so. */
export async function isPageCurrent(
  verdicts: Verdict[],
  differences: Difference[],
  update: boolean,
): Promise<boolean> {
  const page = await readFile(PAGE, 'utf8')
  let current = page
  const parts = { eventsource: render(verdicts), fetch: renderDifferences(differences) }
  for (const [name, table] of Object.entries(parts)) {
    const [start, end] = ['start', 'end'].map((edge) => `<!-- ${name}: ${edge} -->\n`)
    const [before, rest] = current.split(start!)
    const [, after] = rest!.split(end!)
    current = `${before}${start}\n${table}\n${end}${after}`
  }
  if (current !== page && update) await writeFile(PAGE, current)
  return current === page || update
}
