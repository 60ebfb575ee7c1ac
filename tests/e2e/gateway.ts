import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { find } from '../webdriver/drivers.js'
import { Program } from '../webdriver/program.js'

/** What LiteLLM is told about a model: `litellm_params` in its configuration. */
export interface Route {
  /** The vendor and its name for the model, such as `openai/gpt-4o`. */
  model: string
  /** The vendor's API. */
  api_base?: string
  /** Answers this text itself, or raises the error of that name; no vendor is asked. */
  mock_response?: string
}

/** LiteLLM's proxy: OpenAI's and Anthropic's APIs in front of other models' APIs. */
export interface Gateway extends AsyncDisposable {
  /** Such as `http://127.0.0.1:41234`. */
  readonly url: string
}

/** It imports half of what Python has: ten seconds on an idle machine, in milliseconds. */
const START_TIMEOUT = 240_000

/** Starts a gateway to these models, by the names that it knows them by, on any free port. */
export async function startGateway(models: Record<string, Route>): Promise<Gateway> {
  const folder = await mkdtemp(join(tmpdir(), 'sluicegate-gateway-'))
  const config = join(folder, 'config.yaml')
  // JSON is YAML.
  await writeFile(
    config,
    JSON.stringify({
      model_list: Object.entries(models).map(([name, route]) => ({
        model_name: name,
        litellm_params: { api_key: 'none', ...route },
      })),
      router_settings: { num_retries: 0 },
      general_settings: { dangerously_permit_weak_or_unset_master_key: true },
    }),
  )
  const options = ['--config', config, '--host', '127.0.0.1', '--port', '0', '--telemetry', 'False']
  const program = new Program(find('litellm'), options, {
    // Else it downloads a table of prices.
    LITELLM_LOCAL_MODEL_COST_MAP: 'True',
    NO_PROXY: '127.0.0.1',
  })
  const stop = async () => {
    await program.stop()
    await rm(folder, { recursive: true })
  }
  try {
    const [, url = ''] = await program.printed(/running on (http:\/\/\S+) /, START_TIMEOUT)
    return { url, [Symbol.asyncDispose]: stop }
  } catch (error) {
    await stop()
    throw error
  }
}
