import type { GraphEdge, GraphNode, PathResult } from '@guanxi/contracts';
import { useEffect, useMemo, useRef, useState } from 'react';
import { type LayoutRequest, type Positions, positionsOf, seedOf, workOf } from './layout.ts';
import type { LayoutAnswer, LayoutMessage } from './layout.worker.ts';
import type { Pin } from './scene.ts';

/** One worker for the life of the page. */
let worker: Worker | null = null;
let jobs = 0;

/** Has something laid out; what is given back stops it. */
function layOutAway(request: LayoutRequest, onDone: (places: Positions) => void): () => void {
  worker ??= new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module' });
  const own = worker;
  const job = ++jobs;
  const listen = ({ data }: MessageEvent<LayoutAnswer>) => {
    if (data.job !== job) return;
    own.removeEventListener('message', listen);
    onDone(positionsOf(request.nodes, data.places));
  };
  const tell = (message: LayoutMessage, arrays: readonly Transferable[] = []) =>
    own.postMessage(message, { transfer: [...arrays] });
  own.addEventListener('message', listen);
  const work = workOf(request);
  tell({ job, work }, [work.places.buffer, work.fixed.buffer, work.ends.buffer, work.weights.buffer]);
  return () => {
    own.removeEventListener('message', listen);
    tell({ stop: job });
  };
}

/** Paths side by side from left to right: where their nodes begin, and, where there is nothing else, stay. */
function pathPlaces(result: PathResult | undefined): Positions {
  const places: Positions = new Map();
  const paths = result?.paths ?? [];
  paths.forEach((path, lane) =>
    path.nodes.forEach((id, step) => {
      const end = step === 0 || step === path.hops;
      const y = end ? 0 : ((paths.length - 1) / 2 - lane) * 60;
      if (!places.has(id)) places.set(id, { x: -120 + (240 * step) / Math.max(1, path.hops), y });
    }),
  );
  return places;
}

/** More nodes than this are drawn where they begin until they are laid out; fewer are laid out before one looks. */
const shownAtOnce = 1000;

interface PlacesQuery {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly path: PathResult | undefined;
  readonly pins: readonly Pin[];
  /** Places of a saved scene. */
  readonly saved: Positions | undefined;
  /** Lays everything out anew when it changes. */
  readonly round: number;
}

export interface Places {
  readonly places: Positions;
  /** True while a layout is under way. */
  readonly busy: boolean;
  /** Leaves the layout that is under way: nodes stay where they are. */
  readonly stop: () => void;
}

/** Where nodes stand. They keep their place while others come and go; what is new is laid out in a worker. */
export function usePlaces({ nodes, edges, path, pins, saved, round }: PlacesQuery): Places {
  const [places, setPlaces] = useState<Positions>(() => new Map());
  const [busy, setBusy] = useState(false);
  const kept = useRef<{ round: number; places: Positions }>({ round, places: new Map() });
  const pinned = useMemo(() => new Map(pins.map(({ id, x, y }) => [id, { x, y }])), [pins]);
  const latest = useRef(pinned);
  latest.current = pinned;
  const stopping = useRef<(() => void) | null>(null);
  useEffect(() => {
    const before: Positions = new Map([
      ...(kept.current.round === round ? kept.current.places : []),
      ...(saved ?? []),
      ...latest.current,
    ]);
    const ids = nodes.map((node) => node.id);
    const keep = (next: Positions) => {
      kept.current = { round, places: new Map([...before, ...next]) };
      stopping.current = null;
      setPlaces(kept.current.places);
      setBusy(false);
    };
    if (ids.every((id) => before.has(id))) return keep(before);
    const lanes = pathPlaces(path);
    if (lanes.size > 0 && ids.every((id) => lanes.has(id))) return keep(lanes);
    setBusy(true);
    const start: Positions = new Map([...lanes, ...before]);
    const begun: Positions = new Map(ids.map((id) => [id, start.get(id) ?? seedOf(id)]));
    if (ids.length > shownAtOnce) setPlaces(begun);
    const cancel = layOutAway({ nodes: ids, edges, before: start, fixed: new Set(latest.current.keys()) }, keep);
    stopping.current = () => {
      cancel();
      keep(begun);
    };
    return () => {
      stopping.current = null;
      cancel();
    };
  }, [nodes, edges, path, saved, round]);
  const all = useMemo(() => (pinned.size === 0 ? places : new Map([...places, ...pinned])), [places, pinned]);
  return { places: all, busy, stop: () => stopping.current?.() };
}
