// Imports point one way (src/ARCHITECTURE.md): each rule names who may not know whom, and why.
const rooms = (...names) => `^src/(${names.join('|')})/`
const notTests = '\\.test\\.ts$|/fixtures/'
const except = name => ({ path: '^src/', pathNot: `^src/(${name})/` })

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'base-knows-nobody', severity: 'error', from: { path: rooms('base') }, to: except('base') },
    { name: 'message-knows-base', severity: 'error', from: { path: rooms('message') }, to: except('base|message') },
    { name: 'store-knows-messages', severity: 'error', from: { path: rooms('store') }, to: except('base|message|store') },
    { name: 'protocols-stand-alone', comment: 'gossip, sync and fastsync never import one another; only hub/core joins them', severity: 'error',
      from: { path: '^src/(gossip|sync|fastsync)/' }, to: { path: '^src/', pathNot: '^src/(base|message|$1)/' } },
    { name: 'core-joins-protocols', severity: 'error', from: { path: '^src/hub/core/', pathNot: notTests }, to: { path: '^src/', pathNot: '^src/(base|message|gossip|sync|fastsync|hub/core)/' } },
    { name: 'hub-knows-no-shell', severity: 'error', from: { path: rooms('hub') }, to: { path: rooms('network', 'worker', 'node', 'ui') } },
    { name: 'network-knows-no-hub', severity: 'error', from: { path: rooms('network'), pathNot: notTests }, to: { path: rooms('store', 'sync', 'fastsync', 'worker', 'node', 'ui') } },
    { name: 'ui-knows-the-client', comment: 'the page reaches the engine through the worker client alone', severity: 'error',
      from: { path: rooms('ui') }, to: { path: '^src/', pathNot: '^src/(base|ui|worker/(client|api|console)\\.ts)' } },
    { name: 'apps-know-the-client', comment: 'an app uses what developers of apps are given, and nothing else', severity: 'error',
      from: { path: rooms('apps') }, to: { path: '^src/', pathNot: '^src/(apps/|worker/client/)' } },
    { name: 'browser-knows-no-node', severity: 'error', from: { path: rooms('worker', 'ui', 'network', 'hub', 'message', 'gossip', 'base'), pathNot: notTests }, to: { path: rooms('node') } },
    { name: 'nobody-imports-what-measures', severity: 'error', from: { path: '^src/', pathNot: rooms('sim', 'bench', 'soak') }, to: { path: rooms('sim', 'bench', 'soak') } },
    { name: 'pure-folders-import-no-platform', severity: 'error',
      from: { path: '^src/(message|gossip|sync|fastsync|hub/core)/', pathNot: '\\.test\\.ts$|/fixtures/|\\.pb\\.ts$|^src/message/signing\\.ts$' },
      to: { path: 'node_modules/(@libp2p|libp2p|idb|comlink|react|classic-level)|^node:' } }
  ],
  options: { doNotFollow: { path: 'node_modules' }, tsConfig: { fileName: 'tsconfig.json' }, tsPreCompilationDeps: true,
    exclude: { path: '\\.(css|svg|proto)$' } }
}
