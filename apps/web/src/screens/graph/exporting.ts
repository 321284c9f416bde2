import type { GraphEdge, GraphNode } from '@guanxi/contracts';
import { familyColours, fonts, palettes, type ThemeName } from '../../app/tokens.ts';
import { familyGlyph } from '../../ui/family.tsx';
import type { Drawing } from './useDrawing.ts';

/** A cell of a CSV file: quoted where it must be; what a spreadsheet would take for a formula is made text. */
function cell(value: string | number): string {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export interface ExportNames {
  readonly node: (node: GraphNode) => string;
  readonly nodeType: (type: string) => string;
  readonly edgeType: (type: string) => string;
}

/** The relations that are drawn, one a line, with a mark that spreadsheets need to read it as UTF-8. */
export function csvOf(
  nodes: readonly GraphNode[],
  edges: readonly GraphEdge[],
  header: readonly string[],
  names: ExportNames,
) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const end = (id: string) => {
    const node = byId.get(id);
    return node ? [id, names.nodeType(node.type), names.node(node)] : [id, '', ''];
  };
  const lines = edges.map((edge) => [
    ...end(edge.from),
    names.edgeType(edge.type),
    ...end(edge.to),
    ...[edge.count, edge.weight, edge.first, edge.last],
  ]);
  return `\ufeff${[header, ...lines].map((line) => line.map(cell).join(',')).join('\r\n')}\r\n`;
}

/** Nodes as they are named on the screen, and the relations between them. */
export function jsonOf(
  nodes: readonly GraphNode[],
  edges: readonly GraphEdge[],
  about: Readonly<Record<string, unknown>>,
  names: ExportNames,
): string {
  const named = nodes.map((node) => ({ id: node.id, type: node.type, label: names.node(node) }));
  return JSON.stringify({ ...about, nodes: named, edges }, null, 1);
}

const PICTURE = { width: 2000, height: 1400, margin: 90, head: 84, foot: 56 };

/** Where nodes stand in the picture. */
function placed({ nodes }: Drawing) {
  const xs = nodes.map(({ x }) => x);
  const ys = nodes.map(({ y }) => y);
  const span = (list: readonly number[]) =>
    list.reduce(([a, b], one) => [Math.min(a!, one), Math.max(b!, one)], [Infinity, -Infinity]);
  const [[left = 0, right = 0], [low = 0, high = 0]] = [span(xs), span(ys)];
  const { width, height, margin, head, foot } = PICTURE;
  const room = { width: width - 2 * margin, height: height - head - foot - margin };
  const scale = Math.min(room.width / Math.max(1e-6, right - left), room.height / Math.max(1e-6, high - low));
  const at = (x: number, y: number) => ({
    x: width / 2 + (x - (left + right) / 2) * scale,
    y: head + (height - head - foot) / 2 - (y - (low + high) / 2) * scale,
  });
  return new Map(nodes.map((node) => [node.id, { node, ...at(node.x, node.y) }]));
}

type Placed = ReturnType<typeof placed>;

function paintEdges(context: CanvasRenderingContext2D, { edges }: Drawing, places: Placed, theme: ThemeName): void {
  const palette = palettes[theme];
  for (const on of [false, true])
    for (const edge of edges) {
      const [a, b] = [places.get(edge.from), places.get(edge.to)];
      if (!a || !b || edge.onPath !== on) continue;
      context.strokeStyle = on ? palette.thread : palette.control;
      context.globalAlpha = on ? 1 : edges.length > 1500 ? 0.18 : 0.4;
      context.lineWidth = on ? Math.max(3, edge.size) : edge.size;
      context.beginPath();
      context.moveTo(a.x, a.y);
      context.lineTo(b.x, b.y);
      context.stroke();
    }
  context.globalAlpha = 1;
}

function paintNodes(context: CanvasRenderingContext2D, places: Placed, theme: ThemeName): void {
  const grown = places.size > 800 ? 0.6 : 1.3;
  for (const { node, x, y } of places.values()) {
    context.globalAlpha = node.faint ? 0.3 : 1;
    context.fillStyle = familyColours[theme][node.family];
    context.beginPath();
    context.arc(x, y, node.size * grown, 0, 2 * Math.PI);
    context.fill();
    if (places.size > 800 || node.family === 'person') continue;
    context.fillStyle = palettes[theme].surface;
    context.font = `${Math.round(node.size * grown * 1.15)}px sans-serif`;
    context.fillText(familyGlyph[node.family], x - node.size * grown * 0.42, y + node.size * grown * 0.42);
  }
  context.globalAlpha = 1;
}

type Box = readonly [number, number, number, number];
const overlap = (a: Box, b: Box) => a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];

/** More nodes than this, and names may lie over some. */
const mostKeptClear = 400;

/** Names from the most connected down, each only where it covers no other and, among few, no node. */
function paintNames(context: CanvasRenderingContext2D, places: Placed, theme: ThemeName): void {
  const palette = palettes[theme];
  const spots = [...places.values()];
  const boxes = spots.map(({ node, x, y }): Box => {
    const size = node.size * 1.3;
    return [x - size, y - size, x + size, y + size];
  });
  const taken: Box[] = places.size <= mostKeptClear ? boxes : [];
  context.font = `20px ${fonts.text}`;
  context.lineWidth = 5;
  context.lineJoin = 'round';
  const order = spots.sort((a, b) => Number(b.node.onPath) - Number(a.node.onPath) || b.node.size - a.node.size);
  for (const { node, x, y } of order) {
    if (!node.label || node.faint) continue;
    const letters = [...node.label];
    const text = letters.length > 26 ? `${letters.slice(0, 25).join('')}…` : node.label;
    const width = context.measureText(text).width;
    const gap = node.size * 1.3 + 5;
    const sides: readonly (readonly [number, number])[] = [
      [x + gap, y],
      [x - gap - width, y],
      [x - width / 2, y + gap + 12],
      [x - width / 2, y - gap - 12],
    ];
    const boxAt = ([left, middle]: readonly [number, number]): Box => [left, middle - 13, left + width, middle + 13];
    const inside = (box: Box) => box[0] > 4 && box[2] < PICTURE.width - 4;
    const free = sides.find((side) => inside(boxAt(side)) && !taken.some((one) => overlap(one, boxAt(side))));
    if (!free) continue;
    taken.push(boxAt(free));
    context.strokeStyle = palette.surface;
    context.strokeText(text, free[0], free[1] + 7);
    context.fillStyle = palette.text1;
    context.fillText(text, free[0], free[1] + 7);
  }
}

export interface PictureText {
  readonly title: string;
  readonly legend: readonly { readonly family: Drawing['nodes'][number]['family']; readonly text: string }[];
  readonly note: string;
}

/** The drawing as a picture of its own, so that it does not depend on the window, the zoom or the graphics card. */
export async function pictureOf(drawing: Drawing, text: PictureText, theme: ThemeName): Promise<Blob> {
  const canvas = document.createElement('canvas');
  const { width, height, foot } = PICTURE;
  Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser draws no pictures');
  const palette = palettes[theme];
  context.fillStyle = palette.surface;
  context.fillRect(0, 0, width, height);
  const places = placed(drawing);
  paintEdges(context, drawing, places, theme);
  paintNodes(context, places, theme);
  paintNames(context, places, theme);
  context.fillStyle = palette.text1;
  context.font = `600 28px ${fonts.text}`;
  context.fillText(text.title, 36, 52);
  context.font = `20px ${fonts.text}`;
  let x = 36;
  for (const { family, text: name } of text.legend) {
    context.fillStyle = familyColours[theme][family];
    context.fillText(familyGlyph[family], x, height - 20);
    context.fillStyle = palette.text2;
    context.fillText(name, x + 24, height - 20);
    x += 24 + context.measureText(name).width + 28;
  }
  context.fillStyle = palette.text3;
  context.fillText(text.note, width - context.measureText(text.note).width - 36, 50);
  context.strokeStyle = palette.hairline;
  context.lineWidth = 1;
  context.strokeRect(0.5, height - foot, width - 1, foot);
  return new Promise((done, failed) =>
    canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error('the picture could not be written'))), 'image/png'),
  );
}
