// It registers itself with htmx, and exports nothing.
declare module 'htmx-ext-sse'
