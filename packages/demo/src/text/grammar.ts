import type { Random } from '../random.ts';

/** What a stretch of a generated text is about; offsets are UTF-16 units, `end` outside. */
export interface Mark {
  readonly start: number;
  readonly end: number;
  readonly kind: 'product' | 'brand' | 'rival' | 'ingredient' | 'effect' | 'skin' | 'symptom' | 'person' | 'time' | 'price' | 'aspect';
  readonly value: string;
} // prettier-ignore

/** A text and what it says, part by part. */
export interface Annotated {
  readonly text: string;
  readonly marks: readonly Mark[];
}

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'slot'; readonly name: string }
  | { readonly kind: 'choice'; readonly options: readonly (readonly Part[])[] };

/** What a slot stands for: plain words, or words with their meaning. */
export type Filler = string | { readonly text: string; readonly kind: Mark['kind']; readonly value: string };
export type Fill = Readonly<Record<string, Filler>>;

const known = new Map<string, readonly Part[]>();

/**
 * Sentences are written as `{one|the other}` (either, nested as deep as wanted), `[perhaps]` (in half of the cases) and
 * `<slot>` (what the scene puts there).
 */
function parse(source: string): readonly Part[] {
  let at = 0;
  const sequence = (until: string): Part[] => {
    const parts: Part[] = [];
    let text = '';
    const flush = () => {
      if (text) parts.push({ kind: 'text', text });
      text = '';
    };
    while (at < source.length && !until.includes(source[at]!)) {
      const character = source[at++]!;
      if (character === '{') {
        flush();
        parts.push({ kind: 'choice', options: options('}') });
      } else if (character === '[') {
        flush();
        parts.push({ kind: 'choice', options: [...options(']'), []] });
      } else if (character === '<') {
        flush();
        const end = source.indexOf('>', at);
        parts.push({ kind: 'slot', name: source.slice(at, end) });
        at = end + 1;
      } else text += character;
    }
    flush();
    return parts;
  };
  const options = (close: string): Part[][] => {
    const all = [sequence(`|${close}`)];
    while (source[at] === '|') {
      at++;
      all.push(sequence(`|${close}`));
    }
    if (source[at++] !== close) throw new Error(`unbalanced ${close} in ${source}`);
    return all;
  };
  const parts = sequence('');
  return parts;
}

function compiled(source: string): readonly Part[] {
  let parts = known.get(source);
  if (!parts) known.set(source, (parts = parse(source)));
  return parts;
}

/** Builds a text piece by piece and remembers what was said where. */
export class Writer {
  #text = '';
  readonly #marks: Mark[] = [];

  constructor(
    private readonly random: Random,
    private readonly fill: Fill = {},
  ) {}

  get length(): number {
    return this.#text.length;
  }

  /** Says a sentence of the grammar. */
  say(source: string): this {
    this.#write(compiled(source));
    return this;
  }

  /** Says it and marks the whole of it. */
  sayAs(kind: Mark['kind'], value: string, source: string): this {
    const start = this.#text.length;
    this.say(source);
    this.#marks.push({ start, end: this.#text.length, kind, value });
    return this;
  }

  plain(text: string): this {
    this.#text += text;
    return this;
  }

  done(): Annotated {
    return { text: this.#text, marks: this.#marks };
  }

  #write(parts: readonly Part[]): void {
    for (const part of parts)
      if (part.kind === 'text') this.#text += part.text;
      else if (part.kind === 'choice') this.#write(this.random.pick(part.options));
      else this.#slot(part.name);
  }

  #slot(name: string): void {
    const filler = this.fill[name];
    if (filler === undefined) throw new Error(`nothing is known for <${name}>`);
    if (typeof filler === 'string') return this.#write(compiled(filler));
    const start = this.#text.length;
    this.#text += filler.text;
    this.#marks.push({ start, end: this.#text.length, kind: filler.kind, value: filler.value });
  }
}

/** Slips of the keyboard, each of the length of what was meant, so that offsets stay right. */
const SLIPS: readonly (readonly [string, string])[] = [
  ['的', '地'], ['在', '再'], ['敏感', '敏敢'], ['面膜', '面摸'], ['精华', '精化'], ['客服', '可服'], ['以后', '已后'], ['买', '卖'], ['做', '作'],
  ['刺痛', '刺疼'], ['泛红', '犯红'], ['防晒', '防嗮'], ['起皮', '启皮'], ['快递', '快弟'], ['那么', '那末'], ['保湿', '保溼'], ['皱纹', '邹纹'],
]; // prettier-ignore

/** The text with one slip, where there is room for one. */
export function withSlip(text: string, random: Random): string {
  const possible = SLIPS.filter(([right]) => text.includes(right));
  if (possible.length === 0) return text;
  const [right, wrong] = random.pick(possible);
  const at = text.indexOf(right);
  return text.slice(0, at) + wrong + text.slice(at + right.length);
}
