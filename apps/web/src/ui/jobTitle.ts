import { demoTitle, type Job, rebuildReason } from '@guanxi/contracts';
import type { TFunction } from 'i18next';
import { number } from './format.ts';

/** What a job is called: an import by its data set, a rebuild by its reason, the demo brand by what is done with it. */
export function jobTitle({ kind, title }: Pick<Job, 'kind' | 'title'>, t: TFunction): string {
  if (kind === 'demo') {
    const loaded = demoTitle(title);
    return loaded ? t('demo.job.load', { people: number(loaded.people) }) : t('demo.job.clear');
  }
  const reason = kind === 'rebuild' ? rebuildReason.safeParse(title).data : undefined;
  return reason ? t(`job.rebuild.${reason}`) : title || t(`job.kind.${kind}`);
}
