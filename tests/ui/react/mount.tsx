import { type ReactNode, useLayoutEffect } from 'react'
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

/** Mounts a component, within something that it is the child of. */
export async function mountIn(
  parent: (child: ReactNode) => ReactNode,
  firstUrl: string,
  firstOptions: UseEventStreamOptions = {},
): Promise<Mounted> {
  const root = createRoot(document.createElement('div'))
  const renders: StreamSnapshot[] = []
  let controls!: StreamControls
  function onCommit(snapshot: StreamSnapshot, current: StreamControls): void {
    renders.push(snapshot)
    controls = current
  }
  async function render(url: string, options: UseEventStreamOptions): Promise<void> {
    const count = renders.length
    root.render(parent(<Stream url={url} options={options} onCommit={onCommit} />))
    await until(() => renders.length > count)
  }
  await render(firstUrl, firstOptions)
  return {
    start: (overrides) => controls.start(overrides),
    cancel: (reason) => controls.cancel(reason),
    renders,
    get now() {
      return renders.at(-1)!
    },
    update: (url, options = firstOptions) => render(url, options),
    unmount: () => root.unmount(),
  }
}

export const mount: Mount = (url, options) => mountIn((child) => child, url, options)
