import { describe, expect, test } from 'vitest'
import { acceptedOf, worseThan } from './baseline.ts'
import { run } from './run.ts'
import { scenarios } from './scenarios.ts'
import { vary } from './vary.ts'

describe('accepted figures', () => {
  test('hold for the run they were taken from, and not for one that is worse', async () => {
    const report = await run(vary(scenarios[0]!, { hubs: 10, messages: 30 }), 1)
    expect(worseThan(acceptedOf(report), report)).toEqual([])
    expect(worseThan(acceptedOf(report), { ...report, lastHops: report.lastHops + 3, missed: 1 })).toHaveLength(2)
    expect(worseThan(undefined, report)).toHaveLength(1)
  })
})
