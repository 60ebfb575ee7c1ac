/** A chat transport for the AI SDK: for `useChat` of React, and `Chat` of Vue and Svelte. */

export type { SluicegateChatTransportOptions } from './ai-sdk/options.js'
export { SluicegateChatTransport } from './ai-sdk/transport.js'
