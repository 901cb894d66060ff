/** Where the project lies: what is built and started lies beside it. */
import { fileURLToPath } from 'node:url'

export const projectFolder = fileURLToPath(new URL('../..', import.meta.url))
