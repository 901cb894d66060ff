/** The addresses that the page offers: a second hub beside this one, and the address for others. Pure. */

/** This address with another hub's name: that hub has its own identity and data in the same browser. */
export function secondHub (address: string): { readonly name: string, readonly url: string } {
  const url = new URL(address)
  const name = url.searchParams.get('hub') === 'two' ? 'three' : 'two'
  url.searchParams.set('hub', name)
  url.hash = ''
  return { name, url: url.href }
}

/** This address without what is only this browser's own: the hub's name and the place in the page. */
export function invitationAddress (address: string): string {
  const url = new URL(address)
  url.searchParams.delete('hub')
  url.searchParams.delete('theme')
  url.hash = ''
  return url.href
}

/** This address without the network that it asks for: that is then the hub's own, or its relay's. */
export function withoutNetwork (address: string): string {
  const url = new URL(address)
  url.searchParams.delete('network')
  return url.href
}

/** Whether an address reaches only the machine it is opened on. */
export function isLocalAddress (address: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(new URL(address).hostname)
}
