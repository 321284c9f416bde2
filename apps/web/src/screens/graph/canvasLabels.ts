import type { NodeFamily } from '@guanxi/contracts';
import type Graph from 'graphology';
import type Sigma from 'sigma';
import type { NodeHoverDrawingFunction, NodeLabelDrawingFunction } from 'sigma/rendering';
import type { Palette } from '../../app/tokens.ts';
import { familyGlyph } from '../../ui/family.tsx';

/** A shape larger than this would be all one sees. */
const largestGlyph = 20;

/** The family's shape inside a node, so that colour is not the only sign. */
function glyph(
  context: CanvasRenderingContext2D,
  family: NodeFamily,
  x: number,
  y: number,
  size: number,
  palette: Palette,
): void {
  if (size < 5 || size > largestGlyph || family === 'person') return;
  context.font = `${Math.round(size * 1.15)}px sans-serif`;
  context.fillStyle = palette.surface;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(familyGlyph[family], x, y + size * 0.06);
  context.textAlign = 'left';
  context.textBaseline = 'alphabetic';
}

/** Beyond this many the shapes are too small to tell. */
const mostGlyphs = 800;

/** Draws every node's shape over the nodes, after sigma has drawn them. */
export function drawGlyphs(sigma: Sigma, graph: Graph, palette: Palette): void {
  const context = sigma.getCanvases()['labels']?.getContext('2d');
  if (!context || graph.order > mostGlyphs) return;
  graph.forEachNode((id, attributes) => {
    const shown = sigma.getNodeDisplayData(id);
    if (!shown || shown.hidden) return;
    const { x, y } = sigma.framedGraphToViewport(shown);
    glyph(context, attributes['family'] as NodeFamily, x, y, sigma.scaleSize(shown.size), palette);
  });
}

const cut = (label: string) => ([...label].length > 22 ? `${[...label].slice(0, 21).join('')}…` : label);

/** Boxes that names keep clear of in one frame: left, top, right, bottom. */
export type TakenBoxes = [number, number, number, number][];

/** With more nodes than this, names may lie over them. */
const mostKeptClear = 300;

/** The nodes' own boxes, for names to keep clear of. */
export function nodeBoxes(sigma: Sigma, graph: Graph): TakenBoxes {
  if (graph.order > mostKeptClear) return [];
  const cameraState = sigma.getCamera().getState();
  return graph.nodes().flatMap((id) => {
    const shown = sigma.getNodeDisplayData(id);
    if (!shown || shown.hidden) return [];
    const { x, y } = sigma.framedGraphToViewport(shown, { cameraState });
    const size = sigma.scaleSize(shown.size);
    return [[x - size, y - size, x + size, y + size]];
  });
}

/** Where a label may stand: right of its node, else left, below or above, on a path the other way round; in sight and clear of the labels before it. */
function freePlace(
  node: { x: number; y: number; size: number; onPath?: boolean },
  text: { width: number; height: number },
  stage: { width: number; height: number },
  taken: TakenBoxes,
): { x: number; y: number; free: boolean } {
  const gap = node.size + 4;
  const beside = node.y - text.height / 2;
  const middle = node.x - text.width / 2;
  const places: [number, number][] = [
    [node.x + gap, beside],
    [node.x - gap - text.width, beside],
    [middle, node.y + gap],
    [middle, node.y - gap - text.height],
  ];
  // The line of a path mostly goes on to the right; its names stand below or above it.
  const free = (node.onPath ? [...places.slice(2), ...places] : places).find(
    ([x, y]) =>
      x >= 0 &&
      y >= 0 &&
      x + text.width <= stage.width &&
      y + text.height <= stage.height &&
      taken.every(
        ([left, top, right, bottom]) => x > right || x + text.width < left || y > bottom || y + text.height < top,
      ),
  );
  const [x, y] = free ?? places[node.onPath ? 2 : 0]!;
  return { x, y, free: free !== undefined };
}

/** Draws names where they hide no other; `takenIn` gives what the frame holds so far. What is asked for is drawn in any case. */
export const drawLabel =
  (palette: Palette, takenIn: () => TakenBoxes): NodeLabelDrawingFunction =>
  (context, data, settings) => {
    // A highlighted node has its name on its own ground.
    if (!data.label || (data as unknown as { highlighted?: boolean }).highlighted) return;
    context.font = `${settings.labelWeight} ${settings.labelSize}px ${settings.labelFont}`;
    const label = cut(data.label);
    const text = { width: context.measureText(label).width, height: settings.labelSize + 2 };
    const stage = { width: context.canvas.clientWidth, height: context.canvas.clientHeight };
    const taken = takenIn();
    const place = freePlace(data, text, stage, taken);
    const { forceLabel } = data as unknown as { forceLabel?: boolean };
    if (!place.free && !forceLabel) return;
    taken.push([place.x, place.y, place.x + text.width, place.y + text.height]);
    const baseline = place.y + settings.labelSize * 0.85 + 1;
    // A halo of the ground keeps text readable over edges.
    context.lineWidth = 3;
    context.lineJoin = 'round';
    context.strokeStyle = palette.surface;
    context.strokeText(label, place.x, baseline);
    context.fillStyle = palette.text1;
    context.fillText(label, place.x, baseline);
  };

export const drawHover =
  (palette: Palette): NodeHoverDrawingFunction =>
  (context, data, settings) => {
    const label = data.label ?? '';
    context.font = `600 ${settings.labelSize}px ${settings.labelFont}`;
    const width = label ? context.measureText(label).width + data.size * 2 + 14 : data.size * 2 + 6;
    const height = Math.max(data.size * 2 + 6, 24);
    context.beginPath();
    context.roundRect(data.x - data.size - 3, data.y - height / 2, width, height, 4);
    context.fillStyle = palette.raised;
    context.fill();
    context.lineWidth = 1;
    context.strokeStyle = palette.thread;
    context.stroke();
    context.beginPath();
    context.arc(data.x, data.y, data.size, 0, Math.PI * 2);
    context.fillStyle = data.color;
    context.fill();
    const { family } = data as unknown as { family?: NodeFamily };
    if (family) glyph(context, family, data.x, data.y, data.size, palette);
    context.font = `600 ${settings.labelSize}px ${settings.labelFont}`;
    context.fillStyle = palette.text1;
    context.fillText(label, data.x + data.size + 5, data.y + settings.labelSize / 3);
  };
