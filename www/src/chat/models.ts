import { atom } from 'nanostores'
import { $relay } from '../site/settings'
import { Relay } from './relay'

/** What a relay can be asked for. `names` is empty for one that does not tell. */
export interface Models {
  names: readonly string[]
  /** The relay's address, if it could not be reached. */
  unreachable?: string
}

export const $models = atom<Models>({ names: [] })

/** Asks the chosen relay for its models, now and whenever another one is chosen. To be called once per page. */
export function followModels(): void {
  $relay.subscribe(async (address) => {
    const relay = new Relay(address)
    const models = await relay.models().then(
      (names): Models => ({ names }),
      (error: unknown): Models =>
        error instanceof TypeError ? { names: [], unreachable: relay.address } : { names: [] },
    )
    if ($relay.get() === address) $models.set(models)
  })
}
