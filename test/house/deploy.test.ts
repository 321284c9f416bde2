// What operators copy: it must be readable, and name settings and files that exist.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { settings } from '@guanxi/engine/platform';
import { expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';

const folder = fileURLToPath(new URL('../../deploy', import.meta.url));
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
const yaml = files.filter((file) => file.endsWith('.yaml'));
const text = (file: string) => readFileSync(join(folder, file), 'utf8');

test.each(yaml)('%s is YAML without mistakes', (file) => {
  for (const document of parseAllDocuments(text(file))) {
    expect(document.errors).toEqual([]);
    expect(document.toJS()).toBeTypeOf('object');
  }
});

test('every setting that is named exists', () => {
  const known = new Set<string>(Object.values(settings).map(({ env }) => env));
  const named = files
    .filter((file) => /\.(yaml|md|xml)$|Dockerfile$/.test(file))
    .flatMap((file) => [...text(file).matchAll(/GUANXI_[A-Z_]+/g)].map(([name]) => name));
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});

test('every file that the compose file mounts or builds from exists, and every volume is declared', () => {
  const compose = parse(text('compose.yaml')) as {
    services: Record<string, { volumes?: string[]; build?: { context: string; dockerfile: string } }>;
    volumes: Record<string, unknown>;
  };
  for (const { volumes = [], build } of Object.values(compose.services)) {
    if (build) expect(existsSync(join(folder, build.context, build.dockerfile))).toBe(true);
    for (const [source] of volumes.map((volume) => volume.split(':')))
      if (source!.startsWith('.')) expect(existsSync(join(folder, source!)), source).toBe(true);
      else expect(Object.keys(compose.volumes)).toContain(source);
  }
});

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: {
    readonly serviceName?: string;
    readonly template?: { readonly spec: { readonly containers: object[] } };
  };
}

test('every manifest has its namespace, every set its service, every container its probe and its limits', () => {
  const manifests = yaml
    .filter((file) => file.startsWith('kubernetes'))
    .flatMap((file) => parseAllDocuments(text(file)).map((document) => document.toJS() as Manifest));
  const services = manifests.filter(({ kind }) => kind === 'Service').map(({ metadata }) => metadata.name);
  for (const { kind, metadata, spec } of manifests) {
    if (kind !== 'Namespace') expect(metadata.namespace, `${kind} ${metadata.name}`).toBe('guanxi');
    if (kind !== 'StatefulSet') continue;
    expect(services).toContain(spec!.serviceName);
    for (const container of spec!.template!.spec.containers) expect(container).toHaveProperty('resources.limits');
  }
});

test('what the server logs about itself is the same in the compose file and on Kubernetes', () => {
  const config = parseAllDocuments(text('kubernetes/engines.yaml'))[0]!.toJS() as { data: Record<string, string> };
  const rules = (xml: string) =>
    [...xml.replace(/<!--.*?-->/gs, '').matchAll(/<\w[^\n]*/g)].map(([line]) => line.trim());
  expect(rules(config.data['quiet.xml']!)).toEqual(rules(text('clickhouse/quiet.xml')));
});
