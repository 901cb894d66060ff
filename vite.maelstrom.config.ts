import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { defineConfig } from 'vite'

/** The Maelstrom node as one executable file that needs nothing but Node. */
export default defineConfig({
  publicDir: false,
  ssr: { noExternal: true, target: 'node' },
  plugins: [{
    name: 'executable',
    async writeBundle ({ dir = '' }, bundle) {
      for (const file of Object.keys(bundle)) await chmod(join(dir, file), 0o755)
    }
  }],
  build: {
    outDir: 'dist/node',
    target: 'node20',
    ssr: 'src/node/maelstrom/main.ts',
    rolldownOptions: { output: { entryFileNames: 'maelstrom.js', banner: '#!/usr/bin/env node', codeSplitting: false } }
  }
})
