import type { Identifier as IdentifierValue } from '@guanxi/contracts';
import { usePii } from './pii.tsx';
import { useWords } from './useWords.ts';

/** An identifier with the name of its kind, masked as the page says. */
export function Identifier({ value }: { value: Pick<IdentifierValue, 'kind' | 'value'> }) {
  const words = useWords();
  const pii = usePii();
  return (
    <span className="tag">
      <b>{words.kind(value.kind)}</b>
      <span className="clip mono">{pii.identifier(value.kind, value.value)}</span>
    </span>
  );
}
