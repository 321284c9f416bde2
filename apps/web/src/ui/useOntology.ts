import type { NodeFamily, Ontology } from '@guanxi/contracts';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { read } from '../api/queries.ts';

/** Names of types, relations and attributes in the reader's language, from the ontology. */
export interface Names {
  readonly ontology: Ontology | undefined;
  readonly nodeType: (type: string) => string;
  readonly edgeType: (type: string) => string;
  /** The relation as read from its end, for an incoming edge. */
  readonly relation: (type: string, direction: 'out' | 'in') => string;
  readonly weight: (type: string) => string | null;
  readonly attribute: (type: string, attribute: string) => string;
  readonly family: (type: string) => NodeFamily;
}

/** While the ontology is on its way, and for types it does not know, names are the types themselves. */
export function useNames(): Names {
  const { data } = useQuery({ ...read('ontology'), staleTime: 60_000 });
  const { i18n } = useTranslation();
  const language = i18n.language === 'en' ? 'en' : 'zh';
  return useMemo(() => {
    const node = (type: string) => data?.nodeTypes[type];
    const edge = (type: string) => data?.edgeTypes[type];
    return {
      ontology: data,
      nodeType: (type) => node(type)?.label[language] ?? type,
      edgeType: (type) => edge(type)?.label[language] ?? type,
      relation: (type, direction) => edge(type)?.[direction === 'out' ? 'label' : 'inverse'][language] ?? type,
      weight: (type) => edge(type)?.weightLabel?.[language] ?? null,
      attribute: (type, attribute) => node(type)?.attributes[attribute]?.label[language] ?? attribute,
      family: (type) => node(type)?.family ?? (type === 'person' ? 'person' : 'event'),
    };
  }, [data, language]);
}
