declare module '*?highlight' {
  export const source: string
  export const html: string
}
