// The page, or (in a frame of its own) one first use of one implementation.
const parameters = new URLSearchParams(location.search)
const start = parameters.get('start')
if (start) {
  void import('./start').then(({ startHere }) => startHere(start, parameters.get('url') ?? ''))
} else {
  void import('./page')
}
