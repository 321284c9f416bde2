import { endpoints, eventSummary, type EventSummary } from '@guanxi/contracts';
import { useEffect, useReducer, useRef } from 'react';
import { reportConnection } from './connection.ts';

export interface LiveEvent extends EventSummary {
  /** Its number in this view: positions in the log and in quarantine may meet. */
  readonly at: number;
}

interface LiveBuffer {
  /** Newest first, at most `limit`. */
  readonly events: readonly LiveEvent[];
  readonly pending: number;
  readonly connected: boolean;
  /** Events per second over the last ten seconds. */
  readonly rate: number;
}

/** What tells an event from all others: its position in the log, or its number in quarantine. */
export const liveKey = (event: EventSummary): string =>
  event.verdict === 'quarantined' ? `q:${event.subject}` : `${event.verdict}:${event.seq}`;

const limit = 5_000;
const window = 10_000;

/**
 * Events as they come. While paused they are kept aside and counted; on going on, they are put before the others. What
 * comes is shown at most four times a second.
 */
export function useLive(paused: boolean): LiveBuffer {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const state = useRef({
    seen: new Set<string>(),
    shown: [] as LiveEvent[],
    waiting: [] as LiveEvent[],
    arrivals: [] as number[],
    next: 1,
    connected: false,
  });
  const isPaused = useRef(paused);
  useEffect(() => {
    isPaused.current = paused;
    redraw();
  }, [paused]);

  useEffect(() => {
    const held = state.current;
    const source = new EventSource(endpoints.live.path);
    const take = (message: MessageEvent<string>) => {
      const parsed = eventSummary.safeParse(JSON.parse(message.data));
      if (!parsed.success) return;
      // After a reconnection the server tells the last events again.
      const key = liveKey(parsed.data);
      if (held.seen.has(key)) return;
      held.seen.add(key);
      held.waiting.push({ ...parsed.data, at: held.next++ });
      if (held.waiting.length > limit) held.waiting.splice(0, held.waiting.length - limit);
      if (Date.now() - Date.parse(parsed.data.receivedAt) < window) held.arrivals.push(Date.now());
    };
    source.onopen = () => {
      held.connected = true;
      reportConnection(true);
      redraw();
    };
    source.onerror = () => {
      held.connected = false;
      redraw();
    };
    source.onmessage = take;
    source.addEventListener('event', take as EventListener);
    const timer = setInterval(() => {
      const since = Date.now() - window;
      while (held.arrivals.length && held.arrivals[0]! < since) held.arrivals.shift();
      if (!isPaused.current && held.waiting.length) {
        held.shown = [...held.waiting.reverse(), ...held.shown].slice(0, limit);
        held.waiting = [];
        if (held.seen.size > 4 * limit) held.seen = new Set(held.shown.map(liveKey));
      }
      redraw();
    }, 250);
    return () => {
      clearInterval(timer);
      source.close();
    };
  }, []);

  const held = state.current;
  return {
    events: held.shown,
    pending: held.waiting.length,
    connected: held.connected,
    rate: held.arrivals.length / (window / 1000),
  };
}
