import type { Words } from '../site/words'
import type { WeatherReport } from './chat'

/** What there is to say about the weather, in one line. */
export function weatherLine(
  report: WeatherReport | undefined,
  running: boolean,
  words: Words,
): string {
  if (report?.status === 404) return words.weatherUnknown
  if (report && report.status !== 204) {
    return words.weatherFailed(report.status === undefined ? '–' : `HTTP ${report.status}`)
  }
  if (!running) return words.weatherIdle
  return words.weatherNow(words.weatherNames[report?.weather ?? 'clear'])
}
