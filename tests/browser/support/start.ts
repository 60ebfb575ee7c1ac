// Imported after the suites.

import { pause } from './eventually.js'
import { grep } from './page.js'
import { tell } from './progress.js'

if (grep !== undefined) mocha.grep(grep)
mocha.run(() => {
  // Rejections that nobody handles are reported late: a moment for those of the last test.
  void pause(500).then(() => tell({ type: 'end' }))
})
