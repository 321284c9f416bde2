import { type EndpointName, type Endpoint, endpoints, type IdentityRules, type Ontology } from '@guanxi/contracts';
import { compileMasker, type Masker } from './compile.ts';
import { compileMasks, type Masks } from './masks.ts';

export { classesOfKinds, type Masks } from './masks.ts';
export { maskText } from './shapes.ts';

/** Masks every answer before it leaves. */
export interface Masking {
  /** The masks under the ontology and rules of now. */
  masks(): Masks;
  reply<T>(endpoint: EndpointName, reply: T, masks?: Masks): T;
  /** The masks of now, but for these kinds of identifiers and names of attributes. */
  sparing(fields: readonly string[]): Masks;
}

/** @param settings the ontology and rules of now; masks are made anew only when they change */
export function createMasking(settings: () => { ontology: Ontology; rules: IdentityRules }): Masking {
  const maskers = new Map<EndpointName, Masker>();
  for (const [name, { response }] of Object.entries(endpoints) as [EndpointName, Endpoint][]) {
    const masker = response && compileMasker(name, response);
    if (masker) maskers.set(name, masker);
  }
  let of: { ontology: Ontology; rules: IdentityRules } | null = null;
  let compiled: Masks | null = null;
  const masks = () => {
    const now = settings();
    if (compiled && of?.ontology === now.ontology && of.rules === now.rules) return compiled;
    of = now;
    return (compiled = compileMasks(now.ontology, now.rules));
  };
  return {
    masks,
    reply: (endpoint, reply, under = masks()) => {
      const masker = maskers.get(endpoint);
      return masker ? (masker(reply, under, {}) as typeof reply) : reply;
    },
    sparing(fields) {
      const now = masks();
      const spared = new Set(fields);
      return {
        text: (text) => now.text(text),
        person: (label) => (spared.has('name') ? label : now.person(label)),
        identifier: (kind, value) => (spared.has(kind) ? value : now.identifier(kind, value)),
        attribute: (type, name, value) => (spared.has(name) ? value : now.attribute(type, name, value)),
        json: (value) => now.json(value),
        jsonText: (text) => now.jsonText(text),
      };
    },
  };
}
