import type Graph from 'graphology';
import { useEffect, useImperativeHandle, useRef, type Ref } from 'react';
import type Sigma from 'sigma';
import type { ThemeName } from '../../app/tokens.ts';
import { raise, type Stage } from './canvasStage.ts';
import type { CanvasEdge, CanvasNode, CanvasTool } from './canvasTypes.ts';
import { isInside, SelectOverlay, type Spot } from './SelectOverlay.tsx';

/** What can be asked of the canvas from outside. */
export interface CanvasHandle {
  zoom(factor: number): void;
  fit(): void;
  focus(): void;
}

interface GraphCanvasProps {
  readonly label: string;
  readonly selectLabel: string;
  readonly theme: ThemeName;
  readonly nodes: readonly CanvasNode[];
  readonly edges: readonly CanvasEdge[];
  readonly selected: string | undefined;
  readonly chosen: ReadonlySet<string>;
  readonly tool: CanvasTool;
  readonly withMap: boolean;
  readonly handle?: Ref<CanvasHandle>;
  readonly onNode: (id: string) => void;
  readonly onExpand: (id: string) => void;
  readonly onEdge: (id: string) => void;
  readonly onGround: () => void;
  /** Nodes drawn round, or one that was clicked with Shift; `add` keeps those chosen before. */
  readonly onChoose: (ids: readonly string[], add: boolean) => void;
  readonly onMenu: (id: string, at: Spot) => void;
  /** A node was dragged to a place of its own. */
  readonly onPlace: (id: string, at: Spot) => void;
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
  const start = spotOf(sigma, graph, from);
  let best: { id: string; cost: number } | undefined;
  graph.forEachNode((id) => {
    const { x, y } = spotOf(sigma, graph, id);
    const ahead = (x - start.x) * direction[0] + (y - start.y) * direction[1];
    if (id === from || ahead <= 1) return;
    const cost = ahead + 2 * Math.abs((x - start.x) * direction[1] - (y - start.y) * direction[0]);
    if (!best || cost < best.cost) best = { id, cost };
  });
  return best?.id;
}

const spotOf = (sigma: Sigma, graph: Graph, id: string): Spot =>
  sigma.graphToViewport({
    x: graph.getNodeAttribute(id, 'x') as number,
    y: graph.getNodeAttribute(id, 'y') as number,
  });

/** Nodes follow the pointer that holds them, and stay where it lets them go. */
function bindDragging({ sigma, graph: now }: Stage, props: () => GraphCanvasProps): void {
  let dragged: string | null = null;
  let moved = false;
  sigma.on('downNode', ({ node, event }) => {
    if ((event.original as MouseEvent).button === 2) return;
    dragged = node;
    moved = false;
    if (!sigma.getCustomBBox()) sigma.setCustomBBox(sigma.getBBox());
  });
  sigma.on('moveBody', ({ event }) => {
    const graph = now();
    if (!dragged || !graph.hasNode(dragged)) return;
    moved = true;
    graph.mergeNodeAttributes(dragged, sigma.viewportToGraph(event));
    event.preventSigmaDefault();
    event.original.preventDefault();
  });
  const drop = () => {
    const graph = now();
    if (dragged && moved && graph.hasNode(dragged)) {
      const { x, y } = graph.getNodeAttributes(dragged) as Spot;
      props().onPlace(dragged, { x, y });
    }
    dragged = null;
  };
  sigma.on('upNode', drop);
  sigma.on('upStage', drop);
}

function bind(stage: Stage, props: () => GraphCanvasProps): void {
  const { sigma } = stage;
  sigma.on('clickNode', ({ node, event }) => {
    if ((event.original as MouseEvent).shiftKey) props().onChoose([node], true);
    else props().onNode(node);
  });
  sigma.on('doubleClickNode', ({ node, preventSigmaDefault }) => {
    preventSigmaDefault();
    props().onExpand(node);
  });
  sigma.on('rightClickNode', ({ node, event }) => props().onMenu(node, { x: event.x, y: event.y }));
  sigma.on('clickEdge', ({ edge }) => props().onEdge(edge));
  sigma.on('clickStage', () => props().onGround());
  sigma.on('enterNode', ({ node }) => stage.restyle({ hovered: node }));
  sigma.on('leaveNode', () => stage.restyle({ hovered: null }));
  sigma.on('enterEdge', ({ edge }) => stage.restyle({ hoveredEdge: edge }));
  sigma.on('leaveEdge', () => stage.restyle({ hoveredEdge: null }));
  bindDragging(stage, props);
}

/** The graph as sigma draws it: one instance for the life of the component, its WebGL context freed at the end. */
export function GraphCanvas(props: GraphCanvasProps) {
  const { label, selectLabel, theme, nodes, edges, selected, chosen, tool, withMap, handle } = props;
  const box = useRef<HTMLDivElement>(null);
  const map = useRef<HTMLCanvasElement>(null);
  const latest = useRef(props);
  latest.current = props;
  const stage = useRef<Stage | null>(null);

  useEffect(() => {
    if (!box.current) return;
    const raised = raise(box.current, map.current, latest.current);
    bind(raised, () => latest.current);
    stage.current = raised;
    return () => {
      raised.end();
      stage.current = null;
    };
  }, [withMap]);

  useEffect(() => {
    const current = stage.current;
    if (!current) return;
    const now = latest.current;
    Object.assign(current.live, { selected: now.selected, chosen: now.chosen, theme: now.theme });
    current.show(nodes, edges);
  }, [nodes, edges, withMap]);

  useEffect(() => {
    const current = stage.current;
    if (!current) return;
    const { live } = current;
    if (live.theme === theme && live.selected === selected && live.chosen === chosen) return;
    current.restyle({ theme, selected, chosen });
  }, [theme, selected, chosen]);

  useImperativeHandle(handle, () => ({
    zoom: (factor) => stage.current?.zoom(factor),
    fit: () => stage.current?.fit(),
    focus: () => box.current?.focus(),
  }));

  const inside = (line: readonly Spot[]) => {
    const current = stage.current;
    if (!current) return [];
    const graph = current.graph();
    return graph.filterNodes((id) => isInside(spotOf(current.sigma, graph, id), line));
  };
  return (
    <>
      <div
        ref={box}
        className="graph-canvas"
        role="application"
        aria-label={label}
        tabIndex={0}
        onKeyDown={(event) => onKey(event, stage.current, props)}
        onContextMenu={(event) => {
          event.preventDefault();
          // The key for menus: there is no pointer, so it is of the selected node.
          const current = stage.current;
          if (event.nativeEvent.button === 2 || !current || !selected || !current.graph().hasNode(selected)) return;
          props.onMenu(selected, spotOf(current.sigma, current.graph(), selected));
        }}
      />
      {withMap && <canvas ref={map} className="graph-minimap" aria-hidden="true" />}
      {tool !== 'move' && (
        <SelectOverlay tool={tool} label={selectLabel} onDone={(line, add) => props.onChoose(inside(line), add)} />
      )}
    </>
  );
}

function onKey(event: React.KeyboardEvent, stage: Stage | null, props: GraphCanvasProps): void {
  if (!stage) return;
  const graph = stage.graph();
  const next = nextInDirection(stage.sigma, graph, props.selected, event.key);
  const chosen = event.key === 's' && props.selected && graph.hasNode(props.selected) ? props.selected : null;
  if (next) {
    event.preventDefault();
    props.onNode(next);
  } else if (chosen) props.onChoose([chosen], true);
  else if (event.key === '+' || event.key === '=') stage.zoom(1.5);
  else if (event.key === '-') stage.zoom(1 / 1.5);
  else if (event.key === '0') stage.fit();
}
