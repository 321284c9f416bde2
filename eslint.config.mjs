import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { functionLines } from './scripts/lint/function-lines.mjs';

export default defineConfig(
  globalIgnores(['**/node_modules/', '**/dist/', 'data/', '**/*.cjs']),
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/no-dynamic-delete': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-console': 'error',
      eqeqeq: 'error',
      // One place reads the environment, so that every setting is declared, validated and documented.
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Declare a setting in platform/config instead.' },
      ],
    },
  },
  {
    files: ['**/*.mjs', 'apps/cli/src/**', 'bench/**', 'scripts/**'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly', setTimeout: 'readonly', fetch: 'readonly' },
    },
    rules: { 'no-console': 'off', 'no-restricted-properties': 'off' },
  },
  {
    // What no longer fits on a few screens is two things.
    files: ['packages/*/src/**', 'apps/*/src/**', 'bench/**', 'scripts/**'],
    ignores: ['**/*.test.ts', '**/*.test.tsx'],
    plugins: { house: { rules: { 'function-lines': functionLines } } },
    rules: {
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'house/function-lines': ['error', 60],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx', 'hack'], location: 'start' }],
    },
  },
  {
    files: ['**/*.test.ts', 'test/**', 'packages/engine/src/platform/config.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  prettier,
);
