import react from '@vitejs/plugin-react'
import { defineConfig, mergeConfig, type Plugin, type UserConfig } from 'vite'
import { VitePWA } from 'vite-plugin-pwa'

/**
 * Leaves out what the protobuf generator adds to each codec and nobody here calls: decoding event by event. It stands in namespaces, which no bundler shakes,
 * and costs the worker 2.3 KiB of gzip.
 */
function withoutStreamingCodecs (): Plugin {
  return {
    name: 'without-streaming-codecs',
    enforce: 'pre',
    transform: (code, id) => id.endsWith('.pb.ts')
      ? code
          .replaceAll(/, function \* \(reader, length, prefix, opts = \{\}\) \{[\s\S]*?\n {6}\}\)\n/g, ')\n')
          .replaceAll(/ {2}export function stream \([^\n]*\{\n[^\n]*\n {2}\}\n/g, '')
      : undefined
  }
}

/**
 * Leaves out the counters that gossipsub keeps for a Prometheus registry, which no hub in a browser has: they are made by one function that nobody calls, and
 * that no bundler can know for dead, since an option decides. 4 KiB of gzip.
 */
function withoutMetrics (): Plugin {
  return {
    name: 'without-metrics',
    enforce: 'pre',
    transform: (code, id) => id.includes('/@libp2p/gossipsub/dist/src/metrics.js')
      ? code.replace(/^export function getMetrics\([\s\S]*$/m, 'export function getMetrics () { throw new Error("Metrics are not part of this build.") }\n')
      : undefined
  }
}

/**
 * Leaves out the curve of peer keys that no hub has: libp2p reads four kinds, and hubs are known by Ed25519 alone (message/SPEC.md M52). A peer with another
 * one is refused, as by libp2p's own error for a key that is none.
 */
function withoutOtherCurves (): Plugin {
  return {
    name: 'without-other-curves',
    enforce: 'pre',
    transform: (_code, id) => /\/@noble\/curves\/secp256k1\.js/.test(id)
      ? `const absent = () => { throw new Error('Keys on secp256k1 are not part of this build.') }
export const secp256k1 = { sign: absent, verify: absent, getPublicKey: absent, Point: { fromBytes: absent }, utils: { randomSecretKey: absent } }`
      : undefined
  }
}

/** Leaves out an alphabet of 256 emoji: multiaddr reads bytes in any of multibase's, and no address is written in that one. 1.1 KiB of gzip. */
function withoutEmoji (): Plugin {
  return {
    name: 'without-emoji',
    enforce: 'pre',
    transform: (_code, id) => id.includes('/multiformats/dist/src/bases/base256emoji.js') ? 'export { base2 as base256emoji } from "./base2.js"\n' : undefined
  }
}

const lean = (): Plugin[] => [withoutStreamingCodecs(), withoutMetrics(), withoutOtherCurves(), withoutEmoji()]

/** The page installs, and opens without its server. */
function installable (): ReturnType<typeof VitePWA> {
  return VitePWA({
    // Registered by ui/data/page-update.ts, and replaced only when every tab agrees.
    registerType: 'prompt',
    injectRegister: null,
    manifest: {
      id: '/',
      name: 'Hubbub',
      short_name: 'Hubbub',
      description: 'A peer hub that lives in a browser tab: signed messages, passed straight from hub to hub.',
      start_url: '/',
      scope: '/',
      display: 'standalone',
      theme_color: '#fdfdfb',
      background_color: '#fdfdfb',
      categories: ['social', 'utilities'],
      // Opened again, the app shows the window it has: one tab is enough for a hub.
      launch_handler: { client_mode: ['focus-existing', 'auto'] },
      icons: [
        { src: '/icons/any-192.png', sizes: '192x192', type: 'image/png', purpose: 'any' },
        { src: '/icons/any-512.png', sizes: '512x512', type: 'image/png', purpose: 'any' },
        { src: '/icons/maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' }
      ],
      screenshots: [
        { src: '/icons/wide.png', sizes: '1280x800', type: 'image/png', form_factor: 'wide', label: 'Messages and the hubs that have them' },
        { src: '/icons/narrow.png', sizes: '412x892', type: 'image/png', form_factor: 'narrow', label: 'The network on a phone' }
      ],
      shortcuts: [
        { name: 'Messages', url: '/#/messages', icons: [{ src: '/icons/any-192.png', sizes: '192x192' }] },
        { name: 'Network', url: '/#/network', icons: [{ src: '/icons/any-192.png', sizes: '192x192' }] },
        { name: 'Settings', url: '/#/settings', icons: [{ src: '/icons/any-192.png', sizes: '192x192' }] }
      ]
    },
    workbox: {
      globPatterns: ['**/*.{html,js,css,svg,wasm,woff2}'],
      // The document of every address of the page; what else the origin answers (/network.json, /api, /metrics) is never the cache's business.
      ignoreURLParametersMatching: [/.*/],
      directoryIndex: 'index.html',
      navigateFallback: null,
      cleanupOutdatedCaches: true,
      clientsClaim: true
    }
  })
}

/** How everything here is built for browsers; the benchmarks' own pages too. */
export const shared: UserConfig = {
  plugins: [lean(), react()],
  worker: { format: 'es', plugins: lean },
  build: { target: 'es2023', chunkSizeWarningLimit: 1500 }
}

export default defineConfig(mergeConfig(shared, {
  plugins: [installable()],
  build: { outDir: 'dist/page', rollupOptions: { input: ['index.html', 'example.html', 'todo.html'] } }
}))
