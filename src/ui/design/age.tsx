/** When something was known, and who says so: plain while fresh, dotted under it after 30 s, dashed and slanted after two minutes. */
import { span, unknown } from './format.ts'

/** Older than this a figure is no longer taken for now, and then not for true, in ms. */
const freshMs = 30_000
const staleMs = 120_000

export interface AgeProperties {
  readonly at: number | null | undefined
  readonly nowMs: number | null
  /** Who reported it; nobody: measured here. */
  readonly by?: string | undefined
  readonly verb?: string
}

export function Age ({ at, nowMs, by, verb }: AgeProperties) {
  if (at == null || nowMs == null) return <span className="age">{unknown}</span>
  const ageMs = nowMs - at
  const words = [by == null ? null : `${by},`, verb, `${span(ageMs)} ago`].filter(part => part != null).join(' ')
  return <span className="age" data-age={ageMs >= staleMs ? 'stale' : ageMs >= freshMs ? 'old' : 'fresh'}>{words}</span>
}
