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
  const found = files
    .filter((file) => /\.(yaml|md|xml)$|Dockerfile$/.test(file))
    .flatMap((file) => [...text(file).matchAll(/GUANXI_[A-Z_]+/g)].map(([name]) => name));
  expect(found.length).toBeGreaterThan(5);
  expect(found.filter((name) => !known.has(name))).toEqual([]);
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

interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly envFrom?: readonly { readonly configMapRef: { readonly name: string } }[];
  readonly env?: readonly {
    readonly name: string;
    readonly valueFrom?: { readonly secretKeyRef?: { readonly name: string; readonly key: string } };
  }[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
}
interface Pod {
  readonly spec: {
    readonly containers: readonly Container[];
    readonly volumes?: readonly {
      readonly name: string;
      readonly configMap?: { readonly name: string };
      readonly persistentVolumeClaim?: { readonly claimName: string };
    }[];
  };
}
interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly stringData?: Readonly<Record<string, string>>;
  readonly spec?: {
    readonly serviceName?: string;
    readonly replicas?: number;
    readonly accessModes?: readonly string[];
    readonly template?: Pod;
    readonly jobTemplate?: { readonly spec: { readonly template: Pod } };
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
  };
}

const manifests = yaml
  .filter((file) => file.startsWith('kubernetes'))
  .flatMap((file) => parseAllDocuments(text(file)).map((document) => document.toJS() as Manifest));
const of = (kind: string) => manifests.filter((manifest) => manifest.kind === kind);
const named = (kind: string, name: string) => of(kind).find(({ metadata }) => metadata.name === name);
const podOf = ({ spec }: Manifest) => spec?.template ?? spec?.jobTemplate?.spec.template;
const pods = manifests.filter((manifest) => podOf(manifest) !== undefined);

test('every manifest has its namespace, every set its service, every container its probe and its limits', () => {
  for (const { kind, metadata } of manifests)
    if (kind !== 'Namespace') expect(metadata.namespace, `${kind} ${metadata.name}`).toBe('guanxi');
  for (const { spec, metadata } of of('StatefulSet')) {
    expect(named('Service', spec!.serviceName!), metadata.name).toBeDefined();
    for (const container of spec!.template!.spec.containers)
      expect(container, metadata.name).toHaveProperty('readinessProbe');
  }
  for (const pod of pods)
    for (const container of podOf(pod)!.spec.containers) expect(container).toHaveProperty('resources.limits.memory');
  const [guanxi] = named('StatefulSet', 'guanxi')!.spec!.template!.spec.containers;
  for (const [probe, path] of [
    ['startupProbe', '/health'],
    ['livenessProbe', '/health'],
    ['readinessProbe', '/ready'],
  ] as const)
    expect(guanxi).toHaveProperty(`${probe}.httpGet.path`, path);
});

test('every secret, setting, volume and claim that a container names is there', () => {
  for (const pod of pods) {
    const { containers, volumes = [] } = podOf(pod)!.spec;
    const claims = (pod.spec!.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name);
    for (const { configMap, persistentVolumeClaim } of volumes) {
      if (configMap) expect(named('ConfigMap', configMap.name), configMap.name).toBeDefined();
      if (persistentVolumeClaim) expect(named('PersistentVolumeClaim', persistentVolumeClaim.claimName)).toBeDefined();
    }
    for (const { env = [], envFrom = [], volumeMounts = [] } of containers) {
      for (const { valueFrom } of env)
        if (valueFrom?.secretKeyRef)
          expect(named('Secret', valueFrom.secretKeyRef.name)!.stringData).toHaveProperty(valueFrom.secretKeyRef.key);
      for (const { configMapRef } of envFrom) expect(named('ConfigMap', configMapRef.name)).toBeDefined();
      for (const { name } of volumeMounts) expect([...claims, ...volumes.map((volume) => volume.name)]).toContain(name);
    }
  }
});

test('processes of Guanxi share the key, uploads and backups, and each has a folder of its own', () => {
  const { spec } = named('StatefulSet', 'guanxi')!;
  expect(spec!.replicas).toBeGreaterThan(1);
  const [{ env = [], volumeMounts = [] }] = spec!.template!.spec.containers as [Container];
  expect(env.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['GUANXI_CLICKHOUSE_URL', 'GUANXI_POSTGRES_URL', 'GUANXI_KEY']),
  );
  const shared = volumeMounts.find(({ name }) => name === 'shared')!.mountPath;
  const given = named('ConfigMap', 'guanxi')!.data!;
  for (const name of ['GUANXI_UPLOADS', 'GUANXI_BACKUP_DIR'])
    expect(given[name], name).toMatch(new RegExp(`^${shared}/`));
  expect(named('PersistentVolumeClaim', 'guanxi-shared')!.spec!.accessModes).toEqual(['ReadWriteMany']);
  expect(spec!.volumeClaimTemplates!.map(({ metadata }) => metadata.name)).toEqual(['data']);
});

test('the nightly backup runs a command that exists, into the folder of backups, on the service that exists', () => {
  const [{ command, env = [], image }] = podOf(named('CronJob', 'guanxi-backup')!)!.spec.containers as [Container];
  const [, script, target, url] = /node (\S+) backup (\S+)\/[^ ]+ .*--url http:\/\/(\S+)$/.exec(
    command!.at(-1)!.replace(/\$\(.*?\)/, 'NAME'),
  )!;
  expect(existsSync(join(folder, '..', script!))).toBe(true);
  expect(target).toBe(named('ConfigMap', 'guanxi')!.data!['GUANXI_BACKUP_DIR']);
  expect(named('Service', url!)).toBeDefined();
  expect(env.map(({ name }) => name)).toEqual(['GUANXI_API_KEY']);
  expect(image).toBe(named('StatefulSet', 'guanxi')!.spec!.template!.spec.containers[0]!.image);
});

test('what the server logs about itself is the same in the compose file and on Kubernetes', () => {
  const config = parseAllDocuments(text('kubernetes/engines.yaml'))[0]!.toJS() as { data: Record<string, string> };
  const rules = (xml: string) =>
    [...xml.replace(/<!--.*?-->/gs, '').matchAll(/<\w[^\n]*/g)].map(([line]) => line.trim());
  expect(rules(config.data['quiet.xml']!)).toEqual(rules(text('clickhouse/quiet.xml')));
});
