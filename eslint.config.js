import stylistic from '@stylistic/eslint-plugin'
import reactHooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

// The pure folders: synchronous, no clock, no chance, no IO. Time and randomness are arguments there (src/ARCHITECTURE.md).
const pureFolders = ['src/message/**/*.ts', 'src/sync/**/*.ts', 'src/gossip/**/*.ts', 'src/fastsync/**/*.ts', 'src/hub/core/**/*.ts', 'src/hub/lifecycle/lifecycle.ts']
const notPure = ['**/*.test.ts', '**/fixtures/**', '**/*.pb.ts', 'src/message/signing.ts']

const impureGlobals = [
  'Date', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'performance', 'crypto', 'console', 'process',
  'fetch', 'self', 'window', 'document', 'navigator', 'indexedDB', 'localStorage', 'WebSocket', 'RTCPeerConnection', 'Worker', 'Promise'
].map(name => ({ name, message: 'The pure folders know no clock, chance, IO or asynchrony: take it as an argument or return an effect.' }))

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', '**/*.pb.ts', 'test-results/**'] },
  ...tseslint.configs.strictTypeChecked,
  stylistic.configs.customize({ indent: 2, quotes: 'single', semi: false, commaDangle: 'never', braceStyle: '1tbs', arrowParens: false }),
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@stylistic/space-before-function-paren': ['error', 'always'],
      '@stylistic/max-statements-per-line': 'off',
      '@stylistic/operator-linebreak': 'off',
      '@stylistic/multiline-ternary': 'off',
      '@stylistic/quote-props': ['error', 'as-needed'],
      '@stylistic/jsx-one-expression-per-line': 'off',
      '@stylistic/lines-between-class-members': 'off',
      '@stylistic/max-len': ['error', { code: 160, ignoreUrls: true, ignoreStrings: true, ignoreTemplateLiterals: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // An async function turns a throw into a rejection, which is what callers of a promise expect, awaits or not.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'no-empty': ['error', { allowEmptyCatch: false }],
      eqeqeq: ['error', 'always', { null: 'ignore' }]
    }
  },
  {
    files: pureFolders,
    ignores: notPure,
    rules: {
      'no-restricted-globals': ['error', ...impureGlobals],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: 'Take a Random as an argument.' }],
      'no-restricted-syntax': ['error',
        { selector: ':function[async=true]', message: 'The pure folders are synchronous.' },
        { selector: 'AwaitExpression', message: 'The pure folders are synchronous.' },
        { selector: 'ImportExpression', message: 'The pure folders are synchronous.' }
      ]
    }
  },
  { files: ['src/ui/**/*.tsx', 'src/ui/**/*.ts'], plugins: { 'react-hooks': reactHooks }, rules: { ...reactHooks.configs.recommended.rules } },
  { files: ['**/*.test.ts', 'e2e/**/*.ts'], rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
  { files: ['**/*.js', '**/*.cjs'], ...tseslint.configs.disableTypeChecked }
)
