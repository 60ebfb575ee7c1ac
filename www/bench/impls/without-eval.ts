// zod, with which `ai` validates, compiles functions from strings unless it is told not to. The
// policy of the served pages forbids that.
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } })
