/** Opens a page in a frame. Resolves to the frame once the page has posted something to this one. */
export async function openFrame(url: string): Promise<HTMLIFrameElement> {
  const { frame, report } = open(url)
  await report
  return frame
}

/** Opens a page in a frame. Resolves to what it posts to this one. */
export async function reportOf<Report>(url: string): Promise<Report> {
  const { frame, report } = open<Report>(url)
  try {
    return await report
  } finally {
    frame.remove()
  }
}

function open<Report>(url: string): { frame: HTMLIFrameElement; report: Promise<Report> } {
  const frame = document.createElement('iframe')
  frame.src = url
  const report = new Promise<Report>((resolve) => {
    const listen = ({ source, data }: MessageEvent) => {
      if (source !== frame.contentWindow) return
      removeEventListener('message', listen)
      resolve(data as Report)
    }
    addEventListener('message', listen)
  })
  document.body.append(frame)
  return { frame, report }
}
