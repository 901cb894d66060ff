/**
 * The page, from the built folder or from Vite's dev server. Headers for the browser: what may be cached, and what the page may do
 * (a content security policy). It knows no routes but the page's own.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import sirv from 'sirv'

export interface Page {
  /** Answers, or calls `next` where the page has no such file. */
  handle (request: IncomingMessage, response: ServerResponse, next: () => void): void
  /** Whether a WebSocket upgrade is the page's own business (Vite's live reload). */
  ownsUpgrade (request: IncomingMessage): boolean
  readonly stop: () => Promise<void>
}

/** Serves `folder` as it is now. Files under assets/ have their content's hash in their name, so they never change. */
export function pageFromFolder (folder: string): Page {
  const serve = sirv(folder, {
    etag: true,
    gzip: true,
    setHeaders (response, pathname) {
      response.setHeader('Content-Security-Policy', contentSecurityPolicy)
      response.setHeader('Cross-Origin-Opener-Policy', 'same-origin')
      response.setHeader('Permissions-Policy', 'camera=(), microphone=(), geolocation=()')
      response.setHeader('Cache-Control', pathname.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache')
    }
  })
  return {
    handle (request, response, next) {
      delete request.headers.range // the files are small, and a nonsensical range ends in an error instead of an answer
      serve(request, response, next)
    },
    ownsUpgrade: () => false,
    stop: async () => Promise.resolve()
  }
}

/** Serves the sources in `root` through Vite, with live reload over `server`. Without a policy: Vite's client needs inline scripts and styles. */
export async function pageFromVite (root: string, server: Server): Promise<Page> {
  const { createServer } = await import('vite')
  const vite = await createServer({ root, server: { middlewareMode: true, hmr: { server }, cors: false, allowedHosts: true }, appType: 'spa' })
  return {
    handle: (request, response, next) => vite.middlewares(request, response, next),
    ownsUpgrade: request => viteProtocols.includes(request.headers['sec-websocket-protocol'] ?? ''),
    stop: async () => vite.close()
  }
}

const viteProtocols = ['vite-hmr', 'vite-ping']

/**
 * Scripts and styles only from here and none inline in the document, though scripts may style elements; wasm is for hashing. Connections
 * to any relay, since relays elsewhere are the point; WebRTC is not restricted by any of these. frame-ancestors 'self': several hubs
 * side by side in one page of our own.
 */
export const contentSecurityPolicy = [
  'default-src \'self\'',
  'script-src \'self\' \'wasm-unsafe-eval\'',
  'style-src \'self\'',
  'img-src \'self\' data: blob:',
  'font-src \'self\' data:',
  'connect-src \'self\' ws: wss: http: https:',
  'worker-src \'self\' blob:',
  'object-src \'none\'',
  'base-uri \'none\'',
  'form-action \'self\'',
  'frame-ancestors \'self\''
].join('; ')
