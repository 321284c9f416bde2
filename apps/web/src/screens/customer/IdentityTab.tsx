import type { Customer, Identifier as IdentifierValue, IdentityLink, PersonIdentity } from '@guanxi/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Button, Checkbox } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, read, refreshIdentity } from '../../api/queries.ts';
import { EventSide } from '../../ui/EventSide.tsx';
import { ago, dateOnly, dateTime, number } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Identifier } from '../../ui/Identifier.tsx';
import { Mark, Panel, type Tone } from '../../ui/Page.tsx';
import { useRevealed } from '../../ui/Reveal.tsx';
import { Empty, Failure, QueryView } from '../../ui/states.tsx';
import { toast } from '../../ui/toast.tsx';
import { refusalText } from '../../ui/refusalText.ts';
import { useWords } from '../../ui/useWords.ts';
import { IdentityGraph, linkKey } from './IdentityGraph.tsx';
import { Unmerge } from './Unmerge.tsx';
import { Allowed } from '../../ui/Allowed.tsx';

const route = getRouteApi('/customers/$id');
const tones: Record<IdentityLink['state'], Tone> = {
  active: 'success',
  limited: 'warning',
  shared: 'info',
  severed: 'neutral',
};

function Links({
  identity,
  nameOf,
  open,
  onOpen,
}: {
  identity: PersonIdentity;
  nameOf: (id: string) => IdentifierValue | undefined;
  open: string | undefined;
  onOpen: (link: IdentityLink) => void;
}) {
  const { t } = useTranslation();
  const words = useWords();
  const relink = useMutation({
    mutationFn: (link: IdentityLink) => call('linkIdentifiers', { body: { a: link.a, b: link.b } }),
    onSuccess: async () => {
      await refreshIdentity();
      toast(t('identity.relinked'));
    },
  });
  if (identity.links.length === 0) return <Empty compact why={t('identity.oneOnly')} />;
  const end = (id: string) => {
    const value = nameOf(id);
    return value ? <Identifier value={value} /> : <code>{id}</code>;
  };
  return (
    <>
      {relink.isError && <Failure compact error={relink.error} />}
      <ul className="links">
        {identity.links.map((link) => (
          <li key={linkKey(link)} className={open === linkKey(link) ? 'open' : undefined}>
            <div className="row wrap">
              {end(link.a)}
              <Icon name="link" size={14} />
              {end(link.b)}
            </div>
            <div className="row wrap meta">
              <Mark tone={tones[link.state]}>{t(`linkState.${link.state}`)}</Mark>
              <span>{words.rule(link.rule)}</span>
              <span>{t('network.times', { n: number(link.count) })}</span>
              <span>
                {dateOnly(link.firstSeen)} – {dateOnly(link.lastSeen)}
              </span>
              <Button
                size="small"
                type="text"
                aria-pressed={open === linkKey(link)}
                icon={<Icon name="arrowRight" size={14} />}
                onClick={() => onOpen(link)}
              >
                {t('identity.firstEvidence')}
              </Button>
              {link.state === 'severed' && (
                <Allowed needs="identity.decide">
                  <Button
                    size="small"
                    loading={relink.isPending}
                    icon={<Icon name="undo" size={14} />}
                    onClick={() => relink.mutate(link)}
                  >
                    {t('identity.relink')}
                  </Button>
                </Allowed>
              )}
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}

function History({ identity }: { identity: PersonIdentity }) {
  const { t } = useTranslation();
  const words = useWords();
  const change: Record<PersonIdentity['history'][number]['kind'], Tone> = {
    created: 'accent',
    merged: 'success',
    linked: 'success',
    split: 'warning',
    severed: 'warning',
    refused: 'neutral',
    shared: 'info',
  };
  // Kinds of identifiers in what is told are called as everywhere else.
  const detail = (text: string) => refusalText(text, t, words.kind);
  if (identity.history.length === 0) return <Empty compact why={t('identity.noHistory')} />;
  return (
    <ol className="history">
      {identity.history.map((item, at) => (
        <li key={`${item.seq}${item.kind}${at}`}>
          <Mark tone={change[item.kind]}>{t(`change.${item.kind}`)}</Mark>
          <span className="clip">
            {[words.rule(item.rule), detail(item.detail ?? '')]
              .filter((text) => text && text !== t(`change.${item.kind}`))
              .join(' · ')}
          </span>
          {item.other && (
            <Link className="history-other" to="/customers/$id" params={{ id: item.other }}>
              {t('identity.otherPerson')}
            </Link>
          )}
          <span className="meta" title={dateTime(item.at)}>
            {item.by ? `${item.by} · ` : ''}
            {ago(item.at)}
          </span>
        </li>
      ))}
    </ol>
  );
}

function Identifiers({
  identity,
  chosen,
  onToggle,
}: {
  identity: PersonIdentity;
  chosen: ReadonlySet<string>;
  onToggle: (id: string) => void;
}) {
  const { t } = useTranslation();
  return (
    <table className="plain inset">
      <thead>
        <tr>
          <th>
            <span className="visually-hidden">{t('identity.choose')}</span>
          </th>
          <th>{t('customers.identifiers')}</th>
          <th className="end">{t('customers.events')}</th>
          <th className="end">{t('customers.lastSeen')}</th>
        </tr>
      </thead>
      <tbody>
        {identity.identifiers.map((item) => (
          <tr key={item.id}>
            <td>
              <Checkbox
                checked={chosen.has(item.id)}
                onChange={() => onToggle(item.id)}
                aria-label={`${t('identity.choose')} ${item.kind} ${item.value}`}
              />
            </td>
            <td className="grow-cell">
              <span className="row">
                <Identifier value={item} />
                {item.shared && <Mark tone="info">{t('linkState.shared')}</Mark>}
              </span>
            </td>
            <td className="end">{number(item.events)}</td>
            <td className="end">{ago(item.lastSeen)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface WhyProps {
  readonly identity: PersonIdentity;
  readonly chosen: ReadonlySet<string>;
  readonly onToggle: (id: string) => void;
  readonly onUnmerge: () => void;
}

/** The graph of identifiers beside its parts as lists. */
function Why({ identity, chosen, onToggle, onUnmerge }: WhyProps) {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const all = new Map([...identity.identifiers, ...identity.outside].map((item) => [item.id, item]));
  const open = (link: IdentityLink) => {
    const next = search.edge === linkKey(link) ? {} : { edge: linkKey(link), seq: String(link.firstSeq) };
    void navigate({ search: (now) => ({ ...now, edge: undefined, seq: undefined, ...next }), replace: true });
  };
  const canSplit = chosen.size > 0 && chosen.size < identity.identifiers.length;
  return (
    <div className="identity-grid">
      <Panel
        className="identity-graph"
        title={t('identity.graph')}
        note={t('identity.graphNote')}
        flush
        actions={
          <Allowed needs="identity.decide">
            <Button
              type={canSplit ? 'primary' : 'default'}
              disabled={!canSplit}
              icon={<Icon name="split" size={14} />}
              onClick={onUnmerge}
            >
              {chosen.size > 0 ? t('identity.takeOutN', { n: chosen.size }) : t('identity.takeOut')}
            </Button>
          </Allowed>
        }
      >
        <IdentityGraph identity={identity} chosen={chosen} openLink={search.edge} onToggle={onToggle} onLink={open} />
      </Panel>
      <div className="side stack">
        <Panel title={t('identity.identifiers')} note={t('identity.identifiersNote')} flush>
          <Identifiers identity={identity} chosen={chosen} onToggle={onToggle} />
        </Panel>
        <Panel title={t('identity.links')} flush>
          <Links identity={identity} nameOf={(id) => all.get(id)} open={search.edge} onOpen={open} />
        </Panel>
        <Panel title={t('identity.history')} flush>
          <History identity={identity} />
        </Panel>
      </div>
    </div>
  );
}

/** Why these identifiers are one person: each link with its first evidence; what does not belong can be taken out. */
export function IdentityTab({ customer }: { customer: Customer }) {
  const { t } = useTranslation();
  const { seq } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(read('customerIdentity', { params: { id: customer.id } }));
  const revealed = useRevealed({ kind: 'customer', id: route.useParams().id });
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [unmerging, setUnmerging] = useState(false);
  const toggle = (id: string) =>
    setChosen((now) => (now.has(id) ? new Set([...now].filter((one) => one !== id)) : new Set([...now, id])));
  const close = () => void navigate({ search: (now) => ({ ...now, seq: undefined, edge: undefined }), replace: true });
  return (
    <QueryView query={query}>
      {(masked) => (
        <div className={seq ? 'beside open rail' : 'beside'}>
          <Why
            identity={revealed?.identity ?? masked}
            chosen={chosen}
            onToggle={toggle}
            onUnmerge={() => setUnmerging(true)}
          />
          {seq && <EventSide evidence seq={Number(seq)} title={t('identity.evidence')} onClose={close} />}
          {unmerging && (
            <Unmerge
              person={customer.id}
              identifiers={[...chosen]}
              onClose={() => setUnmerging(false)}
              onDone={() => setChosen(new Set())}
            />
          )}
        </div>
      )}
    </QueryView>
  );
}
