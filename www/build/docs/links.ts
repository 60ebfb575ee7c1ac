import { posix } from 'node:path'

/** Where links of the pages can go. */
export interface Places {
  /** The files in `docs` that are pages, such as `resuming.md`. */
  pages: ReadonlySet<string>
  /** The address of the repository, without a slash at its end; `undefined` while the package has none. */
  repository: string | undefined
}

/** The name of a page's HTML file, next to the others. */
export const htmlOf = (file: string): string =>
  file === 'README.md' ? 'index.html' : file.replace(/\.md$/, '.html')

/**
 * Where a link of a page in `docs` goes on the site: to another page, to a file in the repository, or as it is.
 * `undefined` for a file in the repository whose address is unknown.
 */
export function hrefOf(href: string, { pages, repository }: Places): string | undefined {
  if (/^([a-z][a-z\d+.-]*:|#|\/\/)/i.test(href)) return href
  const [, path = '', rest = ''] = /^([^?#]*)(.*)$/s.exec(href)!
  const file = posix.join('docs', path)
  const page = file === 'docs' || file === 'docs/' ? 'README.md' : posix.relative('docs', file)
  if (pages.has(page)) return htmlOf(page) + rest
  return repository && `${repository}/blob/main/${file}${rest}`
}

/** The address of the repository that a package.json names; `undefined` if it names none. */
export function repositoryOf(manifest: {
  repository?: string | { url: string }
}): string | undefined {
  const { repository } = manifest
  const url = typeof repository === 'object' ? repository.url : repository
  return url
    ?.replace(/^git\+/, '')
    .replace(/^(github:)?([\w.-]+\/[\w.-]+)$/, 'https://github.com/$2')
    .replace(/\.git$|\/$/, '')
}
