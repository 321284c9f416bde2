import type { EventDetail } from '@guanxi/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { read } from '../api/queries.ts';
import { FamilyGlyph } from './family.tsx';
import { dateTime, decimal, number } from './format.ts';
import { Icon } from './Icon.tsx';
import { Identifier } from './Identifier.tsx';
import { Json } from './Json.tsx';
import { RevealButton, useRevealed } from './Reveal.tsx';
import { QueryView } from './states.tsx';
import { useNames } from './useOntology.ts';
import { useWords } from './useWords.ts';

type Effects = EventDetail['effects'];

/** What an event made: the nodes it touched and the relations it counts for. */
export function Made({ effects, person }: { effects: Effects; person: string | null }) {
  const { t } = useTranslation();
  const names = useNames();
  if (effects.nodes.length === 0 && effects.edges.length === 0)
    return <p className="muted">{t('event.madeNothing')}</p>;
  const nodes = new Map(effects.nodes.map((node) => [node.id, node]));
  const labelOf = (id: string) => {
    const node = nodes.get(id);
    if (!node || node.type === 'person') return person === id || node ? t('event.thePerson') : id;
    const title = names.ontology?.nodeTypes[node.type]?.title;
    const named = title ? node.attributes[title] : undefined;
    return typeof named === 'string' && named ? named : node.key;
  };
  // What the person did comes before what belongs to the things they did it with.
  const ofPerson = (id: string) => id === person || nodes.get(id)?.type === 'person';
  const edges = effects.edges.toSorted((a, b) => Number(ofPerson(b.from)) - Number(ofPerson(a.from)));
  const familyOf = (id: string) => names.family(nodes.get(id)?.type ?? 'person');
  return (
    <div className="stack">
      <ul className="made">
        {edges.map((edge, at) => (
          <li key={`${edge.from}${edge.to}${edge.type}${at}`}>
            <FamilyGlyph family={familyOf(edge.from)} />
            <span>{labelOf(edge.from)}</span>
            <span className="made-edge">
              {names.edgeType(edge.type)}
              {edge.weight !== 1 && ` ${decimal(edge.weight, 2)}`} <Icon name="arrowRight" size={12} />
            </span>
            <FamilyGlyph family={familyOf(edge.to)} />
            <span>{labelOf(edge.to)}</span>
          </li>
        ))}
      </ul>
      <ul className="made-nodes">
        {effects.nodes
          .filter((node) => node.type !== 'person')
          .map((node) => (
            <li key={node.id}>
              <FamilyGlyph family={names.family(node.type)} />
              <Link to="/graph" search={{ n: node.id, x: node.id, sel: node.id }}>
                {names.nodeType(node.type)} {labelOf(node.id)}
              </Link>
              <span className="meta">
                {Object.entries(node.attributes)
                  .map(([name, value]) => `${names.attribute(node.type, name)} ${String(value)}`)
                  .join(' · ')}
              </span>
            </li>
          ))}
      </ul>
    </div>
  );
}

/** One event of the log: as it came, beside what it became. */
export function EventRecord({ seq, layout = 'stacked' }: { seq: number; layout?: 'stacked' | 'brief' }) {
  const { t } = useTranslation();
  const query = useQuery({ ...read('event', { params: { seq } }), staleTime: 60_000 });
  const words = useWords();
  const revealed = useRevealed({ kind: 'event', id: String(seq) });
  return (
    <QueryView query={query} compact>
      {({ summary, raw, effects }) => (
        <div className="stack">
          {layout === 'stacked' && (
            <dl className="facts">
              <dt>{t('event.name')}</dt>
              <dd>{words.event(summary.name, summary.type)}</dd>
              <dt>{t('event.time')}</dt>
              <dd>{dateTime(summary.time)}</dd>
              <dt>{t('event.received')}</dt>
              <dd>{dateTime(summary.receivedAt)}</dd>
              <dt>{t('event.seq')}</dt>
              <dd className="mono">{number(summary.seq)}</dd>
              <dt>{t('event.person')}</dt>
              <dd>
                {summary.person ? (
                  <Link to="/customers/$id" params={{ id: summary.person }}>
                    {t('event.openPerson')}
                  </Link>
                ) : (
                  t('event.noPerson')
                )}
              </dd>
              <dt>{t('event.identifiers')}</dt>
              <dd className="row wrap">
                {summary.identifiers.map((item) => (
                  <Identifier key={item.id} value={item} />
                ))}
              </dd>
            </dl>
          )}
          <section className="stack tight">
            <h3>{t('event.made')}</h3>
            <Made effects={effects} person={summary.person} />
          </section>
          <Json value={revealed?.event?.raw ?? raw} label={t('event.raw')} />
          <span>
            <RevealButton subject={{ kind: 'event', id: String(seq) }} />
          </span>
        </div>
      )}
    </QueryView>
  );
}
