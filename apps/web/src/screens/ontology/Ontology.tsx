import { guessPii, type PiiClass, type Ontology as OntologyData } from '@guanxi/contracts';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { read } from '../../api/queries.ts';
import { FamilyGlyph } from '../../ui/family.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Page, Panel, Tabs } from '../../ui/Page.tsx';
import { QueryView } from '../../ui/states.tsx';
import { useNames } from '../../ui/useOntology.ts';
import { useWords } from '../../ui/useWords.ts';
import { Classes } from './Classes.tsx';
import './ontology.css';
import { OntologyJson } from './OntologyJson.tsx';

const route = getRouteApi('/settings/ontology');
const tabs = ['nodes', 'edges', 'projections', 'classes', 'json'] as const;

function NodeTypes({ ontology }: { ontology: OntologyData }) {
  const { t } = useTranslation();
  const names = useNames();
  return (
    <table className="plain inset ontology-table">
      <thead>
        <tr>
          <th>{t('ontology.type')}</th>
          <th>{t('ontology.family')}</th>
          <th>{t('ontology.title')}</th>
          <th>{t('ontology.attributes')}</th>
        </tr>
      </thead>
      <tbody>
        {Object.entries(ontology.nodeTypes).map(([type, node]) => (
          <tr key={type}>
            <td>
              <FamilyGlyph family={node.family} /> {names.nodeType(type)} <code className="muted">{type}</code>
            </td>
            <td>{t(`family.${node.family}`)}</td>
            <td>
              {node.title ? names.attribute(type, node.title) : <span className="muted">{t('ontology.key')}</span>}
            </td>
            <td>
              <span className="row wrap">
                {Object.entries(node.attributes).map(([name, attribute]) => (
                  <span key={name} className="tag">
                    {names.attribute(type, name)} <b>{t(`imports.type.${attribute.type}`)}</b>
                    <PiiMark type={type} name={name} given={attribute.pii} />
                  </span>
                ))}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The class of an attribute; where nobody set one, what its name suggests. */
function PiiMark({ type, name, given }: { type: string; name: string; given: PiiClass | undefined }) {
  const { t } = useTranslation();
  const shown = given ?? guessPii(name, '', type === 'person').class;
  if (shown === 'none') return null;
  return (
    <b className="pii-mark">
      {t(`ontology.pii.${shown}`)}
      {given === undefined && t('ontology.pii.guessed')}
    </b>
  );
}

function EdgeTypes({ ontology }: { ontology: OntologyData }) {
  const { t } = useTranslation();
  const names = useNames();
  return (
    <table className="plain inset">
      <thead>
        <tr>
          <th>{t('graph.from')}</th>
          <th>{t('network.relation')}</th>
          <th>{t('graph.to')}</th>
          <th>{t('ontology.inverse')}</th>
          <th>{t('ontology.weight')}</th>
        </tr>
      </thead>
      <tbody>
        {Object.entries(ontology.edgeTypes).map(([type, edge]) => (
          <tr key={type}>
            <td>
              <FamilyGlyph family={names.family(edge.from)} /> {names.nodeType(edge.from)}
            </td>
            <td>
              {names.edgeType(type)} <code className="muted">{type}</code>
            </td>
            <td>
              <FamilyGlyph family={names.family(edge.to)} /> {names.nodeType(edge.to)}
            </td>
            <td>{names.relation(type, 'in')}</td>
            <td>{names.weight(type) ?? <span className="muted">{t('ontology.countsEvents')}</span>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type Value = OntologyData['projections'][number]['edges'][number]['weight'];

/** A value as a reader would write it: a path, a constant, a product, a number without its sign. */
function expression(value: Value): string {
  if (typeof value === 'string') return value;
  if ('constant' in value) return String(value.constant);
  if ('product' in value) return value.product.join(' × ');
  return `|${value.absolute}|`;
}

function Projections({ ontology }: { ontology: OntologyData }) {
  const { t } = useTranslation();
  const names = useNames();
  const words = useWords();
  const whenText = ({ names: events, types }: OntologyData['projections'][number]['when']) =>
    (
      events?.map((name) => words.event(name)) ??
      types?.map((type) => t(`eventType.${type}`)) ?? [t('mend.anyEvent')]
    ).join(', ');
  return (
    <ul className="projections">
      {ontology.projections.map((item) => (
        <li key={item.id}>
          <div className="row wrap">
            <code>{item.id}</code>
            <span className="meta">
              {t('ontology.when')} {whenText(item.when)}
              {item.each && ` · ${t('ontology.each')} ${item.each}`}
            </span>
          </div>
          {item.edges.map((edge, at) => (
            <div key={at} className="row wrap projection-edge">
              <span>{refName(item.nodes[edge.from], edge.from, names.nodeType)}</span>
              <Icon name="arrowRight" size={12} />
              <b>{names.edgeType(edge.type)}</b>
              <Icon name="arrowRight" size={12} />
              <span>{refName(item.nodes[edge.to], edge.to, names.nodeType)}</span>
              <span className="meta">
                {t('ontology.weight')} <code>{expression(edge.weight)}</code>
              </span>
            </div>
          ))}
          {Object.keys(item.traits).length > 0 && (
            <p className="meta">
              {t('ontology.traits')}{' '}
              {Object.keys(item.traits)
                .map((name) => names.attribute('person', name))
                .join(', ')}
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}

function refName(
  node: OntologyData['projections'][number]['nodes'][string] | undefined,
  ref: string,
  nameOf: (type: string) => string,
): string {
  if (node === undefined) return ref === 'person' ? nameOf('person') : ref;
  return node === 'person' ? nameOf('person') : nameOf(node.type);
}

/** What there can be in the graph and where it comes from; as data, so that it can be changed. */
export function Ontology() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(read('ontology'));
  const tab = tabs.find((one) => one === search.tab) ?? 'nodes';
  return (
    <Page title={t('nav.ontology')} lead={t('ontology.lead')}>
      <Tabs
        label={t('nav.ontology')}
        value={tab}
        onChange={(key) => void navigate({ search: { tab: key === 'nodes' ? undefined : key } })}
        tabs={tabs.map((key) => ({ key, label: t(`ontology.tab.${key}`) }))}
      />
      <QueryView query={query}>
        {(ontology) =>
          tab === 'json' ? (
            <OntologyJson ontology={ontology} />
          ) : tab === 'classes' ? (
            <Classes ontology={ontology} />
          ) : (
            <Panel flush>
              <div className="scroll-x">
                {tab === 'nodes' && <NodeTypes ontology={ontology} />}
                {tab === 'edges' && <EdgeTypes ontology={ontology} />}
                {tab === 'projections' && <Projections ontology={ontology} />}
              </div>
            </Panel>
          )
        }
      </QueryView>
    </Page>
  );
}
