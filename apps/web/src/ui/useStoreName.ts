import { useTranslation } from 'react-i18next';

/** What a store is called; those without words of their own by their technical name. */
export function useStoreName(): (store: string) => string {
  const { i18n } = useTranslation();
  const words = (i18n.getResource(i18n.language, 'translation', 'storeName') ?? {}) as Record<string, string>;
  return (store) => words[store] ?? store;
}
