import Link from 'next/link'
import type { ReactNode } from 'react'

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <nav>
          <Link href="/" prefetch={false}>
            New chat
          </Link>{' '}
          <Link href="/about">About</Link>
        </nav>
        {children}
      </body>
    </html>
  )
}
