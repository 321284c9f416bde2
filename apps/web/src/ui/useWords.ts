import type { EventSummary } from '@guanxi/contracts';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

export interface Words {
  /** The name of an event as people say it; names that the product does not know stay as they came. */
  readonly event: (name: string, type?: EventSummary['type']) => string;
  readonly kind: (kind: string) => string;
  readonly rule: (rule: string) => string;
  readonly channel: (channel: string) => string;
  /** What an attribute is called that the ontology has no name for. */
  readonly trait: (name: string) => string;
}

/** Events without a name of their own are called by their type. */
const otherTypes = { identify: true, group: true, alias: true };

export function useWords(): Words {
  const { t, i18n } = useTranslation();
  return useMemo(() => {
    const known = (
      group: 'eventName' | 'identifierKind' | 'linkRule' | 'channel' | 'traitName',
      name: string,
    ): string | null => {
      const bundle = i18n.getResource(i18n.language, 'translation', group) as Record<string, string> | undefined;
      return bundle?.[name] ?? null;
    };
    return {
      event: (name, type = 'unknown') => {
        if (type === 'page' || type === 'screen')
          return name ? `${t(`eventType.${type}`)} ${name}` : t(`eventType.${type}`);
        if (name === '' || name === type) return t(`eventType.${type}`);
        if (name in otherTypes) return t(`eventType.${name as keyof typeof otherTypes}`);
        return known('eventName', name) ?? name;
      },
      kind: (kind) => known('identifierKind', kind) ?? kind,
      rule: (rule) => known('linkRule', rule) ?? rule,
      channel: (channel) => known('channel', channel) ?? channel,
      trait: (name) => known('traitName', name) ?? name,
    };
  }, [t, i18n]);
}
