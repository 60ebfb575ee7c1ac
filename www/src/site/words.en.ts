/** What the pages say, in English. */
export const en = {
  tagline: 'POST-ed event streams, stopped at both ends',
  pages: 'Pages',
  vueChat: 'Chat in Vue',
  reactChat: 'Chat in React',
  recipes: 'Recipes',
  benchmark: 'Benchmark',
  language: 'Language',
  theme: 'Colours',
  themes: { system: 'System', light: 'Light', dark: 'Dark' },

  conversation: 'Conversation',
  conversations: 'Conversations',
  newConversation: 'New conversation',
  forget: 'Forget them all',
  noConversations: 'What you ask is kept here, in this browser only.',
  toEnd: 'Go to the newest',
  youAsked: 'You asked: ',
  retry: 'Retry',
  copy: 'Copy',
  copied: 'Copied',
  tokens: (count: string) => `${count} tokens`,

  welcome: 'Open the gate, then close it.',
  welcomeText:
    'Ask something and watch the answer arrive token by token. Press Stop, and the model behind the server stops as ' +
    'well, not just this page. Make the weather bad, and watch the answer go on where it broke off.',
  prompts: [
    'How does a sluice gate hold back a river?',
    'Tell me a short story about a lighthouse keeper.',
    'Write a function that sorts names, in Rust.',
  ],

  question: 'Your question',
  placeholder: 'Ask something',
  send: 'Send',
  stop: 'Stop',
  keys: [
    ['Enter', 'sends'],
    ['Shift Enter', 'new line'],
    ['Esc', 'stops'],
  ],

  model: 'Model',
  defaultModel: "the relay's own",
  relay: 'Relay',
  relayHere: 'the one that serves this page',
  relayHelp: 'The address of any relay that lets this page in (--allow-origin).',
  noRelay: (url: string) =>
    `There is no relay at ${url}, or it does not let this page in, or the policy of this page's server forbids to ask it.`,

  phases: {
    waiting: 'waiting for the first token',
    streaming: 'streaming',
    resuming: 'connection lost, resuming',
    stopping: 'stopping',
    stopped: 'stopped',
    done: 'complete',
    failed: 'failed',
  },
  stoppedBoth: 'stopped here and on the server',
  stoppedHere: (why: string) =>
    `stopped here, but the server did not confirm it${why === '' ? '' : ` (${why})`}`,
  resumed: (times: number) => (times === 1 ? 'resumed once' : `resumed ${times} times`),
  truncated: 'The stream ended before the answer was complete.',

  weather: 'Network weather',
  weatherHelp: 'What the relay does to the answer that is being written:',
  weathers: { drop: 'Drop', stall: 'Stall', slow: 'Slow', clear: 'Clear' },
  weatherNames: {
    drop: 'Drop the connection',
    stall: 'Stall: send nothing more',
    slow: 'Slow: a few tokens a second',
    clear: 'Clear: as fast as it comes',
  },
  weatherIdle: 'Ask something first: the weather is that of a running answer.',
  weatherNow: (name: string) => `Now: ${name}`,
  weatherUnknown: 'This relay makes no weather. Start it with --weather.',
  weatherFailed: (why: string) => `The relay did not take it: ${why}`,

  stream: 'The stream',
  streamState: 'Stream',
  states: {
    idle: 'idle',
    connecting: 'connecting',
    open: 'open',
    waiting: 'waiting',
    closed: 'closed',
  },
  tokensPerSecond: 'tokens/s',
  from: (model: string) => `from ${model}`,
  liveFigures: 'Live figures',
  chart: (span: string) => `Tokens and bytes a second, over the last ${span}`,
  bytesPerSecond: 'kB/s',
  figures: {
    toHeaders: 'To headers',
    toFirstEvent: 'To first event',
    events: 'Events',
    bytes: 'Bytes',
    tokens: 'Tokens',
    attempts: 'Attempts',
  },
  attempts: 'Attempts',
  attemptBroke: (at: string, why: string, wait: string, id: string) =>
    `broke after ${at} (${why}); asked again ${wait} later, from id ${id}`,
  rawEvents: 'Raw events',
  noEvents: 'Nothing has arrived yet.',
  columns: { ms: 'ms', type: 'type', id: 'id', data: 'data' },

  recipesTitle: 'Recipes',
  recipesText:
    'Whole files, ready to copy. Each one is run by a test: the pages in a browser, the backends as a server that ' +
    'streams, and that stops when it is told to.',
  inThePage: 'In the page',
  onTheServer: 'On the server',
  setupOf: (recipe: string) => `Commands for ${recipe}`,
  file: (name: string, recipe: string) => `Source of ${name} for ${recipe}`,
  backendNote:
    'Every backend has the same two endpoints: POST chat streams, POST chat/cancel stops. Each page works with each.',
  wholeApps: 'Page and server',
  appNote:
    'A chat that survives broken connections and reloads, and whose Stop button stops the model, in whichever process it runs.',

  benchTitle: 'How fast are event streams in this browser?',
  benchText:
    "Sluicegate and the packages that read Server-Sent Events take turns over the same bytes. Every run has to decode the same events, or it doesn't count. Shorter bars are better.",
  benchWhy: 'Why WebAssembly?',
  benchWhyText:
    "For the way from bytes to a model's text. An event is some 250 bytes of JSON around one word. The module compares it with the events before, and where only the word differs, it returns the words of a chunk joined, without an object, a string or a JSON.parse per event. Times in one run, 20,000 events in chunks of 16 KiB: eventsource-parser with JSON.parse by hand takes 2.6 to 4.9 times as long as our batches() for the events of OpenAI, Anthropic, Gemini and Ollama, the package openai 16 to 17 times.",
  benchWhyNot:
    "It does not pay everywhere. Where each event is a chunk of its own, a loop by hand takes 0.8 to 1.7 times as long as ours. It is faster than our for await for the AI SDK's small events. Very large chunks gain less, since the events of the first one are parsed one by one.",
  benchRun: 'Run',
  benchFull: 'every corpus (takes several minutes)',
  benchProgress: 'All of the suite',
  benchStep: 'This step',
  benchDone: (browser: string) => `Done. ${browser}`,
  benchFailed: (why: string) => `It broke off: ${why}`,
  benches: {
    decode: 'Decoding chunks in memory, synchronously',
    iterate: 'Iterating over a response in memory',
    loopback: 'Reading a stream over HTTP',
    text: "From bytes to a model's text",
    latency: 'Delivery: from the write to the handler, median',
    start: 'First use: from the import to the first event',
  },
  benchEvents: (corpus: string, events: string, chunk: string) =>
    `${corpus}, ${events} events, ${chunk}`,
  benchChunk: {
    event: 'a chunk an event',
    bytes: (bytes: number) => `${bytes} bytes a chunk`,
    kib: (kib: number) => `${kib} KiB a chunk`,
  },
  benchFresh: 'in a fresh page',
  benchSingle: 'single events',
}
