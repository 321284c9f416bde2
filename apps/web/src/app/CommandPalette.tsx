import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useId, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { read } from '../api/queries.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { FamilyGlyph } from '../ui/family.tsx';
import { Icon } from '../ui/Icon.tsx';
import { useDebounced } from '../ui/useDebounced.ts';
import { useNames } from '../ui/useOntology.ts';
import { switchLanguage } from './i18n/index.ts';
import { setPreferences, useThemeName } from './preferences.ts';
import { useNavigation } from './useNavigation.ts';

interface Entry {
  readonly key: string;
  readonly group: 'pages' | 'customers' | 'nodes' | 'actions';
  readonly mark: React.ReactNode;
  readonly label: string;
  readonly hint?: string;
  readonly run: () => void;
}

function usePages(query: string): Entry[] {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const theme = useThemeName();
  const { items } = useNavigation();
  const other = i18n.language === 'zh' ? 'en' : 'zh';
  const all: Entry[] = [
    ...items.map((item) => ({
      key: item.key,
      group: 'pages' as const,
      mark: <Icon name={item.icon} />,
      label: t(`nav.${item.key}`),
      hint: `g ${item.go}`,
      run: () => void navigate({ to: item.to }),
    })),
    {
      key: 'theme',
      group: 'actions',
      mark: <Icon name={theme === 'dark' ? 'sun' : 'moon'} />,
      label: t(theme === 'dark' ? 'shell.toLight' : 'shell.toDark'),
      run: () => setPreferences({ theme: theme === 'dark' ? 'light' : 'dark' }),
    },
    {
      key: 'language',
      group: 'actions',
      mark: <Icon name="language" />,
      label: t('shell.switchLanguage'),
      run: () => {
        setPreferences({ language: other });
        void switchLanguage(other);
      },
    },
  ];
  const words = query.trim().toLowerCase();
  return words ? all.filter((entry) => entry.label.toLowerCase().includes(words) || entry.key.includes(words)) : all;
}

function useFound(query: string): { entries: Entry[]; busy: boolean; failed: boolean } {
  const navigate = useNavigate();
  const names = useNames();
  const wanted = query.trim();
  const enabled = wanted.length > 0;
  const customers = useQuery({
    ...read('customers', { query: { search: wanted, limit: 6 } }),
    enabled,
    placeholderData: keepPreviousData,
  });
  const nodes = useQuery({
    ...read('graphSearch', { query: { q: wanted || '-', limit: 8 } }),
    enabled,
    placeholderData: keepPreviousData,
  });
  const people: Entry[] = (enabled ? (customers.data?.items ?? []) : []).map((row) => ({
    key: `c${row.id}`,
    group: 'customers',
    mark: <FamilyGlyph family="person" />,
    label: row.name,
    hint: row.identifiers
      .slice(0, 2)
      .map((item) => item.value)
      .join('  '),
    run: () => void navigate({ to: '/customers/$id', params: { id: row.id } }),
  }));
  const things: Entry[] = (enabled ? (nodes.data?.items ?? []) : [])
    .filter((node) => node.type !== 'person')
    .map((node) => ({
      key: `n${node.id}`,
      group: 'nodes',
      mark: <FamilyGlyph family={names.family(node.type)} />,
      label: node.label,
      hint: names.nodeType(node.type),
      run: () => void navigate({ to: '/graph', search: { n: node.id, x: node.id, sel: node.id } }),
    }));
  return {
    entries: [...people, ...things],
    busy: enabled && (customers.isFetching || nodes.isFetching),
    failed: customers.isError || nodes.isError,
  };
}

/** One box for everything: customers by any identifier, nodes of the graph, pages, actions. */
export function CommandPalette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const query = useDebounced(text, 180);
  const pages = usePages(text);
  const found = useFound(query);
  const entries = useMemo(() => [...found.entries, ...pages], [found.entries, pages]);
  const listId = useId();
  const active = entries[Math.min(at, entries.length - 1)];
  useEffect(() => {
    document.getElementById(`${listId}-${active?.key}`)?.scrollIntoView({ block: 'nearest' });
  }, [active, listId]);
  const run = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    entry.run();
  };
  return (
    <Dialog label={t('shell.search')} onClose={onClose}>
      <div className="palette">
        <input
          className="palette-input"
          autoFocus
          role="combobox"
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={active ? `${listId}-${active.key}` : undefined}
          aria-label={t('shell.search')}
          placeholder={t('shell.search')}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onKeyDown={(event) => {
            if (event.key === 'ArrowDown') setAt((now) => Math.min(now + 1, entries.length - 1));
            else if (event.key === 'ArrowUp') setAt((now) => Math.max(now - 1, 0));
            else if (event.key === 'Enter' && !event.nativeEvent.isComposing) run(active);
            else return;
            event.preventDefault();
          }}
        />
        <div
          className="palette-list"
          role="listbox"
          id={listId}
          aria-label={t('palette.results')}
          aria-busy={found.busy}
        >
          {entries.map((entry, index) => (
            <div key={entry.key}>
              {entries[index - 1]?.group !== entry.group && (
                <div className="palette-group">{t(`palette.${entry.group}`)}</div>
              )}
              <button
                type="button"
                role="option"
                tabIndex={-1}
                id={`${listId}-${entry.key}`}
                className="palette-item"
                aria-selected={entry === active}
                onMouseMove={() => setAt(index)}
                onClick={() => run(entry)}
              >
                {entry.mark}
                <span className="clip">{entry.label}</span>
                {entry.hint && <span className="meta">{entry.hint}</span>}
              </button>
            </div>
          ))}
          {entries.length === 0 && !found.busy && (
            <p className="palette-group">{found.failed ? t('state.unreachable') : t('palette.none', { text })}</p>
          )}
        </div>
      </div>
    </Dialog>
  );
}
