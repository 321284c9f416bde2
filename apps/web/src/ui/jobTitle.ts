import { type Job, rebuildReason } from '@guanxi/contracts';
import type { TFunction } from 'i18next';

/** What a job is called: an import by its data set, a rebuild by its reason. */
export function jobTitle({ kind, title }: Pick<Job, 'kind' | 'title'>, t: TFunction): string {
  const reason = kind === 'rebuild' ? rebuildReason.safeParse(title).data : undefined;
  return reason ? t(`job.rebuild.${reason}`) : title;
}
