export default function Page() {
  return <p>Go back to the chat: its answer was written in the meantime.</p>
}
