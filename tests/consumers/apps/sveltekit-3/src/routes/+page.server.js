import { decode } from 'sluicegate'

export async function load() {
  let decoded = ''
  for await (const event of decode('data: decoded on the server\n\n')) decoded += event.data
  return { decoded }
}
