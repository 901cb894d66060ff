/** What a benchmark is: a command of `npm run bench` that answers with what it measured. */
import type { Command, CommandOptions } from '../node/command-line.ts'

export type Benchmark<Options extends CommandOptions = CommandOptions> = Command<Options>
