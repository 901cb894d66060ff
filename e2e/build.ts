/** What every browser test needs once: a Chromium, and the page as it is built for people. */
import { fileURLToPath } from 'node:url'
import { buildPageIfStale } from '../src/node/build.ts'
import { chromiumMissing, findChromium } from './harness/find-browser.ts'

export async function setup (): Promise<void> {
  if (findChromium() == null) throw new Error(chromiumMissing)
  // The test runner sets it to 'test', and Vite would take that for the wish to have React's development build.
  const before = process.env.NODE_ENV
  process.env.NODE_ENV = 'production'
  try {
    await buildPageIfStale(fileURLToPath(new URL('..', import.meta.url)))
  } finally {
    process.env.NODE_ENV = before
  }
}
