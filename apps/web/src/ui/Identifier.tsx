import type { Identifier as IdentifierValue } from '@guanxi/contracts';
import { useWords } from './useWords.ts';

/** An identifier with the name of its kind, masked as the page says. */
export function Identifier({ value }: { value: Pick<IdentifierValue, 'kind' | 'value'> }) {
  const words = useWords();
  return (
    <span className="tag">
      <b>{words.kind(value.kind)}</b>
      <span className="clip mono">{value.value}</span>
    </span>
  );
}
