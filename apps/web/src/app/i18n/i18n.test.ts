import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { resources as en } from './en/index.ts';
import { resources as zh } from './zh/index.ts';

const root = join(import.meta.dirname, '../..');
const cjk = /[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]/;

type Tree = { [key: string]: string | Tree };
function flat(tree: Tree, prefix = ''): Map<string, string> {
  const entries = Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${prefix}${key}`, value] as const] : [...flat(value, `${prefix}${key}.`)],
  );
  return new Map(entries);
}
const texts = { zh: flat(zh), en: flat(en) };

const walk = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file) && !file.includes('i18n/'))
    .map((file) => join(folder, file));
const sources = walk(root).map((file) => ({
  file,
  tree: ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX),
}));

const each = (node: ts.Node, visit: (node: ts.Node) => void): void => {
  visit(node);
  ts.forEachChild(node, (child) => each(child, visit));
};
const placeOf = (tree: ts.SourceFile, node: ts.Node) =>
  `${tree.fileName.slice(root.length + 1)}:${tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1}`;

describe('texts', () => {
  it('have the same keys in both languages, none empty', () => {
    expect([...texts.en.keys()].sort()).toEqual([...texts.zh.keys()].sort());
    const wordless = new Set(['app.latin', 'job.unit.bytes']);
    for (const [language, map] of Object.entries(texts))
      for (const [key, text] of map) if (!wordless.has(key)) expect(text.trim(), `${language} ${key}`).not.toBe('');
  });

  it('have the same variables in both languages', () => {
    const variables = (text = '') => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();
    for (const [key, text] of texts.zh) expect(variables(texts.en.get(key)), key).toEqual(variables(text));
  });

  it('are translated: no Chinese in English, no half-width commas between Chinese words', () => {
    const own = new Set(['shell.otherLanguage', 'shell.switchLanguage']);
    for (const [key, text] of texts.en) if (!own.has(key)) expect(cjk.test(text), key).toBe(false);
    for (const [key, text] of texts.zh) expect(/[\u4e00-\u9fff][,;?!]/.test(text), `${key}: ${text}`).toBe(false);
  });

  it('exist for every key that is asked for by name', () => {
    const missing: string[] = [];
    for (const { tree } of sources)
      each(tree, (node) => {
        if (!ts.isCallExpression(node) || node.expression.getText(tree) !== 't') return;
        for (const [argument] of [node.arguments])
          if (argument && ts.isStringLiteral(argument) && !texts.zh.has(argument.text))
            missing.push(`${placeOf(tree, node)} ${argument.text}`);
      });
    expect(missing).toEqual([]);
  });
});

describe('sources', () => {
  it('are found', () => expect(sources.length).toBeGreaterThan(60));

  it('hold no Chinese outside the texts', () => {
    const found = sources.filter(({ tree }) => cjk.test(tree.text)).map(({ file }) => file);
    expect(found).toEqual([]);
  });

  it('show no text that is not translated', () => {
    const spoken = new Set([
      'title',
      'label',
      'placeholder',
      'aria-label',
      'alt',
      'why',
      'note',
      'lead',
      'okText',
      'cancelText',
    ]);
    const words = /\p{L}{2,}/u;
    const found: string[] = [];
    for (const { tree } of sources)
      each(tree, (node) => {
        if (ts.isJsxText(node) && words.test(node.text)) found.push(`${placeOf(tree, node)} ${node.text.trim()}`);
        if (
          ts.isJsxAttribute(node) &&
          spoken.has(node.name.getText(tree)) &&
          node.initializer &&
          ts.isStringLiteral(node.initializer)
        )
          if (words.test(node.initializer.text)) found.push(`${placeOf(tree, node)} ${node.initializer.text}`);
      });
    expect(found).toEqual([]);
  });
});
