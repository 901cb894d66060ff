/** Settings, by the hand of a person: each form does what it says to the hub, says why where it cannot, and what it set holds after a reload. */
import { afterAll, expect, test } from 'vitest'
import { createScene } from './harness/scene.ts'

const scene = createScene()
afterAll(() => scene.end())

test('every form of the settings does what it says', async () => {
  const server = await scene.server()
  const browser = await scene.chromium()
  const [hub, other] = [await scene.hub(browser, server, { name: 'here' }), await scene.hub(browser, server, { name: 'other' })]
  const page = hub.page.playwright
  const section = (name: string, of = page) => of.locator(`#settings-${name}`)
  await page.bringToFront() // a page behind another has a frame a second, and each press waits for two
  await page.evaluate('location.hash = "#/settings"')
  const relays = section('relays')
  const ice = section('ice')
  const storage = section('storage')

  const relay = (await hub.status()).relays[0]!.address
  await relays.getByRole('listitem').getByRole('button', { name: 'Test' }).click()
  await relays.getByText(/answers, and introduces hubs/).waitFor()
  const added = relay.replace(/\/tcp\/\d+/, '/tcp/9')
  await relays.getByLabel('Add a relay').fill('relay.example.org')
  await relays.getByRole('button', { name: 'Add' }).click()
  await relays.getByRole('alert').waitFor()
  await relays.getByLabel('Add a relay').fill(added)
  await relays.getByRole('button', { name: 'Add' }).click()
  await relays.getByText('added here').waitFor()

  await ice.getByLabel('Add a server').fill('turn:127.0.0.1:9')
  await ice.getByLabel('Name').fill('ada')
  await ice.getByLabel('Password').fill('secret')
  await ice.getByRole('button', { name: 'Add' }).click()
  await ice.getByText('as ada, with a password').waitFor()

  await storage.getByLabel('How long messages are kept').selectOption('30')
  await storage.getByRole('button', { name: 'Keep only these' }).click()
  await storage.getByRole('button', { name: 'Give up the older ones' }).click()
  await page.evaluate('location.hash = "#/sync"')
  const life = page.getByRole('region', { name: 'This hub\'s life' })
  await life.getByLabel('How this hub catches up').selectOption('in-order')
  await life.getByText('One chunk at a time, the oldest first').waitFor()
  await life.getByRole('button', { name: 'Serve no snapshots' }).click()
  await life.getByRole('button', { name: 'Serve snapshots' }).waitFor()
  expect((await hub.status()).serving).toBe(false)
  await page.evaluate('location.hash = "#/settings"')
  const set = { relays: [added], iceServers: [{ url: 'turn:127.0.0.1:9', username: 'ada', credential: 'secret' }], keepDays: 30, catchUp: 'in-order' }
  await hub.waitFor('all of it to hold', async () => JSON.stringify(await hub.call('settings')) === JSON.stringify(set))
  await hub.reload()
  await storage.getByLabel('How long messages are kept').waitFor()
  await expect.poll(() => storage.getByLabel('How long messages are kept').inputValue()).toBe('30')
  await relays.getByRole('button', { name: 'Remove' }).click()
  await ice.getByRole('button', { name: 'Remove' }).click()
  await hub.waitFor('both to be gone', async () => {
    const { relays: left, iceServers } = await hub.call('settings')
    return left.length + iceServers.length === 0
  })

  const identity = section('identity')
  await identity.getByRole('button', { name: 'Show the twelve words' }).click()
  await expect.poll(() => identity.locator('.phrase li').count()).toBe(12)
  await identity.getByText('The recovery phrase was saved.').waitFor()
  await identity.getByText('Or as a text under a password').click()
  await identity.getByLabel('Password', { exact: true }).fill('a password')
  await identity.getByRole('button', { name: 'Export' }).click()
  const sealed = await identity.locator('.sealed').innerText()

  await other.page.playwright.bringToFront()
  await other.page.playwright.evaluate('location.hash = "#/settings"')
  const theirs = section('identity', other.page.playwright)
  await theirs.getByText('Write as someone you are already').click()
  await theirs.getByLabel('The twelve words, or an exported text').fill(sealed)
  await theirs.getByLabel('Its password').fill('a password')
  await theirs.getByRole('button', { name: 'Import', exact: true }).click()
  await theirs.getByRole('button', { name: 'Write as that author' }).click()
  await theirs.getByText('as a new device').waitFor()
  const [mine, joined] = [await hub.status(), await other.status()]
  expect(joined.author).toBe(mine.author)

  await page.bringToFront()
  const device = (key: string) => identity.locator(`[data-testid=device][data-key="${key}"]`)
  await device(joined.device).getByRole('button', { name: 'Revoke' }).click()
  await device(joined.device).getByRole('button', { name: 'Revoke it for good' }).click()
  await expect.poll(() => device(joined.device).getAttribute('data-revoked')).toBe('true')
  await other.waitFor('the revocation to arrive', async () => (await other.status()).revoked)
  await identity.getByLabel('Let another device write as you').fill('ab'.repeat(32))
  await identity.getByRole('button', { name: 'Add the device' }).click()
  await device('ab'.repeat(32)).waitFor()

  await section('page').getByRole('button', { name: 'Dark' }).click()
  expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('dark')
  await expect.poll(() => storage.innerText()).toMatch(/\d [kMG]?B of \d/)

  await other.page.playwright.bringToFront()
  const erase = section('storage', other.page.playwright)
  await erase.getByRole('button', { name: 'Erase this hub' }).click()
  await erase.getByLabel(/Type erase/).fill('erase')
  await erase.getByRole('button', { name: 'Erase everything' }).click()
  await other.waitFor('a new hub in its place', async () => {
    const now = await other.status().catch(() => null)
    return now != null && now.peerId !== joined.peerId
  }, 30_000)

  await page.bringToFront()
  await page.evaluate('location.hash = "#/sync"')
  await life.locator('[aria-current=step]').filter({ hasText: /catching-up|babbling/ }).waitFor()
  await life.getByRole('button', { name: 'Leave the network' }).click()
  await life.locator('[aria-current=step]').filter({ hasText: 'shutdown' }).waitFor()
})
