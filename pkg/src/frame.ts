/** Hidden pages get no animation frames, workers of some browsers neither: time has to do there. */
const LONGEST_FRAME = 100

/** The next animation frame, or as long as one may take. */
export function nextFrame(): Promise<void> {
  return new Promise((resolve) => {
    let frame: number | undefined
    const timer = setTimeout(due, LONGEST_FRAME)
    // Stand-ins in tests call back at once, or can't be cancelled.
    frame = globalThis.requestAnimationFrame?.(due)

    function due(): void {
      clearTimeout(timer)
      if (frame) globalThis.cancelAnimationFrame?.(frame)
      resolve()
    }
  })
}
