import '../node/compat.ts'
import { expect, test, vi } from 'vitest'
import { epochOf } from '../message/epoch.ts'
import { openMemoryStore } from '../store/memory.ts'
import { openOwnSettings } from './own-settings.ts'

const nowMs = Date.UTC(2026, 4, 1)
const dayMs = 86_400_000
const silent = { report: () => undefined }

test('what was set holds at once and after the next start', async () => {
  const store = await openMemoryStore()
  const settings = await openOwnSettings(store, silent, () => nowMs)
  const keepFrom = vi.fn(async () => 0)
  const changed = vi.fn()
  settings.begin({ keepFrom }, changed)
  expect(keepFrom).not.toHaveBeenCalled()
  const relays = ['/dns4/relay.example/tcp/443/tls/ws']
  expect(await settings.change({ relays, keepDays: 30 })).toEqual({ relays, iceServers: [], keepDays: 30, catchUp: 'optimistic' })
  expect(keepFrom).toHaveBeenCalledExactlyOnceWith(epochOf(nowMs - 30 * dayMs))
  expect(changed).toHaveBeenCalledExactlyOnceWith(settings.current, { relays: [], iceServers: [], keepDays: null, catchUp: 'optimistic' })
  settings.stop()

  const again = await openOwnSettings(store, silent, () => nowMs)
  expect(again.current).toEqual({ relays, iceServers: [], keepDays: 30, catchUp: 'optimistic' })
  again.begin({ keepFrom }, changed)
  expect(keepFrom, 'what became too old meanwhile goes at the start').toHaveBeenCalledTimes(2)
  again.stop()
})

test('what is refused changes nothing', async () => {
  const settings = await openOwnSettings(await openMemoryStore(), silent, () => nowMs)
  await expect(settings.change({ relays: ['relay.example'] })).rejects.toMatchObject({ code: 'address-invalid' })
  await expect(settings.change({ keepDays: 0 })).rejects.toMatchObject({ code: 'invalid-argument' })
  expect(settings.current).toEqual({ relays: [], iceServers: [], keepDays: null, catchUp: 'optimistic' })
})
