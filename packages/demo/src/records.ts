import type { JsonObject } from '@guanxi/contracts';
import { DAY, HOUR, iso } from './calendar.ts';
import type { Person } from './person.ts';
import { Random } from './random.ts';
import type { TruthSink } from './truth.ts';
import type { World } from './world.ts';

/** Streams of events as clients and servers send them. */
export const STREAMS = ['web', 'mini', 'wecom', 'marketing', 'social'] as const;
export type Stream = (typeof STREAMS)[number];
/** Files as other systems export them. */
export const FILES = ['catalogue', 'crm', 'tmall', 'tmall_reviews', 'pos', 'stock', 'ads'] as const;
export type FileName = (typeof FILES)[number];

/** How often a delivery goes wrong in each way. */
export const DIRT = {
  quarantined: 0.0015,
  duplicate: 0.008,
  late: 0.02,
  skewedDevices: 0.03,
  unreadableRow: 0.0008,
} as const;

/** What happened on a stream, before delivery. */
export interface Happening {
  readonly type?: 'track' | 'identify' | 'page';
  readonly event?: string;
  readonly name?: string;
  readonly properties?: JsonObject;
  readonly traits?: JsonObject;
  readonly context?: JsonObject;
  readonly userId?: string | undefined;
  readonly anonymousId?: string | undefined;
  readonly channel: string;
}
interface Delivery {
  readonly receivedAt: number;
  readonly order: number;
  readonly body: JsonObject;
}

/** What breaks an event so that the gate refuses it: each is refused for another reason. */
const BREAKS: readonly ((event: JsonObject) => JsonObject)[] = [
  ({ event: _, ...rest }) => ({ ...rest, type: 'track' }),
  (event) => ({ ...event, type: 'tracking' }),
  (event) => ({ ...event, originalTimestamp: '昨天下午' }),
  ({ userId: _, anonymousId: _a, context: _c, traits: _t, ...rest }) => ({ ...rest, type: 'page', properties: {} }),
  (event) => ({ ...event, type: 'track', event: 'Order Completed', properties: { total: '未知' } }),
  (event) => ({ ...event, type: 'track', event: 'Product Viewed', properties: { name: '舒缓修护面膜' } }),
  (event) => ({ ...event, properties: '[object Object]' }),
];

/** One cell as CSV wants it. */
const cell = (value: string | number | null): string => {
  const text = value === null ? '' : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/**
 * Takes down what happens and gives out what arrives: in order of arrival, with the accidents of delivery. Accidents go
 * by their own random numbers, so that they change nothing of what happens.
 */
export class Recorder {
  readonly #events: Record<Stream, Delivery[]> = { web: [], mini: [], wecom: [], marketing: [], social: [] };
  readonly #rows: Record<FileName, string[]> = {
    catalogue: [],
    crm: [],
    tmall: [],
    tmall_reviews: [],
    pos: [],
    stock: [],
    ads: [],
  };
  readonly #random: Random;
  readonly #key: string;
  #count = 0;

  constructor(
    private readonly world: World,
    key: string,
    readonly truth: TruthSink,
  ) {
    const { seed, until, people } = world.options;
    this.#random = new Random('delivery', seed, key);
    this.#key = `${seed}.${until.replaceAll('-', '')}.${people}.${key}`;
  } // prettier-ignore

  /** Something happened at a time; gives the id of its message. Nothing is told of what lies outside the period. */
  event(stream: Stream, at: number, happening: Happening, person: Person | null = null): string | null {
    const { start, end } = this.world.period;
    if (at < start || at >= end) return null;
    const messageId = `${stream[0]}${this.#key}.${++this.#count}`;
    const { type = 'track', event, name, properties, traits, context, userId, anonymousId, channel } = happening;
    const skew = person && new Random('clock', person.id).chance(DIRT.skewedDevices) ? (person.index % 2 ? 26 * HOUR : -9 * HOUR) : 0;
    const late = this.#random.chance(DIRT.late) ? Math.floor(this.#random.between(0.5, 60) * HOUR) : 0;
    const sent = at + this.#random.whole(20, 6000) + late;
    const receivedAt = Math.min(sent + this.#random.whole(30, 900), end - 1);
    const body: JsonObject = {
      messageId, type,
      ...(event ? { event } : {}), ...(name ? { name } : {}),
      ...(userId ? { userId } : {}), ...(anonymousId ? { anonymousId } : {}),
      channel,
      originalTimestamp: iso(at + skew), sentAt: iso(sent + skew), receivedAt: iso(receivedAt),
      ...(context ? { context } : {}), ...(traits ? { traits } : {}), ...(properties ? { properties } : {}),
    };
    if (skew !== 0) this.truth({ kind: 'dirt', what: 'skewed', stream, id: messageId });
    if (late > 0) this.truth({ kind: 'dirt', what: 'late', stream, id: messageId });
    this.#deliver(stream, receivedAt, body);
    return messageId;
  } // prettier-ignore

  #deliver(stream: Stream, receivedAt: number, body: JsonObject): void {
    const list = this.#events[stream];
    const order = this.#count;
    const id = String(body['messageId']);
    list.push({ receivedAt, order, body });
    if (this.#random.chance(DIRT.duplicate)) {
      const again = Math.min(receivedAt + this.#random.whole(900, 2 * DAY), this.world.period.end - 1);
      list.push({ receivedAt: again, order: order + 0.5, body: { ...body, receivedAt: iso(again) } });
      this.truth({ kind: 'dirt', what: 'duplicate', stream, id });
    }
    // What may name nobody is refused for fewer reasons, so the public's posts are left whole.
    if (stream !== 'social' && this.#random.chance(DIRT.quarantined)) {
      const broken = this.#random.pick(BREAKS)({ ...body, messageId: `${id}.x` });
      list.push({ receivedAt, order: order + 0.7, body: broken });
      this.truth({ kind: 'dirt', what: 'quarantined', stream, id: `${id}.x` });
    }
  }

  row(file: FileName, cells: readonly (string | number | null)[]): void {
    this.#rows[file].push(cells.map(cell).join(','));
  }
  /** A row whose time nobody can read: somebody edited the file by hand. */
  badRow(file: FileName, cells: readonly (string | number | null)[], key: string): void {
    if (!this.#random.chance(DIRT.unreadableRow)) return;
    this.row(file, cells);
    this.truth({ kind: 'dirt', what: 'unreadable_row', stream: file, id: key });
  }

  /** Accidents of typing, for what other parts write. */
  get random(): Random {
    return this.#random;
  }

  /** Everything taken down, in order of arrival. */
  take(): { events: Record<Stream, JsonObject[]>; rows: Record<FileName, string[]> } {
    const events = Object.fromEntries(
      STREAMS.map((stream) => [
        stream,
        this.#events[stream].sort((a, b) => a.receivedAt - b.receivedAt || a.order - b.order).map(({ body }) => body),
      ]),
    ) as Record<Stream, JsonObject[]>;
    return { events, rows: this.#rows };
  }
}
