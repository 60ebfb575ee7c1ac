/** Hidden pages get no animation frames, workers of some browsers neither: time has to do there. */
const LONGEST_FRAME = 100

/** The next animation frame, or as long as one may take. */
export function nextFrame(): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(due, LONGEST_FRAME)
    const frame = globalThis.requestAnimationFrame?.(due)

    function due(): void {
      clearTimeout(timer)
      if (frame !== undefined) cancelAnimationFrame(frame)
      resolve()
    }
  })
}
