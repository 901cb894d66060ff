/** The hub's API as the page, scripts and other apps import it. Defined beside the engine that fulfils it. */
export type * from '../hub/api.ts'
