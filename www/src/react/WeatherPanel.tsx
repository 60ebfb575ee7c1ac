import type { Chat } from '../chat/chat'
import { WEATHERS } from '../chat/relay'
import { weatherLine } from '../chat/weather'
import { $words } from '../site/settings'
import { useStore } from './useStore'

export function WeatherPanel({ chat }: { chat: Chat }) {
  const words = useStore($words)
  const running = useStore(chat.$running)
  const report = useStore(chat.$weather)
  return (
    <section className="weather" aria-labelledby="weather-heading">
      <h2 id="weather-heading">{words.weather}</h2>
      <p className="hint">{words.weatherHelp}</p>
      <div className="weathers">
        {WEATHERS.map((weather) => (
          <button
            key={weather}
            type="button"
            title={words.weatherNames[weather]}
            aria-pressed={report?.weather === weather && report.status === 204}
            aria-disabled={!running}
            data-testid={`weather-${weather}`}
            onClick={() => void chat.makeWeather(weather)}
          >
            {words.weathers[weather]}
          </button>
        ))}
      </div>
      <p className="hint" role="status">
        {weatherLine(report, running, words)}
      </p>
    </section>
  )
}
