import { subjectOf } from '../ingest/index.ts';
import { cleanText } from './expression.ts';
import { NAMING_ATTRIBUTES, searchText, stampedTitle } from './names.ts';
import type { EffectEdge, EffectNode, Effects, GraphEvent, Project } from './projection.ts';

interface AttributeState {
  value: string;
  time: number;
  seq: number;
}
interface NodeState {
  readonly node: EffectNode;
  first: number;
  last: number;
  /** See {@link stampedTitle}. */
  title: string;
  readonly attributes: Map<string, AttributeState>;
}
interface EdgeState {
  readonly edge: EffectEdge;
  count: number;
  /** In ten-thousandths. */
  weight: number;
  first: number;
  last: number;
  readonly channel: string;
  /** All channels, where there are several. */
  channels: Set<string> | null;
}

/** What a batch adds to each table. Edges come as text of many lines of JSONCompactEachRow, because they are by far the most. */
export interface BatchRows {
  readonly event: object[];
  readonly node: object[];
  readonly node_attribute: object[];
  readonly node_name: object[];
  readonly edge_event: string[];
  readonly adjacency: string[];
}

export const EDGE_COLUMNS = {
  edge_event: ['node', 'direction', 'type', 'other_type', 'other', 'time', 'seq', 'weight', 'channel'],
  adjacency: ['node', 'direction', 'type', 'other_type', 'other', 'count', 'weight', 'first', 'last', 'channels'],
} as const;

/** A decimal of four places from ten-thousandths, exactly. */
function decimal(scaled: number): string {
  const digits = String(Math.abs(scaled)).padStart(5, '0');
  return `${scaled < 0 ? '-' : ''}${digits.slice(0, -4)}.${digits.slice(-4)}`;
}

/** The same edge seen from either end; ids and types are safe text, the rest is JSON already. */
function bothWays(edge: EffectEdge, rest: string, lines: string[]): void {
  const { type, from, to } = edge;
  lines.push(
    `["${from.id}","out","${type}","${to.type}","${to.id}",${rest}]`,
    `["${to.id}","in","${type}","${from.type}","${from.id}",${rest}]`,
  );
}

function eventRow({ event, anchor, identifiers }: GraphEvent): object {
  return {
    anchor: anchor ?? '0',
    time: event.time,
    seq: event.seq,
    received_at: event.receivedAt,
    source_id: event.sourceId,
    type: event.type,
    name: cleanText(event.name, 500),
    message_id: cleanText(event.messageId, 500),
    channel: cleanText(event.channel, 100),
    subject: cleanText(subjectOf(event), 200),
    identifiers: identifiers.map(({ kind, value }) => ({ kind, value: cleanText(value, 500) })),
  };
}

/** Collects a batch: nodes and edges once each, attributes with their latest value. */
class Collector {
  readonly nodes = new Map<string, NodeState>();
  readonly edges: EdgeState[] = [];
  readonly names = new Map<string, { text: string; node: string; type: string }>();
  readonly #edgeOf = new Map<string, EdgeState>();
  readonly #searchTexts = new Map<string, string>();
  readonly #titles: ReadonlyMap<string, string>;

  constructor(titles: ReadonlyMap<string, string>) {
    this.#titles = titles;
  }

  addNode(node: EffectNode, time: number, seq: number): void {
    let state = this.nodes.get(node.id);
    if (!state) {
      this.nodes.set(node.id, (state = { node, first: time, last: time, title: '', attributes: new Map() }));
      if (node.type !== 'person') this.#addName(node, node.key);
    } else if (time < state.first) state.first = time;
    else if (time > state.last) state.last = time;
    const title = stampedTitle(node.type, node.attributes, this.#titles.get(node.type), { time, seq });
    if (title !== null && title > state.title) state.title = title;
    for (const [name, value] of node.attributes) {
      const known = state.attributes.get(name);
      if (known?.value !== value) this.#addTitle(node, name, value);
      if (!known) state.attributes.set(name, { value, time, seq });
      else if (time > known.time || (time === known.time && seq >= known.seq))
        Object.assign(known, { value, time, seq });
    }
  }

  /** Every title counts, not only the last: what is found may not depend on where batches are cut. */
  #addTitle(node: EffectNode, attribute: string, value: string): void {
    if (node.type === 'person' ? NAMING_ATTRIBUTES.has(attribute) : this.#titles.get(node.type) === attribute)
      this.#addName(node, value);
  }

  #addName({ id, type }: EffectNode, value: string): void {
    let text = this.#searchTexts.get(value);
    if (text === undefined) this.#searchTexts.set(value, (text = searchText(value)));
    if (text) this.names.set(`${id}\0${text}`, { text, node: id, type });
  }

  addEdge(key: string, edge: EffectEdge, weight: number, time: number, channel: string): void {
    const known = this.#edgeOf.get(key);
    // A sum that doubles cannot hold exactly goes on in a further row; the engine adds them up.
    if (!known || !Number.isSafeInteger(known.weight + weight)) {
      const state = { edge, count: 1, weight, first: time, last: time, channel, channels: null };
      this.#edgeOf.set(key, state);
      this.edges.push(state);
      return;
    }
    known.count++;
    known.weight += weight;
    known.first = Math.min(known.first, time);
    known.last = Math.max(known.last, time);
    if (known.channels) known.channels.add(channel);
    else if (known.channel !== channel) known.channels = new Set([known.channel, channel]);
  }
}

const CHUNK = 500;

function adjacencyText(edges: readonly EdgeState[]): string[] {
  const texts: string[] = [];
  for (let start = 0; start < edges.length; start += CHUNK) {
    const lines: string[] = [];
    for (const { edge, count, weight, first, last, channel, channels } of edges.slice(start, start + CHUNK))
      bothWays(
        edge,
        `${count},${decimal(weight)},${first},${last},${JSON.stringify(channels ? [...channels] : [channel])}`,
        lines,
      );
    texts.push(lines.join('\n'));
  }
  return texts;
}

/** The rows of a batch: a pure function of its events, in an order that is the same every time. */
export function batchRows(
  events: readonly GraphEvent[],
  project: Project,
  titles: ReadonlyMap<string, string>,
): BatchRows {
  const collector = new Collector(titles);
  const edgeEvents: string[] = [];
  for (const item of events) {
    const { time, seq } = item.event;
    const channel = cleanText(item.event.channel, 100);
    const channelJson = JSON.stringify(channel);
    const effects = project(item);
    for (const node of effects.nodes.values()) collector.addNode(node, time, seq);
    if (effects.edges.size === 0) continue;
    const lines: string[] = [];
    for (const [key, edge] of effects.edges) {
      const weight = Math.round(edge.weight * 10_000);
      bothWays(edge, `${time},${seq},${decimal(weight)},${channelJson}`, lines);
      collector.addEdge(key, edge, weight, time, channel);
    }
    // Lines are joined as they come: a hundred thousand that live until the end cost more than all else together.
    edgeEvents.push(lines.join('\n'));
  }
  return { event: events.map(eventRow), edge_event: edgeEvents, ...stateRows(collector) };
}

function stateRows(collector: Collector): StateRows {
  const states = [...collector.nodes.values()];
  return {
    node: states.map(({ node, first, last, title }) => ({
      id: node.id,
      type: node.type,
      key: node.key,
      first_seen: first,
      last_seen: last,
      title,
    })),
    node_attribute: states.flatMap(({ node, attributes }) =>
      [...attributes].map(([name, { value, time, seq }]) => ({ node: node.id, name, value, time, seq })),
    ),
    node_name: [...collector.names.values()],
    adjacency: adjacencyText(collector.edges),
  };
}

type StateRows = Pick<BatchRows, 'node' | 'node_attribute' | 'node_name' | 'adjacency'>;

/** What events say of some nodes and of the edges among them, added up however many events there are. */
export class Gathering {
  readonly #collector: Collector;

  constructor(
    private readonly nodes: ReadonlySet<string>,
    titles: ReadonlyMap<string, string>,
  ) {
    this.#collector = new Collector(titles);
  }

  add({ event: { time, seq, channel } }: GraphEvent, effects: Effects): void {
    for (const node of effects.nodes.values()) if (this.nodes.has(node.id)) this.#collector.addNode(node, time, seq);
    for (const [key, edge] of effects.edges)
      if (this.nodes.has(edge.from.id) && this.nodes.has(edge.to.id))
        this.#collector.addEdge(key, edge, Math.round(edge.weight * 10_000), time, cleanText(channel, 100));
  }

  rows(): StateRows {
    return stateRows(this.#collector);
  }
}
