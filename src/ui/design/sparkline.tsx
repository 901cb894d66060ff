/** A small line of how something went: its shape only, beside the figure that counts. A gap in what is known is a gap in the line. */

export interface SparklineProperties {
  /** Oldest first; null: not known. */
  readonly values: ReadonlyArray<number | null>
  readonly width?: number
  readonly height?: number
  /** Values drawn, the newest ones. */
  readonly shown?: number
}

export function Sparkline ({ values, width = 52, height = 16, shown = 40 }: SparklineProperties) {
  const drawn = values.slice(-shown)
  const known = drawn.filter(value => value != null)
  if (known.length < 2) return <span className="sparkline" style={{ width, height }} aria-hidden="true" />
  const most = Math.max(...known, Number.EPSILON)
  const stepPx = width / Math.max(1, shown - 1)
  const path = linePath(drawn, index => width - (drawn.length - 1 - index) * stepPx, value => height - 1 - value / most * (height - 3))
  return <svg className="sparkline" viewBox={`0 0 ${width} ${height}`} width={width} height={height} aria-hidden="true"><path d={path} /></svg>
}

/** An SVG path through the known values; a null begins a new piece. */
export function linePath (values: ReadonlyArray<number | null>, x: (index: number) => number, y: (value: number) => number): string {
  let path = ''
  let drawing = false
  for (const [index, value] of values.entries()) {
    if (value != null) path += `${drawing ? 'L' : 'M'}${x(index).toFixed(1)} ${y(value).toFixed(1)}`
    drawing = value != null
  }
  return path
}
