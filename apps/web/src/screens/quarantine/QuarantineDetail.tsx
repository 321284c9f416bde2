import type { Quarantined, SourceMend } from '@guanxi/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { call, read, refresh } from '../../api/queries.ts';
import { dateTime } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Json, parsedJson } from '../../ui/Json.tsx';
import { Panel } from '../../ui/Page.tsx';
import { Failure, QueryView } from '../../ui/states.tsx';
import { MendsEditor } from '../../ui/MendsEditor.tsx';
import { refusalText } from '../../ui/refusalText.ts';
import { Allowed } from '../../ui/Allowed.tsx';
import { RevealButton, useRevealed } from '../../ui/Reveal.tsx';

/** The beginning of a mend that fits the reason, for the reader to finish. */
function suggestionFor(item: Quarantined): SourceMend | undefined {
  const event = item.name || undefined;
  switch (item.code) {
    case 'contract':
      return { event, change: { kind: 'move', from: '', to: item.field } };
    case 'bad_field':
      return { event, change: { kind: 'remove', path: item.field } };
    case 'no_event_name':
      return { change: { kind: 'rename_event', to: '' } };
    case 'unknown_type':
      return { event, change: { kind: 'set', path: 'type', value: 'track' } };
    case 'no_identifier':
      return { event, change: { kind: 'move', from: '', to: 'userId' } };
    case 'not_an_object':
    case 'invalid_json':
    case 'too_large':
      return undefined;
  }
}

/** One rejected event: why, as it came, and its source's mends beside it. */
export function QuarantineDetail({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation();
  const item = useQuery(read('quarantineItem', { params: { id } }));
  const sources = useQuery(read('sources'));
  const revealed = useRevealed({ kind: 'quarantined', id });
  const dismiss = useMutation({
    mutationFn: () => call('quarantineDismiss', { body: { ids: [id] } }),
    onSuccess: async () => {
      await refresh('quarantine', 'quarantineItem', 'status', 'sources');
      onClose();
    },
  });
  const source = sources.data?.items.find((one) => one.id === item.data?.sourceId);
  return (
    <aside className="side stack" aria-label={t('quarantine.one')}>
      <Panel
        title={t('quarantine.one')}
        actions={<Button type="text" icon={<Icon name="close" />} aria-label={t('action.close')} onClick={onClose} />}
      >
        <QueryView query={item}>
          {(data) => (
            <div className="stack">
              <dl className="facts">
                <dt>{t('quarantine.reason')}</dt>
                <dd>{t(`quarantineCode.${data.code}`)}</dd>
                <dt>{t('quarantine.field')}</dt>
                <dd>
                  <code>{data.field}</code>
                </dd>
                <dt>{t('quarantine.message')}</dt>
                <dd>{refusalText(data.message, t)}</dd>
                <dt>{t('live.source')}</dt>
                <dd>{source?.name ?? data.sourceId}</dd>
                <dt>{t('event.received')}</dt>
                <dd>{dateTime(data.receivedAt)}</dd>
              </dl>
              <Json value={parsedJson(revealed?.quarantined?.raw ?? data.raw)} label={t('event.raw')} />
              <span>
                <RevealButton subject={{ kind: 'quarantined', id }} />
              </span>
              {data.status === 'waiting' && (
                <div className="row">
                  <Allowed needs="data.manage">
                    <Button loading={dismiss.isPending} onClick={() => dismiss.mutate()}>
                      {t('quarantine.dismiss')}
                    </Button>
                    <span className="meta">{t('quarantine.dismissNote')}</span>
                  </Allowed>
                </div>
              )}
              {dismiss.isError && <Failure compact error={dismiss.error} />}
            </div>
          )}
        </QueryView>
      </Panel>
      {source && item.data?.status === 'waiting' && (
        <Allowed needs="data.manage">
          <Panel title={t('mend.title')} note={source.name}>
            <MendsEditor source={source} scope={{ code: item.data.code }} suggest={suggestionFor(item.data)} />
          </Panel>
        </Allowed>
      )}
    </aside>
  );
}
