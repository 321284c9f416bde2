import type { NodeFamily } from '@guanxi/contracts';
import type Graph from 'graphology';
import type Sigma from 'sigma';
import { familyColours, palettes, type ThemeName } from '../../app/tokens.ts';

/** The whole graph in a corner, with what is in sight as a frame. */
export interface Minimap {
  /** The nodes changed or the theme: draws them anew with the next frame. */
  refresh(): void;
  /** Sigma has drawn a frame: draws what is in sight. */
  frame(): void;
}

const PAD = 4;

/** Nodes in sigma's own coordinates fill about the square from 0 to 1. */
function boundsOf(sigma: Sigma, graph: Graph) {
  let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
  graph.forEachNode((id) => {
    const shown = sigma.getNodeDisplayData(id);
    if (!shown) return;
    left = Math.min(left, shown.x);
    right = Math.max(right, shown.x);
    bottom = Math.min(bottom, shown.y);
    top = Math.max(top, shown.y);
  });
  return { left, bottom, size: Math.max(right - left, top - bottom, 0.01), width: right - left, height: top - bottom };
}

/** Draws on `canvas`, and moves the camera to where it is clicked or dragged. */
export function minimapOn(
  canvas: HTMLCanvasElement,
  sigma: Sigma,
  graphNow: () => Graph,
  theme: () => ThemeName,
): Minimap {
  const dots = document.createElement('canvas');
  let bounds = boundsOf(sigma, graphNow());
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  const ratio = window.devicePixelRatio || 1;
  for (const one of [canvas, dots]) Object.assign(one, { width: width * ratio, height: height * ratio });
  const scale = () => Math.min(width, height) - 2 * PAD;
  const offset = () => ({
    x: (width - (bounds.width / bounds.size) * scale()) / 2,
    y: (height - (bounds.height / bounds.size) * scale()) / 2,
  });
  const onMap = ({ x, y }: { x: number; y: number }) => ({
    x: offset().x + ((x - bounds.left) / bounds.size) * scale(),
    y: height - offset().y - ((y - bounds.bottom) / bounds.size) * scale(),
  });
  let stale = true;
  const redraw = () => {
    stale = false;
    const context = dots.getContext('2d');
    if (!context) return;
    const graph = graphNow();
    bounds = boundsOf(sigma, graph);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const side = graph.order > 500 ? 1.5 : 2.5;
    graph.forEachNode((id, attributes) => {
      const shown = sigma.getNodeDisplayData(id);
      if (!shown) return;
      const { x, y } = onMap(shown);
      context.fillStyle = familyColours[theme()][attributes['family'] as NodeFamily];
      context.fillRect(x - side / 2, y - side / 2, side, side);
    });
  };
  const frame = () => {
    if (stale) redraw();
    const context = canvas.getContext('2d');
    if (!context) return;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.drawImage(dots, 0, 0);
    if (!Number.isFinite(bounds.left)) return;
    const stage = sigma.getDimensions();
    const one = onMap(sigma.viewportToFramedGraph({ x: 0, y: 0 }));
    const two = onMap(sigma.viewportToFramedGraph({ x: stage.width, y: stage.height }));
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.strokeStyle = palettes[theme()].thread;
    context.lineWidth = 1.5;
    const inMap = (value: number, most: number) => Math.min(most - 1, Math.max(1, value));
    const [x, y] = [inMap(one.x, width), inMap(one.y, height)];
    context.strokeRect(x, y, inMap(two.x, width) - x, inMap(two.y, height) - y);
  };
  const go = (event: PointerEvent) => {
    if (event.buttons !== 1 || !Number.isFinite(bounds.left)) return;
    const box = canvas.getBoundingClientRect();
    const x = bounds.left + ((event.clientX - box.left - offset().x) / scale()) * bounds.size;
    const y = bounds.bottom + ((height - (event.clientY - box.top) - offset().y) / scale()) * bounds.size;
    sigma.getCamera().setState({ x, y });
  };
  canvas.onpointerdown = go;
  canvas.onpointermove = go;
  return { frame, refresh: () => void (stale = true) };
}
