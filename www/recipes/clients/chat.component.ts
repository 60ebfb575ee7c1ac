import { Component, resource, type ResourceStreamItem, signal } from '@angular/core'
import { type EventStream, openStream } from 'sluicegate'

@Component({
  selector: 'app-chat',
  template: `
    <form (submit)="ask($event, prompt.value)">
      <label>Question <input name="prompt" #prompt /></label>
      <button>Ask</button>
      <button type="button" (click)="stream?.cancel()">Stop</button>
    </form>
    <output aria-live="polite">
      @if (answer.error(); as error) {
        {{ error.message }}
      } @else {
        {{ answer.value() }}
      }
    </output>
  `,
})
export class Chat {
  protected stream: EventStream | undefined
  protected readonly question = signal<{ prompt: string; sessionId: string } | undefined>(undefined)

  protected readonly answer = resource({
    params: () => this.question(),
    // Angular aborts its signal at the next question and when the component goes away.
    stream: async ({ params: body, abortSignal }) => {
      const stream = (this.stream = openStream('chat', {
        method: 'POST',
        body,
        done: '[DONE]',
        signal: abortSignal,
        cancel: {
          url: 'chat/cancel',
          body: { sessionId: body.sessionId },
          on: ['abort', 'pagehide'],
        },
      }))
      const item = signal<ResourceStreamItem<string>>({ value: '' })
      let text = ''
      const read = async () => {
        for await (const events of stream.frames()) {
          text += events.map(({ data }) => JSON.parse(data)).join('')
          item.set({ value: text })
        }
      }
      read().catch((error) => abortSignal.aborted || item.set({ error }))
      return item
    },
  })

  protected ask(event: Event, prompt: string): void {
    event.preventDefault()
    this.question.set({ prompt, sessionId: crypto.randomUUID() })
  }
}
