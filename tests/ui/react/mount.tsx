import { type ReactNode, useEffect, useLayoutEffect } from 'react'
import { createRoot } from 'react-dom/client'
import {
  type StreamControls,
  type StreamSnapshot,
  useEventStream,
  type UseEventStreamOptions,
} from 'sluicegate/react'
import type { Mount, Mounted } from '../support/mounted.js'
import { until } from '../support/until.js'

interface Props {
  url: string
  options: UseEventStreamOptions
  onCommit: (snapshot: StreamSnapshot, controls: StreamControls) => void
}

function Stream({ url, options, onCommit }: Props): string {
  const { start, cancel, ...snapshot } = useEventStream(url, options)
  useLayoutEffect(() => onCommit(snapshot, { start, cancel }))
  return snapshot.text
}

/** Puts a component into something that may hide it. */
export type Cover = (child: ReactNode, isHidden: boolean) => ReactNode

/** Mounts a component under a cover. */
export async function mountUnder(
  cover: Cover,
  firstUrl: string,
  firstOptions: UseEventStreamOptions = {},
  isHiddenFirst = false,
): Promise<Mounted & { cover(isHidden: boolean): Promise<void> }> {
  const root = createRoot(document.createElement('div'))
  const renders: StreamSnapshot[] = []
  let controls!: StreamControls
  let [url, options, isHidden] = [firstUrl, firstOptions, isHiddenFirst]
  function onCommit(snapshot: StreamSnapshot, current: StreamControls): void {
    renders.push(snapshot)
    controls = current
  }
  async function render(): Promise<void> {
    const count = renders.length
    let isCommitted = false
    root.render(
      <Committed onCommit={() => (isCommitted = true)}>
        {cover(<Stream url={url} options={options} onCommit={onCommit} />, isHidden)}
      </Committed>,
    )
    await until(() => isCommitted && (isHidden || renders.length > count))
  }
  await render()
  return {
    start: (overrides) => controls.start(overrides),
    cancel: (reason) => controls.cancel(reason),
    renders,
    get now() {
      return renders.at(-1)!
    },
    update: (newUrl, newOptions = options) => {
      ;[url, options] = [newUrl, newOptions]
      return render()
    },
    cover: (hide) => {
      isHidden = hide
      return render()
    },
    unmount: () => root.unmount(),
  }
}

/** Reports each commit, what is hidden included. */
function Committed({ onCommit, children }: { onCommit: () => void; children: ReactNode }) {
  useEffect(() => void onCommit())
  return children
}

/** Mounts a component, within something that it is the child of. */
export const mountIn = (
  parent: (child: ReactNode) => ReactNode,
  url: string,
  options?: UseEventStreamOptions,
): Promise<Mounted> => mountUnder(parent, url, options)

export const mount: Mount = (url, options) => mountIn((child) => child, url, options)
