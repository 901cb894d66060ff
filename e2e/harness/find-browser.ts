/** Where a browser's executable is: told by an environment variable, or under one of its usual names. */
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from 'playwright-core'

const chromiumNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge']
const chromiumPlaces = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe'
]
const firefoxNames = ['firefox-esr', 'firefox']
const firefoxPlaces = ['/Applications/Firefox.app/Contents/MacOS/firefox', 'C:\\Program Files\\Mozilla Firefox\\firefox.exe']

export const chromiumMissing = 'No Chromium was found: install one (Debian and Ubuntu: apt install chromium; anywhere: npx playwright-core install chromium) or name its executable in HUBBUB_CHROMIUM.'
export const firefoxMissing = 'No Firefox was found, so its tests are left out: install firefox-esr or firefox, or name its executable in HUBBUB_FIREFOX.'

/** The path of a Chromium, or undefined. What HUBBUB_CHROMIUM names is taken as it is; set to nothing, it says that there is none. */
export function findChromium (): string | undefined {
  return named(process.env.HUBBUB_CHROMIUM, () => onPath(chromiumNames) ?? [...chromiumPlaces, chromium.executablePath()].find(isExecutable))
}

/** The path of a Firefox, or undefined. HUBBUB_FIREFOX is as HUBBUB_CHROMIUM. */
export function findFirefox (): string | undefined {
  return named(process.env.HUBBUB_FIREFOX, () => onPath(firefoxNames) ?? firefoxPlaces.find(isExecutable))
}

function named (given: string | undefined, search: () => string | undefined): string | undefined {
  if (given == null) return search()
  return given === '' ? undefined : given
}

function onPath (names: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  return names.flatMap(name => folders.map(folder => join(folder, name))).find(isExecutable)
}

function isExecutable (path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    // Not there, or not to be run: the answer is no either way.
    return false
  }
}
