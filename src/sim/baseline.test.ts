import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { acceptedOf, baselineSeeds, worseThan, type Baseline } from './baseline.ts'
import { run, type Report } from './run.ts'
import { scenarios } from './scenarios.ts'
import { vary } from './vary.ts'

const baseline = JSON.parse(readFileSync(new URL('baseline.json', import.meta.url), 'utf8')) as Baseline

describe('accepted figures', () => {
  test('hold for the runs they were taken from, and not for worse ones', async () => {
    const report = await run(vary(scenarios[0]!, { hubs: 10, messages: 30 }), 1)
    const accepted = acceptedOf([report])
    expect(worseThan(accepted, 'one', acceptedOf([report]))).toEqual([])
    expect(worseThan(accepted, 'one', acceptedOf([{ ...report, lastHops: report.lastHops + 9, missed: 1 }]))).toHaveLength(2)
    expect(worseThan(undefined, 'one', accepted)).toHaveLength(1)
  })

  test('are the middle ones of several runs, but that nothing may be missed in any', async () => {
    const report = await run(vary(scenarios[0]!, { hubs: 10, messages: 30 }), 1)
    expect(acceptedOf([1, 9, 2].map(p50Ms => ({ ...report, p50Ms, missed: p50Ms === 9 ? 1 : 0 })))).toMatchObject({ p50Ms: 2, missed: 1 })
  })

  test('are those of all scenarios there are', () => {
    expect(Object.keys(baseline)).toEqual(scenarios.map(({ name }) => name))
  })

  /** Two of the fifty that `npm run sim -- compare` runs. */
  test.each(['line', 'disorder'])('hold: %s', async (name) => {
    const reports: Report[] = []
    for (let seed = 1; seed <= baselineSeeds; seed += 1) reports.push(await run(scenarios.find(scenario => scenario.name === name)!, seed))
    expect(worseThan(baseline[name], name, acceptedOf(reports))).toEqual([])
  })
})
