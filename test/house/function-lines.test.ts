import { Linter, type Rule } from 'eslint';
import { expect, test } from 'vitest';

const file = new URL('../../scripts/lint/function-lines.mjs', import.meta.url).href;
const { functionLines } = (await import(file)) as { functionLines: Rule.RuleModule };

const found = (code: string) =>
  new Linter()
    .verify(code, [
      {
        plugins: { house: { rules: { 'function-lines': functionLines } } },
        rules: { 'house/function-lines': ['error', 6] },
      },
    ])
    .map(({ line, message }) => `${line}: ${message.split(';')[0]}`);
const lines = (count: number) => Array.from({ length: count }, (_, i) => `  work(${i});`).join('\n');

test('a function may have so many lines of its own and no more', () => {
  expect(found(`function f() {\n${lines(4)}\n}`)).toEqual([]);
  expect(found(`function f() {\n${lines(5)}\n}`)).toEqual(['1: This function has 7 lines of its own']);
  expect(found(`const f = () => {\n${lines(5)}\n};`)).toEqual(['1: This function has 7 lines of its own']);
  expect(found(`class A {\n  m() {\n${lines(5)}\n  }\n}`)).toEqual(['2: This function has 7 lines of its own']);
});

test('blank lines, comments and inner functions are not its own', () => {
  expect(found(`function f() {\n\n// a\n/* b\nc */\n${lines(4)}\n}`)).toEqual([]);
  expect(found(`function f() {\n  const g = () => {\n${lines(4)}\n  };\n  return g;\n}`)).toEqual([]);
  expect(found(`function f() {\n  const g = () => {\n${lines(5)}\n  };\n  return g;\n}`)).toEqual([
    '2: This function has 7 lines of its own',
  ]);
  expect(found(`function f() {\n  g(() => {\n    a();\n  });\n${lines(4)}\n}`)).toEqual([
    '1: This function has 7 lines of its own',
  ]);
});
