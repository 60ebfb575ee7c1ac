declare module 'virtual:docs-sections' {
  const sections: import('../../build/docs/site').Found[]
  export default sections
}
