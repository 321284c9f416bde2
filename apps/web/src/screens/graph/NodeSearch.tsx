import type { GraphNode } from '@guanxi/contracts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import type { Ref } from 'react';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { read } from '../../api/queries.ts';
import { FamilyGlyph } from '../../ui/family.tsx';
import { useDebounced } from '../../ui/useDebounced.ts';
import { useNames } from '../../ui/useOntology.ts';

interface NodeSearchProps {
  readonly label: string;
  readonly placeholder: string;
  readonly value?: GraphNode | null;
  readonly onPick: (node: GraphNode) => void;
  readonly className?: string;
  readonly boxRef?: Ref<{ focus: () => void }>;
}

export function useNodeName(): (node: GraphNode) => string {
  return useCallback((node) => node.label || node.key, []);
}

/** Finds a node by name, key or identifier. */
export function NodeSearch({ label, placeholder, value, onPick, className, boxRef }: NodeSearchProps) {
  const { t } = useTranslation();
  const names = useNames();
  const nameOf = useNodeName();
  const [text, setText] = useState('');
  const query = useDebounced(text.trim(), 200);
  const found = useQuery({
    ...read('graphSearch', { query: { q: query || '-', limit: 20 } }),
    enabled: query !== '',
    placeholderData: keepPreviousData,
  });
  const items = query ? (found.data?.items ?? []) : value ? [value] : [];
  return (
    <Select
      ref={boxRef as never}
      className={className}
      showSearch={{ filterOption: false, onSearch: setText, searchValue: text }}
      value={value ? value.id : null}
      placeholder={placeholder}
      aria-label={label}
      suffixIcon={null}
      loading={found.isFetching}
      notFoundContent={
        query
          ? found.isError
            ? t('state.unreachable')
            : found.isFetching
              ? t('state.loading')
              : t('graph.notFound')
          : t('graph.typeToFind')
      }
      onSelect={(id: string) => {
        const node = items.find((item) => item.id === id);
        if (node) onPick(node);
        setText('');
      }}
      options={items.map((node) => ({
        value: node.id,
        label: (
          <span className="row">
            <FamilyGlyph family={names.family(node.type)} />
            <span className="clip">{nameOf(node)}</span>
            <span className="meta">{names.nodeType(node.type)}</span>
          </span>
        ),
      }))}
    />
  );
}
