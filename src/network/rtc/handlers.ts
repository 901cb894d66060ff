/**
 * `on…` attributes for an EventTarget, as the browser's own classes have them: a handler runs before listeners that were added later,
 * sees the event with its target, and when it throws, the error is reported and the others still run.
 */

/** Declared as a method so that a handler may ask for the event type it knows (MessageEvent …), as in the DOM's types. */
export type Handler = { handle (event: Event): void }['handle'] | null

/** Calls `handlerOf(type)`, read anew for each event, ahead of the listeners. Call it in the constructor. */
export function callHandlers<Type extends string> (target: EventTarget, types: readonly Type[], handlerOf: (type: Type) => Handler): void {
  for (const type of types) target.addEventListener(type, (event) => { handlerOf(type)?.call(target, event) })
}

/** An event with fields of its own, for types whose constructor workers lack (RTCErrorEvent, RTCDataChannelEvent …). */
export function eventWith (type: string, fields: object): Event {
  return Object.assign(new Event(type), fields)
}
