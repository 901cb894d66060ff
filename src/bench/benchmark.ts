/** What a benchmark is to the command line (main.ts): a name, options with defaults, and a run that answers with plain data. */

export interface BenchmarkOption {
  /** Its type is the option's type. */
  readonly default: number | string
  /** For `--help`: what it counts or chooses. */
  readonly sentence: string
}

export type BenchmarkValues<Options extends Readonly<Record<string, BenchmarkOption>>> = {
  readonly [Name in keyof Options]: Options[Name]['default'] extends number ? number : Options[Name]['default'] extends string ? string : number | string
}

export interface Benchmark<Options extends Readonly<Record<string, BenchmarkOption>> = Readonly<Record<string, BenchmarkOption>>> {
  readonly name: string
  /** What it measures, in one sentence. */
  readonly sentence: string
  readonly options: Options
  /** The fields of the JSON, as documented with the benchmark. Ends everything that it started, also when it fails. */
  run (values: BenchmarkValues<Options>): Promise<Readonly<Record<string, unknown>>>
}
