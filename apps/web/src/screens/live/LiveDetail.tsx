import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { read } from '../../api/queries.ts';
import { EventRecord } from '../../ui/EventRecord.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Json, parsedJson } from '../../ui/Json.tsx';
import { Mark, Panel } from '../../ui/Page.tsx';
import { QueryView } from '../../ui/states.tsx';
import { refusalText } from '../../ui/refusalText.ts';

function Rejected({ id }: { id: string }) {
  const { t } = useTranslation();
  const query = useQuery(read('quarantineItem', { params: { id } }));
  return (
    <QueryView query={query}>
      {(item) => (
        <div className="stack">
          <Mark tone="warning">{t(`quarantineCode.${item.code}`)}</Mark>
          <p>
            {item.field && <code>{item.field}</code>} {refusalText(item.message, t)}
          </p>
          <Link to="/data/quarantine" search={{ id: item.id, code: item.code, source: item.sourceId }}>
            {t('live.mend')}
          </Link>
          <Json value={parsedJson(item.raw)} label={t('event.raw')} />
        </div>
      )}
    </QueryView>
  );
}

/** `id` is a position in the log, or `q:` and a number of the quarantine. */
export function LiveDetail({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <aside className="side" aria-label={t('event.title')}>
      <Panel
        title={t('event.title')}
        actions={<Button type="text" icon={<Icon name="close" />} aria-label={t('action.close')} onClick={onClose} />}
      >
        {id.startsWith('q:') ? <Rejected id={id.slice(2)} /> : <EventRecord seq={Number(id)} />}
      </Panel>
    </aside>
  );
}
