import type { RetentionPreview } from '@guanxi/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Button, InputNumber, Popconfirm } from 'antd';
import { useTranslation } from 'react-i18next';
import { call, read, refresh } from '../../api/queries.ts';
import { ago, dateOnly, number } from '../../ui/format.ts';
import { Panel } from '../../ui/Page.tsx';
import { Failure, QueryView } from '../../ui/states.tsx';
import { toast } from '../../ui/toast.tsx';
import { useSettings } from './useSettings.ts';

type Item = RetentionPreview['items'][number];

function Row({ item, days, onDays }: { item: Item; days: number | null; onDays: (days: number | null) => void }) {
  const { t } = useTranslation();
  return (
    <tr>
      <td>
        {t(`privacy.class.${item.class}`)}
        <div className="meta">{t(`privacy.classNote.${item.class}`)}</div>
      </td>
      <td>
        <InputNumber<number>
          min={1}
          max={36_500}
          aria-label={t('privacy.days')}
          placeholder={t('privacy.forever')}
          value={days}
          onChange={(value) => onDays(value ?? null)}
        />
      </td>
      <td className="muted">{item.before ? dateOnly(item.before) : t('privacy.forever')}</td>
      <td className="end">{number(item.rows)}</td>
    </tr>
  );
}

/** How long each kind of data is kept, with what would go now. */
export function Retention() {
  const { t } = useTranslation();
  const { query: settings, draft, setDraft, save } = useSettings();
  const preview = useQuery(read('retentionPreview'));
  const run = useMutation({
    mutationFn: () => call('retentionRun'),
    onSuccess: async () => {
      await refresh('jobs', 'retentionPreview');
      toast(t('privacy.running'));
    },
  });
  const current = draft ?? settings.data;
  return (
    <QueryView query={preview}>
      {({ items, lastRun }) => (
        <Panel
          title={t('privacy.tab.retention')}
          note={lastRun ? t('privacy.lastRun', { ago: ago(lastRun) }) : t('privacy.neverRun')}
          actions={
            <Popconfirm title={t('privacy.runAsk')} onConfirm={() => run.mutate()} okText={t('action.confirm')}>
              <Button
                danger
                disabled={draft !== null || items.every((item) => item.rows === 0)}
                loading={run.isPending}
              >
                {t('privacy.runNow')}
              </Button>
            </Popconfirm>
          }
        >
          <div className="stack">
            <table className="plain">
              <thead>
                <tr>
                  <th>{t('privacy.kind')}</th>
                  <th>{t('privacy.days')}</th>
                  <th>{t('privacy.before')}</th>
                  <th className="end">{t('privacy.wouldGo')}</th>
                </tr>
              </thead>
              <tbody>
                {items.map((item) => (
                  <Row
                    key={item.class}
                    item={item}
                    days={current ? current.retention[item.class] : item.days}
                    onDays={(days) =>
                      current && setDraft({ ...current, retention: { ...current.retention, [item.class]: days } })
                    }
                  />
                ))}
              </tbody>
            </table>
            {[save, run].map((mutation, at) => mutation.isError && <Failure key={at} compact error={mutation.error} />)}
            <div className="row">
              <Button
                type="primary"
                disabled={!draft}
                loading={save.isPending}
                onClick={() => draft && save.mutate(draft)}
              >
                {t('privacy.saveAndPreview')}
              </Button>
              {draft && <Button onClick={() => setDraft(null)}>{t('action.reset')}</Button>}
            </div>
          </div>
        </Panel>
      )}
    </QueryView>
  );
}
