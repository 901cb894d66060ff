/** The tokens as a canvas takes them, which knows no variables. */

export const colourNames = [
  'paper', 'surface', 'line', 'line-strong', 'ink', 'ink-2', 'ink-3', 'accent', 'eager', 'lazy', 'relayed', 'error'
] as const
export type Colours = Readonly<Record<typeof colourNames[number], string>>

/** As this element sees them now: in its theme. */
export function coloursAt (element: HTMLElement): Colours {
  const probe = document.createElement('span')
  element.append(probe)
  const colours = Object.fromEntries(colourNames.map((name) => {
    probe.style.color = `var(--${name})`
    return [name, getComputedStyle(probe).color]
  })) as Colours
  probe.remove()
  return colours
}
