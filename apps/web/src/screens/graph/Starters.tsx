import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { read } from '../../api/queries.ts';
import { FamilyGlyph } from '../../ui/family.tsx';
import { number } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Empty, QueryView } from '../../ui/states.tsx';

/** Where to begin when nothing is drawn yet: the customers with the most to see. */
export function Starters({ onStart, onGroups }: { onStart: (id: string) => void; onGroups: () => void }) {
  const { t } = useTranslation();
  const query = useQuery(read('customers', { query: { order: 'events', limit: 6 } }));
  return (
    <div className="starters">
      <Empty icon="graph" why={t('graph.empty')} />
      <QueryView query={query} compact>
        {({ items }) => (
          <ul>
            {items.map((row) => (
              <li key={row.id}>
                <button type="button" className="chip" onClick={() => onStart(row.id)}>
                  <FamilyGlyph family="person" />
                  {t('graph.starter', { name: row.name, n: number(row.events) })}
                </button>
              </li>
            ))}
          </ul>
        )}
      </QueryView>
      <button type="button" className="chip" onClick={onGroups}>
        <Icon name="groups" size={14} />
        {t('graph.groups.start')}
      </button>
    </div>
  );
}
