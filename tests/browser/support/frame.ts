/** Opens a page in a frame. Gives what it posts to this one. */
export async function reportOf<Report>(url: string): Promise<Report> {
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
  try {
    return await report
  } finally {
    frame.remove()
  }
}
