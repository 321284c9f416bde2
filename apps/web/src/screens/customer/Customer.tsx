import type { Customer as CustomerData } from '@guanxi/contracts';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { read } from '../../api/queries.ts';
import { CopyButton } from '../../ui/Copy.tsx';
import { EventSide } from '../../ui/EventSide.tsx';
import { ago, dateOnly, number } from '../../ui/format.ts';
import { Identifier } from '../../ui/Identifier.tsx';
import { Mark, Page, Tabs } from '../../ui/Page.tsx';
import { RevealButton, useRevealed } from '../../ui/Reveal.tsx';
import { Boundary, QueryView } from '../../ui/states.tsx';
import { useWords } from '../../ui/useWords.ts';
import './customer.css';
import { ConsentTab } from './ConsentTab.tsx';
import { IdentityTab } from './IdentityTab.tsx';
import { NetworkTab } from './NetworkTab.tsx';
import { TimelinePart } from './TimelinePart.tsx';
import { TraitsTab } from './TraitsTab.tsx';

const route = getRouteApi('/customers/$id');
const tabs = ['network', 'identity', 'traits', 'timeline', 'consent'] as const;
export type CustomerTab = (typeof tabs)[number];

function Header({ customer }: { customer: CustomerData }) {
  const { t } = useTranslation();
  const words = useWords();
  const top = customer.activity.slice(0, 3);
  return (
    <div className="customer-facts">
      <Mark tone={customer.known ? 'accent' : 'neutral'}>
        {t(customer.known ? 'customers.isKnown' : 'customers.isAnonymous')}
      </Mark>
      <span>{t('customer.seen', { first: dateOnly(customer.firstSeen), last: ago(customer.lastSeen) })}</span>
      <span>{t('customer.events', { n: number(customer.events) })}</span>
      {top.length > 0 && (
        <span className="muted clip">
          {top.map((item) => `${words.event(item.name)} ${number(item.count)}`).join(' · ')}
        </span>
      )}
      <span className="row wrap">
        {customer.identifiers.slice(0, 4).map((item) => (
          <Identifier key={item.id} value={item} />
        ))}
        {customer.identifiers.length > 4 && <span className="meta">+{customer.identifiers.length - 4}</span>}
      </span>
    </div>
  );
}

/** The timeline alone, with room for the event that is opened. */
function TimelineTab({ customer }: { customer: CustomerData }) {
  const { seq } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <div className={seq ? 'beside open rail' : 'beside'}>
      <section className="panel flush timeline-panel whole">
        <TimelinePart customer={customer} />
      </section>
      {seq && (
        <EventSide
          seq={Number(seq)}
          onClose={() => void navigate({ search: (now) => ({ ...now, seq: undefined }), replace: true })}
        />
      )}
    </div>
  );
}

/** One person as a network: what they relate to, when, and why each relation is believed. */
export function Customer() {
  const { t } = useTranslation();
  const { id } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(read('customer', { params: { id } }));
  const tab = tabs.find((one) => one === search.tab) ?? 'network';
  const revealed = useRevealed({ kind: 'customer', id });
  const customer = query.data && (revealed?.customer ?? query.data);
  return (
    <Page
      fill
      title={customer ? customer.name : t('customer.title')}
      lead={customer ? <Header customer={customer} /> : undefined}
      actions={
        <>
          <CopyButton text={id} label={t('customer.copyId')} />
          <Link to="/graph" search={{ n: id, x: id, sel: id }}>
            {t('customer.explore')}
          </Link>
          <RevealButton subject={{ kind: 'customer', id }} />
        </>
      }
    >
      <Tabs
        label={t('customer.tabs')}
        value={tab}
        onChange={(key) =>
          void navigate({
            search: (now) => ({ ...now, tab: key === 'network' ? undefined : key, edge: undefined, seq: undefined }),
          })
        }
        tabs={tabs.map((key) => ({ key, label: t(`customer.tab.${key}`) }))}
      />
      <QueryView query={query}>
        {(masked) => {
          const data = revealed?.customer ?? masked;
          return (
            <Boundary resetKey={`${id}${tab}`}>
              {tab === 'network' && <NetworkTab customer={data} />}
              {tab === 'identity' && <IdentityTab customer={data} />}
              {tab === 'traits' && <TraitsTab customer={data} />}
              {tab === 'timeline' && <TimelineTab customer={data} />}
              {tab === 'consent' && <ConsentTab customer={data} />}
            </Boundary>
          );
        }}
      </QueryView>
    </Page>
  );
}
