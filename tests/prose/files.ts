import { readdirSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the repository. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** What is installed or built, as in .gitignore. `npm pack` copies Markdown files to `pkg` while it runs. */
const IGNORED =
  /(?:^|\/)(?:\.git|\.next|node_modules|target|dist|generated)$|^examples\/[\w-]+\/pkg$|^pkg\/[\w-]+\.md$/

/** Returns the paths of all files and folders of the repository, relative to it. */
export function repositoryPaths(folder = ''): string[] {
  return readdirSync(ROOT + folder, { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(folder, entry.name)
    if (IGNORED.test(path)) return []
    return entry.isDirectory() ? [path, ...repositoryPaths(path)] : [path]
  })
}
