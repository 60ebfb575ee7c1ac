/** A transport for the chats of the AI SDK: `useChat` of React, `Chat` of Vue and Svelte. */

export type { SluicegateChatTransportOptions } from './ai-sdk/options.js'
export { SluicegateChatTransport } from './ai-sdk/transport.js'
