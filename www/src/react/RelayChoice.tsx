import { $models } from '../chat/models'
import { $model, $relay, $words } from '../site/settings'
import { useStore } from './useStore'

export function RelayChoice() {
  const words = useStore($words)
  const models = useStore($models)
  const model = useStore($model)
  const relay = useStore($relay)
  const choose = (field: HTMLInputElement) => {
    if (field.reportValidity()) $relay.set(field.value.trim())
  }
  return (
    <div className="relay">
      {models.names.length > 0 && (
        <label>
          <span>{words.model}</span>
          <select
            data-testid="model"
            value={models.names.includes(model) ? model : ''}
            onChange={({ target }) => $model.set(target.value)}
          >
            <option value="">{words.defaultModel}</option>
            {models.names.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      )}
      <details>
        <summary>{words.relay}</summary>
        <label>
          <span className="unseen">{words.relay}</span>
          <input
            type="url"
            data-testid="relay"
            defaultValue={relay}
            placeholder={words.relayHere}
            aria-describedby="relay-help"
            onBlur={({ target }) => choose(target)}
            onKeyDown={({ key, currentTarget }) => key === 'Enter' && choose(currentTarget)}
          />
        </label>
        <p id="relay-help" className="hint">
          {words.relayHelp}
        </p>
      </details>
      {models.unreachable && (
        <p className="hint" role="status">
          {words.noRelay(models.unreachable)}
        </p>
      )}
    </div>
  )
}
