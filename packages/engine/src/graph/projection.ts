import type { Identifier, Json, JsonObject, NodeId, NodeReference, Ontology, Projection } from '@guanxi/contracts';
import type { CanonicalEvent } from '../ingest/index.ts';
import { nodeIdOf, UserError } from '../platform/index.ts';
import { attributeText, cleanText, compilePath, compileValue, keyText, numberOf, type Reader } from './expression.ts';

/** An event with the identifiers One-ID found in it; `anchor` is the first of them, null where there is none. */
export interface GraphEvent {
  readonly event: CanonicalEvent;
  readonly anchor: NodeId | null;
  readonly identifiers: readonly Identifier[];
}

export interface EffectNode {
  readonly id: NodeId;
  readonly type: string;
  readonly key: string;
  readonly attributes: Map<string, string>;
}
export interface EffectEdge {
  readonly type: string;
  readonly from: EffectNode;
  readonly to: EffectNode;
  weight: number;
}
/** What one event makes: every node once, every edge once with the weights of its lines added up. */
export interface Effects {
  readonly nodes: Map<NodeId, EffectNode>;
  readonly edges: Map<string, EffectEdge>;
}

export type Project = (event: GraphEvent) => Effects;

/** Larger weights are no quantities or sums of money anybody has. */
const MAX_WEIGHT = 1e11;
const MAX_ITEMS = 10_000;
const MAX_TRAITS = 300;
const MAX_TRAIT_DEPTH = 5;
const MAX_NAME = 200;

const toWeight = (value: number) =>
  Math.round(Math.max(-MAX_WEIGHT, Math.min(MAX_WEIGHT, value)) * 10_000) / 10_000 || 0;

/** Ids of nodes that come again and again; hashing is the dearest step of a projection. */
function idCache(): (type: string, key: string) => NodeId {
  const ids = new Map<string, NodeId>();
  return (type, key) => {
    const name = `${type}\0${key}`;
    let id = ids.get(name);
    if (id === undefined) {
      if (ids.size >= 200_000) ids.clear();
      ids.set(name, (id = nodeIdOf(type, key)));
    }
    return id;
  };
}

/** Every trait there is under its own name, the inner ones of objects as `address.city`. */
function addTraits(into: Map<string, string>, traits: JsonObject, prefix: string, depth: number): void {
  for (const [name, value] of Object.entries(traits)) {
    if (into.size >= MAX_TRAITS) return;
    const path = prefix + name;
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && depth < MAX_TRAIT_DEPTH)
      addTraits(into, value, `${path}.`, depth + 1);
    else {
      const text = attributeText(value);
      if (text !== null) into.set(cleanText(path, MAX_NAME), text);
    }
  }
}

function addNode(effects: Effects, id: NodeId, type: string, key: string): EffectNode {
  const known = effects.nodes.get(id);
  if (known) return known;
  const node: EffectNode = { id, type, key, attributes: new Map() };
  effects.nodes.set(id, node);
  return node;
}

function addEdge(effects: Effects, type: string, from: EffectNode, to: EffectNode, weight: number): void {
  const key = `${type} ${from.id} ${to.id}`;
  const known = effects.edges.get(key);
  if (known) known.weight = toWeight(known.weight + weight);
  else effects.edges.set(key, { type, from, to, weight: toWeight(weight) });
}

interface Scope {
  readonly event: CanonicalEvent;
  readonly item: Json | undefined;
  readonly person: EffectNode | null;
  readonly effects: Effects;
}
type NodeMaker = (scope: Scope) => EffectNode | null;

function compileNode(reference: NodeReference, where: string, idOf: (type: string, key: string) => NodeId): NodeMaker {
  if (reference === 'person') return (scope) => scope.person;
  const { type } = reference;
  if (type === 'person')
    throw new UserError('invalid', 'bad_ontology', 'Persons come from One-ID and cannot be made from a key', {
      where,
      remedy: 'Use the reference person.',
    });
  const key = compileValue(reference.key, `${where}.key`);
  const attributes = Object.entries(reference.attributes).map(
    ([name, value]) => [name, compileValue(value, `${where}.attributes.${name}`)] as const,
  );
  return ({ event, item, effects }) => {
    const text = keyText(key(event, item));
    if (text === null) return null;
    const node = addNode(effects, idOf(type, text), type, text);
    for (const [name, reader] of attributes) {
      const value = attributeText(reader(event, item));
      if (value !== null) node.attributes.set(name, value);
    }
    return node;
  };
}

type Step = (scope: Scope) => void;

/** One projection as a closure over the event, or over one element of `each`. */
function compileStep(projection: Projection, where: string, idOf: (type: string, key: string) => NodeId): Step {
  const traits = Object.entries(projection.traits).map(
    ([name, value]) => [name, compileValue(value, `${where}.traits.${name}`)] as const,
  );
  const names = Object.keys(projection.nodes);
  const makers = names.map((name) => compileNode(projection.nodes[name]!, `${where}.nodes.${name}`, idOf));
  const edges = projection.edges.map((edge, index) => ({
    type: edge.type,
    from: names.indexOf(edge.from),
    to: names.indexOf(edge.to),
    weight: compileValue(edge.weight, `${where}.edges.${index}.weight`),
  }));
  return (scope) => {
    if (scope.person)
      for (const [name, reader] of traits) {
        const value = attributeText(reader(scope.event, scope.item));
        if (value !== null) scope.person.attributes.set(name, value);
      }
    const nodes = makers.map((make) => make(scope));
    for (const edge of edges) {
      const from = edge.from < 0 ? scope.person : nodes[edge.from]!;
      const to = edge.to < 0 ? scope.person : nodes[edge.to]!;
      if (from && to && from !== to)
        addEdge(scope.effects, edge.type, from, to, numberOf(edge.weight(scope.event, scope.item)) ?? 1);
    }
  };
}

function repeated(step: Step, each: Reader): Step {
  return (scope) => {
    const items = each(scope.event, undefined);
    if (!Array.isArray(items)) return;
    const end = Math.min(items.length, MAX_ITEMS);
    for (let index = 0; index < end; index++) step({ ...scope, item: items[index] });
  };
}

/**
 * Compiles an ontology once to a function from an event to what it makes. An edge whose weight is absent or no number
 * weighs 1; a node without a key, and edges to it, are left out. Throws a {@link UserError} that says where the
 * ontology cannot be used.
 */
export function compileOntology(ontology: Ontology): Project {
  const idOf = idCache();
  const steps = ontology.projections.map((projection) => {
    const where = `projections.${projection.id}`;
    const step = compileStep(projection, where, idOf);
    const { types, names } = projection.when;
    return {
      types: types ? new Set<string>(types) : null,
      names: names ? new Set(names) : null,
      run: projection.each === undefined ? step : repeated(step, compilePath(projection.each, `${where}.each`)),
    };
  });
  const chosen = new Map<string, Step[]>();
  const stepsFor = (event: CanonicalEvent): Step[] => {
    const kind = `${event.type}\0${event.name}`;
    const known = chosen.get(kind);
    if (known) return known;
    const fitting = steps
      .filter(({ types, names }) => (types?.has(event.type) ?? true) && (names?.has(event.name) ?? true))
      .map((step) => step.run);
    // Names come from clients, so their number has no bound.
    if (chosen.size >= 10_000) chosen.clear();
    chosen.set(kind, fitting);
    return fitting;
  };
  return ({ event, anchor, identifiers }) => {
    const effects: Effects = { nodes: new Map(), edges: new Map() };
    const person = anchor === null ? null : addNode(effects, anchor, 'person', keyText(identifiers[0]?.value) ?? '');
    // Group traits describe the group; projections take them from there.
    if (person && event.type !== 'group') addTraits(person.attributes, event.traits, '', 1);
    const scope: Scope = { event, item: undefined, person, effects };
    for (const step of stepsFor(event)) step(scope);
    return effects;
  };
}
