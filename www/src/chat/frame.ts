/**
 * Wraps `run` so that it runs at most once an animation frame, however often the result is called.
 * A hidden page gets no frames: the call waits there until the page is seen again.
 */
export function oncePerFrame(run: () => void): () => void {
  let waiting = false
  return () => {
    if (waiting) return
    waiting = true
    requestAnimationFrame(() => {
      waiting = false
      run()
    })
  }
}
