import type { Source } from '@guanxi/contracts';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { read } from '../../api/queries.ts';
import { SourceName } from '../../ui/DemoLabel.tsx';
import { ago, number, percent } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Mark, Page } from '../../ui/Page.tsx';
import { Empty, QueryView } from '../../ui/states.tsx';
import { VirtualTable, type Column } from '../../ui/VirtualTable.tsx';
import { NewSource } from './NewSource.tsx';
import { SourceDetail } from './SourceDetail.tsx';
import './sources.css';
import { Allowed } from '../../ui/Allowed.tsx';

const route = getRouteApi('/data/sources');
const hour = 3_600_000;

export function SourceState({ source }: { source: Source }) {
  const { t } = useTranslation();
  if (!source.enabled) return <Mark tone="neutral">{t('source.state.off')}</Mark>;
  if (!source.lastEventAt) return <Mark tone="info">{t('source.state.waiting')}</Mark>;
  if (source.kind === 'sdk' && Date.now() - Date.parse(source.lastEventAt) > 24 * hour)
    return <Mark tone="warning">{t('source.state.silent')}</Mark>;
  return <Mark tone="success">{t('source.state.on')}</Mark>;
}

export const rejectShare = (source: Source): number => {
  const all = source.accepted24h + source.quarantined24h;
  return all === 0 ? 0 : source.quarantined24h / all;
};

/** Where events come from: each source with its freshness, volume and rejects. */
export function Sources() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery({ ...read('sources'), refetchInterval: 5_000 });
  const select = (id: string | undefined) => void navigate({ search: { id } });
  const create = () => void navigate({ search: { new: '1' } });
  const columns: Column<Source>[] = [
    { id: 'name', header: t('source.name'), track: 'minmax(140px, 2fr)', cell: (row) => <SourceName source={row} /> },
    { id: 'kind', header: t('source.kind'), track: '72px', cell: (row) => t(`source.kinds.${row.kind}`) },
    { id: 'state', header: t('source.status'), track: '104px', cell: (row) => <SourceState source={row} /> },
    {
      id: 'last',
      header: t('source.last'),
      track: 'minmax(112px, 1fr)',
      cell: (row) => (row.lastEventAt ? ago(row.lastEventAt) : t('source.never')),
    },
    { id: 'volume', header: t('source.volume'), track: '96px', align: 'end', cell: (row) => number(row.accepted24h) },
    {
      id: 'rejects',
      header: t('source.rejectRate'),
      track: '80px',
      align: 'end',
      cell: (row) => percent(rejectShare(row)),
    },
    { id: 'total', header: t('source.total'), track: '96px', align: 'end', cell: (row) => number(row.accepted) },
  ];
  const button = (
    <Button type="primary" icon={<Icon name="plus" />} onClick={create}>
      {t('source.create')}
    </Button>
  );
  const chosen = query.data?.items.find((item) => item.id === search.id);
  return (
    <Page
      title={t('nav.sources')}
      lead={t('source.lead')}
      actions={<Allowed needs="data.manage">{button}</Allowed>}
      fill
    >
      <div className={chosen ? 'beside open' : 'beside'}>
        <section className="panel flush">
          <div className="panel-body">
            <QueryView query={query}>
              {({ items }) =>
                items.length === 0 ? (
                  <Empty
                    icon="sources"
                    why={t('source.empty')}
                    action={<Allowed needs="data.manage">{button}</Allowed>}
                  />
                ) : (
                  <VirtualTable
                    label={t('nav.sources')}
                    // Beside the one that is open, which tells the rest, there is room for these.
                    columns={chosen ? columns.filter(({ id }) => !['kind', 'rejects', 'total'].includes(id)) : columns}
                    rows={items}
                    rowKey={(row) => row.id}
                    selected={search.id}
                    onOpen={(row) => select(row.id === search.id ? undefined : row.id)}
                  />
                )
              }
            </QueryView>
          </div>
        </section>
        {chosen && <SourceDetail key={chosen.id} source={chosen} onClose={() => select(undefined)} />}
      </div>
      {search.new && <NewSource onClose={(id) => select(id)} />}
    </Page>
  );
}
