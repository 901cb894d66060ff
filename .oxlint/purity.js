/** One rule that no linter brings: the pure folders are synchronous (src/ARCHITECTURE.md). */
const synchronous = {
  create (context) {
    const refuse = node => context.report({ node, message: 'The pure folders are synchronous.' })
    const refuseAsync = (node) => { if (node.async) refuse(node) }
    return {
      FunctionDeclaration: refuseAsync, FunctionExpression: refuseAsync, ArrowFunctionExpression: refuseAsync,
      AwaitExpression: refuse, ImportExpression: refuse
    }
  }
}

export default { meta: { name: 'purity' }, rules: { synchronous } }
