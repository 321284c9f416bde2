import { useMemo } from 'react';
import { CopyButton } from './Copy.tsx';

const token = /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

function colour(text: string) {
  const parts: (string | { key: number; className: string; text: string })[] = [];
  let from = 0;
  for (const match of text.matchAll(token)) {
    if (match.index > from) parts.push(text.slice(from, match.index));
    const className = match[2] !== undefined ? 'key' : match[1] !== undefined ? 'string' : 'literal';
    parts.push({ key: match.index, className, text: match[1] ?? match[0] });
    if (match[2] !== undefined) parts.push(match[2]);
    from = match.index + match[0].length;
  }
  parts.push(text.slice(from));
  return parts;
}

/** JSON as it is, coloured; text that is not JSON is shown unchanged. */
export function Json({ value, label }: { value: unknown; label: string }) {
  const text = useMemo(() => (typeof value === 'string' ? value : JSON.stringify(value, null, 2)), [value]);
  return (
    <figure className="codeblock">
      <figcaption>
        <span>{label}</span>
        <CopyButton text={text} />
      </figcaption>
      <pre tabIndex={0}>
        <code className="json">
          {colour(text).map((part, at) =>
            typeof part === 'string' ? (
              part
            ) : (
              <span key={`${part.key}-${at}`} className={part.className}>
                {part.text}
              </span>
            ),
          )}
        </code>
      </pre>
    </figure>
  );
}

/** The value a text holds as JSON, or the text itself. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
