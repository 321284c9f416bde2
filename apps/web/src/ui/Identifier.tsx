import type { Identifier as IdentifierValue } from '@guanxi/contracts';
import { useWords, type Words } from './useWords.ts';

type Value = Pick<IdentifierValue, 'kind' | 'value'>;

/** An identifier with the name of its kind, masked as the page says. */
export function Identifier({ value }: { value: Value }) {
  return <IdentifierTag value={value} words={useWords()} />;
}

/** The same where there are many, with the words that their table has. */
export function IdentifierTag({ value, words }: { value: Value; words: Words }) {
  return (
    <span className="tag">
      <b>{words.kind(value.kind)}</b>
      <span className="clip mono">{value.value}</span>
    </span>
  );
}
