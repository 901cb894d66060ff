/** The executable that `npm run build` makes of our node, made anew so that it is never older than the sources. It takes about a second. */
import { fileURLToPath } from 'node:url'
import { reasonOf } from '../../base/errors.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

let building: Promise<string> | undefined

/** Where it is. Once a process. */
export async function builtNode (): Promise<string> {
  return building ??= build()
}

async function build (): Promise<string> {
  try {
    const vite = await import('vite')
    await vite.build({ root, configFile: `${root}/vite.maelstrom.config.ts`, logLevel: 'silent' })
  } catch (thrown) {
    throw new Error(`The Maelstrom node could not be built: ${reasonOf(thrown)}`, { cause: thrown })
  }
  return `${root}/dist/node/maelstrom.js`
}
