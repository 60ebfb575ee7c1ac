// What the README's examples leave out: the page's own things.

declare const answer: HTMLElement
declare const stopButton: HTMLButtonElement
declare const userId: string
declare const sessionId: string
declare const question: string
declare const authorization: string
declare const messages: { role: 'user' | 'assistant'; content: string }[]
declare const options: import('sluicegate/react').UseEventStreamOptions
declare const chat: ReturnType<typeof import('sluicegate/llm').openChat>
declare const model: string
declare const headers: Record<string, string>
declare const body: string
declare const signal: AbortSignal
declare function show(text: string): void
declare function getToken(): Promise<string>
