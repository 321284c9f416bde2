import type { NodeFamily } from '@guanxi/contracts';
import Graph from 'graphology';
import { useEffect, useRef } from 'react';
import Sigma from 'sigma';
import type { Settings } from 'sigma/settings';
import type { EdgeDisplayData, NodeDisplayData } from 'sigma/types';
import { familyColours, fonts, palettes, type ThemeName } from '../../app/tokens.ts';
import { drawGlyphs, drawHover, drawLabel, nodeBoxes, type TakenBoxes } from './canvasLabels.ts';

export interface CanvasNode {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly label: string;
  readonly family: NodeFamily;
  readonly onPath: boolean;
}
export interface CanvasEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly size: number;
  readonly label: string;
  readonly onPath: boolean;
}
interface GraphCanvasProps {
  readonly label: string;
  readonly theme: ThemeName;
  readonly nodes: readonly CanvasNode[];
  readonly edges: readonly CanvasEdge[];
  readonly selected: string | undefined;
  readonly onNode: (id: string) => void;
  readonly onExpand: (id: string) => void;
  readonly onEdge: (id: string) => void;
  readonly onGround: () => void;
}
interface Live {
  hovered: string | null;
  hoveredEdge: string | null;
  selected: string | undefined;
  theme: ThemeName;
  /** Boxes that names keep clear of in this frame: known once sigma has placed the nodes. */
  taken: () => TakenBoxes;
}

/** One colour laid over another: the canvas draws without transparency. */
function mix(over: string, under: string, share: number): string {
  const part = (hex: string, at: number) => Number.parseInt(hex.slice(at, at + 2), 16);
  return `#${[1, 3, 5]
    .map((at) =>
      Math.round(part(over, at) * share + part(under, at) * (1 - share))
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}

function reducersOf(graph: Graph, live: Live): Pick<Settings, 'nodeReducer' | 'edgeReducer'> {
  const near = (id: string) => {
    const focus = live.hovered;
    return !focus || id === focus || graph.areNeighbors(id, focus);
  };
  return {
    nodeReducer: (id, data) => {
      const palette = palettes[live.theme];
      const colour = familyColours[live.theme][data['family'] as NodeFamily];
      const dim = !near(id);
      const change: Partial<NodeDisplayData> = { ...data, color: dim ? palette.hairline : colour, zIndex: dim ? 0 : 1 };
      if (dim) change.label = '';
      if (id === live.selected) Object.assign(change, { highlighted: true, forceLabel: true, zIndex: 3 });
      if (data['onPath']) Object.assign(change, { forceLabel: true, zIndex: 2 });
      return change;
    },
    edgeReducer: (id, data) => {
      const palette = palettes[live.theme];
      const on = id === live.hoveredEdge || id === live.selected;
      const [from, to] = graph.extremities(id);
      const touches = !live.hovered || from === live.hovered || to === live.hovered;
      const quiet = mix(palette.control, palette.surface, 0.5);
      const change: Partial<EdgeDisplayData> = {
        ...data,
        color: data['onPath'] || on ? palette.thread : touches ? quiet : mix(palette.hairline, palette.surface, 0.4),
      };
      if (!on && !(live.hovered && touches && graph.order < 60)) change.label = '';
      else change.forceLabel = true;
      if (on || data['onPath']) Object.assign(change, { size: Math.max(3, (data['size'] as number) + 1), zIndex: 2 });
      return change;
    },
  };
}

function settingsOf(live: Live): Partial<Settings> {
  const palette = palettes[live.theme];
  return {
    allowInvalidContainer: true,
    renderEdgeLabels: true,
    enableEdgeEvents: true,
    zIndex: true,
    labelFont: fonts.text,
    labelSize: 12,
    labelColor: { color: palette.text1 },
    labelDensity: 0.9,
    labelGridCellSize: 90,
    labelRenderedSizeThreshold: 5,
    edgeLabelFont: fonts.text,
    edgeLabelSize: 12,
    edgeLabelColor: { color: palette.text2 },
    minEdgeThickness: 1,
    stagePadding: 110,
    doubleClickZoomingRatio: 1,
    defaultDrawNodeLabel: drawLabel(palette, () => live.taken()),
    defaultDrawNodeHover: drawHover(palette),
  };
}

/** Nearest node in the direction of an arrow key, on the screen. */
function nextInDirection(sigma: Sigma, graph: Graph, from: string | undefined, key: string): string | undefined {
  const along: Record<string, [number, number]> = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  };
  const direction = along[key];
  if (!direction) return undefined;
  if (!from || !graph.hasNode(from)) return graph.nodes()[0];
  const place = (id: string) =>
    sigma.graphToViewport({
      x: graph.getNodeAttribute(id, 'x') as number,
      y: graph.getNodeAttribute(id, 'y') as number,
    });
  const start = place(from);
  let best: { id: string; cost: number } | undefined;
  graph.forEachNode((id) => {
    const { x, y } = place(id);
    const ahead = (x - start.x) * direction[0] + (y - start.y) * direction[1];
    if (id === from || ahead <= 1) return;
    const cost = ahead + 2 * Math.abs((x - start.x) * direction[1] - (y - start.y) * direction[0]);
    if (!best || cost < best.cost) best = { id, cost };
  });
  return best?.id;
}

function fill(graph: Graph, nodes: readonly CanvasNode[], edges: readonly CanvasEdge[]): void {
  graph.clear();
  for (const { id, ...attributes } of nodes) graph.addNode(id, attributes);
  for (const { id, from, to, ...attributes } of edges)
    if (from !== to && graph.hasNode(from) && graph.hasNode(to)) graph.addEdgeWithKey(id, from, to, attributes);
}

/** The only place that knows sigma: one instance for the life of the component, its WebGL context freed at the end. */
export function GraphCanvas(props: GraphCanvasProps) {
  const { label, theme, nodes, edges, selected } = props;
  const box = useRef<HTMLDivElement>(null);
  const handlers = useRef(props);
  handlers.current = props;
  const stage = useRef<{ sigma: Sigma; graph: Graph; live: Live } | null>(null);

  useEffect(() => {
    if (!box.current) return;
    const graph = new Graph({ multi: true, type: 'directed' });
    const live: Live = {
      hovered: null,
      hoveredEdge: null,
      selected: undefined,
      theme: handlers.current.theme,
      taken: () => [],
    };
    const sigma = new Sigma(graph, box.current, { ...settingsOf(live), ...reducersOf(graph, live) });
    const redraw = () => sigma.refresh({ skipIndexation: true });
    sigma.on('clickNode', ({ node }) => handlers.current.onNode(node));
    sigma.on('doubleClickNode', ({ node, preventSigmaDefault }) => {
      preventSigmaDefault();
      handlers.current.onExpand(node);
    });
    sigma.on('clickEdge', ({ edge }) => handlers.current.onEdge(edge));
    sigma.on('clickStage', () => handlers.current.onGround());
    sigma.on('enterNode', ({ node }) => {
      live.hovered = node;
      redraw();
    });
    sigma.on('leaveNode', () => {
      live.hovered = null;
      redraw();
    });
    sigma.on('enterEdge', ({ edge }) => {
      live.hoveredEdge = edge;
      redraw();
    });
    sigma.on('leaveEdge', () => {
      live.hoveredEdge = null;
      redraw();
    });
    sigma.on('beforeRender', () => {
      let taken: TakenBoxes | undefined;
      live.taken = () => (taken ??= nodeBoxes(sigma, graph));
    });
    sigma.on('afterRender', () => drawGlyphs(sigma, graph, palettes[live.theme]));
    stage.current = { sigma, graph, live };
    return () => {
      sigma.kill();
      stage.current = null;
    };
  }, []);

  useEffect(() => {
    const current = stage.current;
    if (!current) return;
    Object.assign(current.live, { hovered: null, hoveredEdge: null });
    fill(current.graph, nodes, edges);
    current.sigma.refresh();
  }, [nodes, edges]);

  useEffect(() => {
    const current = stage.current;
    if (!current) return;
    Object.assign(current.live, { theme, selected });
    current.sigma.setSettings(settingsOf(current.live));
    current.sigma.refresh({ skipIndexation: true });
  }, [theme, selected, nodes]);

  return (
    <div
      ref={box}
      className="graph-canvas"
      role="application"
      aria-label={label}
      tabIndex={0}
      onKeyDown={(event) => {
        const current = stage.current;
        if (!current) return;
        const next = nextInDirection(current.sigma, current.graph, selected, event.key);
        if (next) {
          event.preventDefault();
          props.onNode(next);
        } else if (event.key === '+' || event.key === '=') void current.sigma.getCamera().animatedZoom();
        else if (event.key === '-') void current.sigma.getCamera().animatedUnzoom();
        else if (event.key === '0') void current.sigma.getCamera().animatedReset();
      }}
    />
  );
}
