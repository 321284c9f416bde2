import { existsSync, mkdirSync, statfsSync } from 'node:fs';
import { totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { keyStatus, lockOwner, readConfig } from '@guanxi/engine/platform';
import { type CommonOptions, withServer } from '../connect.ts';
import type { Messages } from '../language.ts';

type Grade = 'good' | 'note' | 'bad';
interface Finding {
  readonly what: string;
  readonly grade: Grade;
  readonly detail: string;
}

const GB = 2 ** 30;
const gigabytes = (bytes: number) => `${(bytes / GB).toFixed(1)} GB`;
const MEMORY_NEEDED = 2 * GB;
const DISK_NEEDED = 2 * GB;

function machine(text: Messages): Finding[] {
  const config = readConfig();
  mkdirSync(config.dataDir, { recursive: true });
  const disk = statfsSync(config.dataDir);
  const free = disk.bavail * disk.bsize;
  const owner = lockOwner(config.dataDir);
  const web = existsSync(fileURLToPath(new URL('../../../web/dist/index.html', import.meta.url)));
  return [
    { what: text.doctor.node, grade: 'good', detail: process.versions.node },
    { what: text.doctor.memory, grade: totalmem() >= MEMORY_NEEDED ? 'good' : 'bad', detail: gigabytes(totalmem()) },
    { what: text.doctor.disk, grade: free >= DISK_NEEDED ? 'good' : 'bad', detail: gigabytes(free) },
    {
      what: text.doctor.folder,
      grade: 'good',
      detail: `${config.dataDir} (${owner ? text.doctor.inUse(owner.pid, owner.url ?? '–') : text.doctor.free})`,
    },
    { what: text.doctor.console, grade: web ? 'good' : 'note', detail: web ? text.doctor.built : text.doctor.notBuilt },
  ];
}

async function key({ doctor: text }: Messages): Promise<Finding> {
  const { sealedWith, opens, besideData, readableByOthers } = await keyStatus(readConfig());
  const finding = (grade: Grade, detail: string): Finding => ({ what: text.key, grade, detail });
  if (sealedWith === null) return finding('good', text.keyNone);
  if (!opens) return finding('bad', text.keyMissing(sealedWith));
  if (readableByOthers) return finding('note', text.keyReadable);
  return besideData ? finding('note', text.keyBeside) : finding('good', text.keyApart);
}

async function data(options: CommonOptions, text: Messages): Promise<Finding[]> {
  return withServer(options, text, async ({ api }) => {
    const { engines, stages, counts } = await api.status();
    const behind = Math.max(...stages.map((stage) => stage.lag));
    const error = stages.find((stage) => stage.error)?.error;
    return [
      { what: text.doctor.clickhouse, grade: 'good', detail: engines.clickhouse },
      { what: text.doctor.postgres, grade: 'good', detail: engines.postgres },
      { what: text.doctor.log, grade: 'good', detail: String(stages.find((stage) => stage.name === 'log')!.head) },
      {
        what: text.doctor.river,
        grade: error ? 'bad' : 'good',
        detail: error ?? (behind > 0 ? text.doctor.behind(behind) : text.doctor.caughtUp),
      },
      {
        what: text.doctor.quarantine,
        grade: counts.quarantined > 0 ? 'note' : 'good',
        detail: text.doctor.waiting(counts.quarantined),
      },
    ];
  });
}

/** `guanxi doctor`: answers false when something is bad. */
export async function doctorCommand(options: CommonOptions, text: Messages): Promise<boolean> {
  const findings = [...machine(text), await key(text), ...(await data(options, text))];
  if (options.json) console.log(JSON.stringify(findings));
  else
    for (const { what, grade, detail } of findings)
      console.log(`${{ good: '✓', note: '•', bad: '✗' }[grade]} ${what}: ${detail}`);
  return findings.every(({ grade }) => grade !== 'bad');
}
