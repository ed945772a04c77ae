import a11y from 'eslint-plugin-jsx-a11y';
import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'src/kit/api/schema.d.ts', 'test/generated/', '*.cjs', 'public/'] },
  ...tseslint.configs.strict,
  {
    files: ['src/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': hooks, 'jsx-a11y': a11y },
    rules: {
      ...hooks.configs.recommended.rules,
      ...a11y.configs.recommended.rules,
      // The first field of a page that has but one purpose takes the focus.
      'jsx-a11y/no-autofocus': 'off',
      'max-lines': ['error', 400],
      'no-console': 'error',
      'no-restricted-globals': ['error', { name: 'fetch', message: 'Calls go through src/kit/api.' }],
      'no-restricted-syntax': ['error', { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: 'The policy of the page and the safety of callers forbid it.' }],
    },
  },
  { rules: { '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }] } },
  { files: ['src/kit/api/**'], rules: { 'no-restricted-globals': 'off' } },
);
