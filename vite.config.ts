import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

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

const lean = (): Plugin[] => [withoutStreamingCodecs(), withoutMetrics()]

export default defineConfig({
  plugins: [lean(), react()],
  worker: { format: 'es', plugins: lean },
  build: { outDir: 'dist/page', target: 'es2023', chunkSizeWarningLimit: 1500 }
})
