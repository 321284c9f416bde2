import Graph from 'graphology';
import Sigma from 'sigma';
import { isStill } from '../../app/motion.ts';
import { palettes } from '../../app/tokens.ts';
import { drawGlyphs, nodeBoxes, type TakenBoxes } from './canvasLabels.ts';
import { type Live, mostDimmed, reducersOf, settingsOf } from './canvasSettings.ts';
import type { CanvasEdge, CanvasNode } from './canvasTypes.ts';
import { type Minimap, minimapOn } from './minimap.ts';
import { pickByReckoning } from './picking.ts';

/** sigma with what it draws: everything that is done to the drawing from outside. */
export interface Stage {
  readonly sigma: Sigma;
  readonly live: Live;
  readonly graph: () => Graph;
  /** Draws these; where only places differ from what is drawn, nodes move there. */
  show(nodes: readonly CanvasNode[], edges: readonly CanvasEdge[]): void;
  /** Draws anew what looks otherwise once `live` has changed. */
  restyle(change: Partial<Live>): void;
  zoom(factor: number): void;
  fit(): void;
  end(): void;
}

/** Edges brought in at once; more come with the next frames, so that the page answers in between. */
const EDGES_A_FRAME = 6000;
const ZOOM_MS = 150;

const emptyGraph = () => new Graph({ multi: true, type: 'directed' });

function addEdges(graph: Graph, edges: readonly CanvasEdge[]): void {
  for (const { id, from, to, ...attributes } of edges)
    if (from !== to && graph.hasNode(from) && graph.hasNode(to)) graph.addEdgeWithKey(id, from, to, attributes);
}

/** Whether nothing but places differs. */
function sameButPlaces(before: readonly CanvasNode[], now: readonly CanvasNode[]): boolean {
  if (before.length !== now.length) return false;
  return now.every((node, at) => {
    const old = before[at]!;
    return (
      old.id === node.id &&
      old.label === node.label &&
      old.size === node.size &&
      old.family === node.family &&
      old.onPath === node.onPath &&
      old.faint === node.faint
    );
  });
}

/** What of a drawing looks otherwise for a change of what is under the pointer, selected or chosen. */
function changedBy(graph: Graph, before: Live, now: Live) {
  const nodes = new Set<string>();
  const edges = new Set<string>();
  const add = (id: string | null | undefined) => {
    if (id && graph.hasNode(id)) nodes.add(id);
    else if (id && graph.hasEdge(id)) edges.add(id);
  };
  if (before.hovered !== now.hovered) {
    if (graph.order <= mostDimmed) return { nodes: graph.nodes(), edges: graph.edges() };
    for (const id of [before.hovered, now.hovered])
      if (id && graph.hasNode(id)) for (const edge of graph.edges(id)) edges.add(edge);
  }
  for (const live of [before, now]) {
    add(live.selected);
    add(live.hoveredEdge);
    if (before.chosen !== now.chosen) live.chosen.forEach(add);
  }
  return { nodes: [...nodes], edges: [...edges] };
}

/** Brings graphs into sigma: each into a new graph, since sigma does much work for every change to the one it draws. */
function shower(sigma: Sigma, live: Live, onShown: () => void) {
  let shown: { nodes: readonly CanvasNode[]; edges: readonly CanvasEdge[] } = { nodes: [], edges: [] };
  let frame = 0;
  const bring = (edges: readonly CanvasEdge[]) => {
    frame = 0;
    addEdges(sigma.getGraph(), edges.slice(0, EDGES_A_FRAME));
    if (edges.length > EDGES_A_FRAME) frame = requestAnimationFrame(() => bring(edges.slice(EDGES_A_FRAME)));
  };
  const move = (nodes: readonly CanvasNode[]) => {
    const graph = sigma.getGraph();
    // Without telling sigma of each: places are read when the whole is drawn.
    for (const { id, x, y } of nodes) Object.assign(graph.getNodeAttributes(id), { x, y });
    onShown();
    sigma.refresh({ partialGraph: {}, skipIndexation: false, schedule: true });
  };
  const replace = (nodes: readonly CanvasNode[], edges: readonly CanvasEdge[]) => {
    cancelAnimationFrame(frame);
    const graph = emptyGraph();
    for (const { id, ...attributes } of nodes) graph.addNode(id, attributes);
    const later = edges.length > EDGES_A_FRAME;
    if (!later) addEdges(graph, edges);
    Object.assign(live, { hovered: null, hoveredEdge: null, order: nodes.length, size: edges.length });
    // New settings make sigma read everything: before there is anything.
    sigma.setGraph(emptyGraph());
    sigma.setSettings(settingsOf(live, sigma.getDimensions().width));
    onShown();
    sigma.setGraph(graph);
    if (later) frame = requestAnimationFrame(() => bring(edges));
  };
  return {
    whole: () => frame === 0,
    stop: () => cancelAnimationFrame(frame),
    show(nodes: readonly CanvasNode[], edges: readonly CanvasEdge[]) {
      sigma.setCustomBBox(null);
      const moved = shown.edges === edges && nodes.length > 0 && sameButPlaces(shown.nodes, nodes);
      shown = { nodes, edges };
      if (moved) move(nodes);
      else replace(nodes, edges);
    },
  };
}

/**
 * Has every canvas that is put into the box begin at its size. Sigma would make them small and set width and height
 * later: with WebGL the page stands still for each of that until the graphics card has answered.
 */
function sized<T>(box: HTMLElement, make: () => T): T {
  const ratio = window.devicePixelRatio || 1;
  box.appendChild = (child) => {
    if (child instanceof HTMLCanvasElement)
      Object.assign(child, { width: box.offsetWidth * ratio, height: box.offsetHeight * ratio });
    return HTMLElement.prototype.appendChild.call(box, child) as typeof child;
  };
  try {
    return make();
  } finally {
    delete (box as Partial<HTMLElement>).appendChild;
  }
}

/** Puts sigma into a box. Its WebGL contexts are freed by `end`. */
export function raise(box: HTMLElement, map: HTMLCanvasElement | null, first: Pick<Live, 'theme'>): Stage {
  const live: Live = {
    ...{ hovered: null, hoveredEdge: null, selected: undefined, chosen: new Set(), theme: first.theme },
    ...{ order: 0, size: 0, taken: () => [] },
  };
  const sigma: Sigma = sized(
    box,
    () => new Sigma(emptyGraph(), box, { ...settingsOf(live, box.clientWidth), ...reducersOf(() => sigma, live) }),
  );
  pickByReckoning(sigma);
  const graph = () => sigma.getGraph();
  const minimap: Minimap | null = map ? minimapOn(map, sigma, graph, () => live.theme) : null;
  const shows = shower(sigma, live, () => minimap?.refresh());
  sigma.on('beforeRender', () => {
    let taken: TakenBoxes | undefined;
    live.taken = () => (taken ??= nodeBoxes(sigma, graph()));
  });
  sigma.on('afterRender', () => {
    drawGlyphs(sigma, graph(), palettes[live.theme]);
    minimap?.frame();
  });
  const camera = sigma.getCamera();
  return {
    ...{ sigma, live, graph, show: shows.show },
    restyle(change) {
      const before = { ...live };
      Object.assign(live, change);
      if (before.theme !== live.theme) {
        minimap?.refresh();
        sigma.setSettings(settingsOf(live, sigma.getDimensions().width));
      } else
        sigma.refresh({
          partialGraph: changedBy(graph(), before, live),
          skipIndexation: shows.whole(),
          schedule: true,
        });
    },
    zoom: (factor) =>
      isStill()
        ? void camera.setState({ ratio: camera.getBoundedRatio(camera.ratio / factor) })
        : void camera.animatedZoom({ factor, duration: ZOOM_MS }),
    fit: () =>
      isStill()
        ? void camera.setState({ x: 0.5, y: 0.5, ratio: 1, angle: 0 })
        : void camera.animatedReset({ duration: ZOOM_MS }),
    end: () => {
      shows.stop();
      sigma.kill();
    },
  };
}
