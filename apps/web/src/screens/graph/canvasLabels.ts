import type { NodeFamily } from '@guanxi/contracts';
import type Graph from 'graphology';
import type Sigma from 'sigma';
import type { NodeHoverDrawingFunction, NodeLabelDrawingFunction } from 'sigma/rendering';
import type { Palette } from '../../app/tokens.ts';
import { familyGlyph } from '../../ui/family.tsx';

/** The family's shape inside a node, so that colour is not the only sign. */
function glyph(
  context: CanvasRenderingContext2D,
  family: NodeFamily,
  x: number,
  y: number,
  size: number,
  palette: Palette,
): void {
  if (size < 5 || family === 'person') return;
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

export const drawLabel =
  (palette: Palette): NodeLabelDrawingFunction =>
  (context, data, settings) => {
    if (!data.label) return;
    context.font = `${settings.labelWeight} ${settings.labelSize}px ${settings.labelFont}`;
    const x = data.x + data.size + 4;
    const y = data.y + settings.labelSize / 3;
    // A halo of the ground keeps text readable over edges.
    context.lineWidth = 3;
    context.lineJoin = 'round';
    context.strokeStyle = palette.surface;
    context.strokeText(cut(data.label), x, y);
    context.fillStyle = palette.text1;
    context.fillText(cut(data.label), x, y);
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
