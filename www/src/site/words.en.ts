/** What the pages say, in English. */
export const en = {
  tagline: 'POST-ed event streams, stopped at both ends',
  pages: 'Pages',
  vueChat: 'Chat in Vue',
  reactChat: 'Chat in React',
  docs: 'Docs',
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

  homeTitle: 'Event streams that stop at both ends',
  homeText:
    'Sluicegate reads Server-Sent Events over fetch: POST a body, send headers, go on after a lost connection. Its ' +
    'cancel() ends the request in the page and the work on the server. The parser is WebAssembly.',
  homeDocs: 'Read the docs',
  homeExample: 'In ten lines',
  homeDemo: 'Try it',
  homeDemoText:
    'This chat asks the relay that serves this page. Press Stop while an answer arrives. The line below it then shows ' +
    'what cancel() returns: notified is true when the server has confirmed that it stopped, too.',
  homeWhole: 'With network weather, live figures and raw events:',
  homeFeaturesTitle: 'What it does',
  homeFeatures: [
    [
      'Any request',
      'POST a body, send headers, refresh a token before each attempt. EventSource can do none of that.',
    ],
    [
      'Stop at both ends',
      'cancel() aborts the request and tells the backend to stop working, once, even while the page goes away.',
    ],
    [
      'Nothing lost, nothing twice',
      'It reconnects with backoff and resumes where the answer broke off, also after a reload. It never repeats a ' +
        'POST unless you ask for that.',
    ],
    [
      'Text from any model',
      'The text of OpenAI, Anthropic, Gemini, Ollama and others, with tool calls and usage, from one function.',
    ],
    [
      'Drop-ins',
      'Replace EventSource, fetchEventSource or the fetch of an SDK by changing an import. Hooks for Vue and React.',
    ],
  ],

  docsPages: 'All pages',
  docsOutline: 'On this page',
  docsTurn: 'Previous and next page',
  docsPrevious: 'Previous',
  docsNext: 'Next',
  search: 'Search the documentation',
  searchPlaceholder: 'Search (press /)',
  searchHits: (count: number) =>
    count === 0 ? 'Nothing found.' : count === 1 ? '1 section' : `${count} sections`,
  searchFailed: 'The search could not be loaded. Reload the page to try again.',

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

  benchTitle: 'How fast are event streams?',
  benchText:
    'Sluicegate and the packages that read Server-Sent Events take turns over the same bytes. A run counts only if ' +
    'each of them decodes the same events. Shorter bars are better. The rows called “reader” only read the bytes: they ' +
    'decode no events, and show how much time the rest takes.',
  benchWhy: 'Why WebAssembly?',
  benchWhyText:
    "For the way from bytes to a model's text. An event is some 250 bytes of JSON around one word. The module compares " +
    'it with the events before. Where only the word differs, it returns the words of a chunk as one string: no object, ' +
    'no string and no JSON.parse per event.',
  benchWhyNot:
    'It does not pay everywhere. Where each chunk holds one event, most of the time goes into reading the chunks, and a ' +
    'loop written by hand is nearly as fast. For events of a few letters, a parser in JavaScript is a little faster.',
  benchRecord: 'The record',
  benchNoRecord: 'No run of the whole suite has been committed yet. Run it below, in this browser.',
  benchRecordOf: (date: string, browser: string, machine: string) =>
    `Measured on ${date} with ${browser}, on ${machine}. Medians of seven runs, committed with the code.`,
  benchHand: (range: string) =>
    `For a model's text in chunks of 16 KiB, eventsource-parser with JSON.parse takes ${range} times as long as our batches().`,
  benchSdk: (range: string) => `The package openai takes ${range} times as long.`,
  benchMore: (count: number) => (count === 1 ? 'One more row' : `${count} more rows`),
  benchLosses: 'Where others are faster',
  benchLossesOf: (count: number, of: number) =>
    `In ${count} of ${of} rows, somebody else is more than 2 % faster than our for await:`,
  benchLoss: (peer: string, share: string) => `${peer} takes ${share} of our time`,
  benchHere: 'In this browser',
  benchHereText: 'Run the suite here: the figures are those of your own machine.',
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
    chat: "A chat with the AI SDK's useChat: the main thread's work",
    latency: 'Delivery: from the write to the handler, median',
    start: 'First use: from the import to the first event',
  },
  benchEvents: (corpus: string, events: string, chunk: string) =>
    `${corpus}, ${events} events, ${chunk}`,
  benchChunk: {
    event: 'one event per chunk',
    bytes: (bytes: number) => `${bytes} bytes per chunk`,
    kib: (kib: number) => `${kib} KiB per chunk`,
  },
  benchFresh: 'in a fresh page',
  benchSingle: 'single events',
}
