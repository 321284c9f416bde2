import type { GraphEdge, GraphNode, PathResult } from '@guanxi/contracts';
import { useEffect, useMemo, useRef, useState } from 'react';
import { groupBy } from '../../ui/edges.ts';
import { type LayoutRequest, type Positions, seedOf } from './layout.ts';
import type { Pin } from './scene.ts';

/** One worker for the life of the page; answers to what was asked before the last question are not waited for. */
let worker: Worker | null = null;
let asked = 0;
function layOutAway(request: LayoutRequest, onDone: (places: Positions) => void): () => void {
  worker ??= new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module' });
  const own = worker;
  const round = ++asked;
  const listen = ({ data }: MessageEvent<{ round: number; places: Positions }>) => {
    if (data.round !== round) return;
    own.removeEventListener('message', listen);
    onDone(data.places);
  };
  own.addEventListener('message', listen);
  own.postMessage({ ...request, round });
  return () => own.removeEventListener('message', listen);
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
}

/** Where nodes stand. They keep their place while others come and go; what is new is laid out in a worker. */
export function usePlaces({ nodes, edges, path, pins, saved, round }: PlacesQuery): Places {
  const [places, setPlaces] = useState<Positions>(() => new Map());
  const [busy, setBusy] = useState(false);
  const kept = useRef<{ round: number; places: Positions }>({ round, places: new Map() });
  const pinned = useMemo(() => new Map(pins.map(({ id, x, y }) => [id, { x, y }])), [pins]);
  const latest = useRef(pinned);
  latest.current = pinned;
  useEffect(() => {
    const before: Positions = new Map([
      ...(kept.current.round === round ? kept.current.places : []),
      ...(saved ?? []),
      ...latest.current,
    ]);
    const ids = nodes.map((node) => node.id);
    const keep = (next: Positions) => {
      kept.current = { round, places: new Map([...before, ...next]) };
      setPlaces(kept.current.places);
      setBusy(false);
    };
    if (ids.every((id) => before.has(id))) return keep(before);
    const lanes = pathPlaces(path);
    if (lanes.size > 0 && ids.every((id) => lanes.has(id))) return keep(lanes);
    setBusy(true);
    const start: Positions = new Map([...lanes, ...before]);
    if (ids.length > shownAtOnce) setPlaces(new Map(ids.map((id) => [id, start.get(id) ?? seedOf(id)])));
    const lines = [...groupBy(edges, ({ from, to }) => (from < to ? `${from},${to}` : `${to},${from}`)).values()];
    const pairs = lines.map((pair) => ({
      from: pair[0]!.from,
      to: pair[0]!.to,
      weight: pair.reduce((sum, { weight }) => sum + Math.max(0, weight), 0),
    }));
    return layOutAway({ nodes: ids, edges: pairs, before: start, fixed: new Set(latest.current.keys()) }, keep);
  }, [nodes, edges, path, saved, round]);
  const all = useMemo(() => (pinned.size === 0 ? places : new Map([...places, ...pinned])), [places, pinned]);
  return { places: all, busy };
}
