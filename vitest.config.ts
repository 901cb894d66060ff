import { defineConfig } from 'vitest/config'
import type { Reporter } from 'vitest/node'

/** The last line of a run, in the one form that scripts read: `N passed, N failed`. */
const closingLine: Reporter = {
  onTestRunEnd (modules, unhandledErrors, reason) {
    let passed = 0
    let failed = unhandledErrors.length
    let skipped = 0
    for (const module of modules) {
      if (module.state() === 'failed' && module.errors().length > 0) failed += 1
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed') passed += 1
        else if (state === 'failed') failed += 1
        else skipped += 1
      }
    }
    if (reason === 'failed' && failed === 0) failed = 1 // what failed is no test: the setup before them
    process.on('exit', () => { process.stdout.write(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`) })
  }
}

/** Unit tests that stop the clock: in a process of their own, where no timer is another file's. */
const stopTheClock = [
  'src/network/announcements.test.ts',
  'src/network/dialer.test.ts',
  'src/network/faulty-frames.test.ts',
  'src/network/link.test.ts',
  'src/network/rtc/init-guard.test.ts',
  'src/network/trace-reports.test.ts',
  'src/store/indexeddb.test.ts',
  'src/ui/data/live.test.ts',
  'src/ui/views/messages/places.test.ts',
  'src/worker/leader/tab.test.ts',
  'src/worker/leader/turns.test.ts',
  'src/worker/verifier-pool.test.ts'
]
const unit = { testTimeout: 60_000, maxWorkers: 2, sequence: { groupOrder: 0 } }

export default defineConfig({
  test: {
    reporters: ['default', closingLine],
    projects: [
      // Two processes for all files, not one each: loading libp2p two hundred times took longer than the tests.
      { test: { ...unit, name: 'unit', include: ['src/**/*.test.ts'], exclude: stopTheClock, isolate: false } },
      { test: { ...unit, name: 'unit-clock', include: stopTheClock } },
      // After all others. Two files at a time: a browser test waits for half of its time.
      {
        test: {
          name: 'e2e', include: ['e2e/**/*.test.ts'], testTimeout: 90_000, hookTimeout: 60_000, maxWorkers: 2,
          sequence: { groupOrder: 1 }, globalSetup: ['e2e/build.ts']
        }
      }
    ]
  }
})
