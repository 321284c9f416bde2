import { guessPii, type IdentityRules, type Ontology, type PiiClass } from '@guanxi/contracts';
import { HIDDEN, maskAttribute, maskPerson, maskText, maskValue } from './shapes.ts';

/** The masks of an installation, under its ontology and rules of now. */
export interface Masks {
  text(text: string): string;
  person(label: string): string;
  identifier(kind: string, value: string): string;
  /** A value of an attribute of a node; null where the type is not known. */
  attribute(type: string | null, name: string, value: string): string;
  json(value: unknown): unknown;
  jsonText(text: string): string;
}

/** Where a plain `name` is a person's. */
const OF_PERSON = /^(traits|customer|member|buyer|receiver|consignee|recipient|shipping|billing|contact|user|person)$/i;

const lastStep = (path: string) => path.split('.').at(-1)!;
const isPersonal = (piiClass: PiiClass | undefined) => piiClass === 'personal' || piiClass === 'sensitive';

/** The class of each kind of identifier. */
export function classesOfKinds({ kinds }: IdentityRules): Map<string, PiiClass> {
  return new Map(
    kinds.map((kind) => [
      kind.kind,
      kind.pii ?? (kind.normalise === 'phone' || kind.normalise === 'email' ? 'personal' : guessPii(kind.kind).class),
    ]),
  );
}

class Compiled implements Masks {
  readonly #kinds: ReadonlyMap<string, PiiClass>;
  /** Keys of events under which the rules look for identifiers, by what they hold. */
  readonly #keys: ReadonlyMap<string, PiiClass>;
  readonly #ontology: Ontology;

  constructor(ontology: Ontology, rules: IdentityRules) {
    this.#ontology = ontology;
    this.#kinds = classesOfKinds(rules);
    const keys = new Map<string, PiiClass>();
    for (const { kind, paths } of rules.kinds)
      if (isPersonal(this.#kinds.get(kind))) for (const path of paths) keys.set(lastStep(path), this.#kinds.get(kind)!);
    for (const [name, { pii }] of Object.entries(ontology.nodeTypes['person']?.attributes ?? {}))
      // A plain name is a product's elsewhere; where it is a person's, the place tells.
      if (isPersonal(pii) && name !== 'name') keys.set(name, pii!);
    this.#keys = keys;
  }

  text = maskText;
  person = maskPerson;

  identifier(kind: string, value: string): string {
    const piiClass = this.#kinds.get(kind);
    return isPersonal(piiClass) ? maskAttribute(kind, value, piiClass, false) : maskText(value);
  }

  attribute(type: string | null, name: string, value: string): string {
    const given = type === null ? undefined : this.#ontology.nodeTypes[type]?.attributes[name]?.pii;
    return maskAttribute(name, value, given, type === 'person');
  }

  json(value: unknown): unknown {
    return this.#json(value, '', false);
  }

  jsonText(text: string): string {
    try {
      return JSON.stringify(this.#json(JSON.parse(text), '', false));
    } catch {
      // Cut off, or never JSON: pairs of key and text are found as they stand.
      return maskText(
        text.replace(
          /"((?:[^"\\]|\\.){1,60})"(\s*:\s*)"((?:[^"\\]|\\.)*)("?)/g,
          (_, key: string, colon, value: string, end) => {
            return `"${key}"${colon}"${this.#value(key, value, true)}${end}`;
          },
        ),
      );
    }
  }

  #value(key: string, value: string, ofPerson: boolean): string {
    const given = this.#keys.get(key);
    const guess = guessPii(key, value, ofPerson);
    // A key may be known under a class and hold what looks worse.
    return maskValue(value, guess.class === 'sensitive' ? 'sensitive' : (given ?? guess.class), guess.shape);
  }

  #json(value: unknown, key: string, ofPerson: boolean): unknown {
    if (typeof value === 'string') return key === '' ? maskText(value) : this.#value(key, value, ofPerson);
    if (typeof value === 'number') {
      const masked = key === '' ? String(value) : this.#value(key, String(value), ofPerson);
      return masked === String(value) ? value : masked;
    }
    if (Array.isArray(value)) return value.map((item) => this.#json(item, key, ofPerson));
    if (value === null || typeof value !== 'object') return value;
    // An address or an identity document in parts: every part of it is hidden.
    if (key !== '' && guessPii(key).class === 'sensitive') return HIDDEN;
    const inside = ofPerson || OF_PERSON.test(key);
    const typed = (value as { type?: unknown }).type;
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [
        // A list of external ids names its kinds beside the values.
        name,
        this.#json(
          item,
          name === 'id' && typeof typed === 'string' ? typed : name,
          name === 'products' ? false : inside,
        ),
      ]),
    );
  }
}

export const compileMasks = (ontology: Ontology, rules: IdentityRules): Masks => new Compiled(ontology, rules);
