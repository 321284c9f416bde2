import type { NodeFamily } from '@guanxi/contracts';
import type Sigma from 'sigma';
import type { Settings } from 'sigma/settings';
import type { EdgeDisplayData, NodeDisplayData } from 'sigma/types';
import { isStill } from '../../app/motion.ts';
import { familyColours, fonts, palettes, type ThemeName } from '../../app/tokens.ts';
import { drawHover, drawLabel, type TakenBoxes } from './canvasLabels.ts';
import { Discs, Ribbons, Threads } from './picking.ts';

/** What the canvas shows beside the graph itself; sigma reads it whenever it draws. */
export interface Live {
  hovered: string | null;
  hoveredEdge: string | null;
  selected: string | undefined;
  chosen: ReadonlySet<string>;
  theme: ThemeName;
  /** How many nodes and edges the drawing has, also while they are still being brought in. */
  order: number;
  size: number;
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

const mixed = new Map<string, string>();
/** The same, kept: thousands of nodes and edges ask for the same few. */
function shade(over: string, under: string, share: number): string {
  const key = `${over}${under}${share}`;
  let colour = mixed.get(key);
  if (!colour) mixed.set(key, (colour = mix(over, under, share)));
  return colour;
}

/** Beyond this many relations the pointer no longer finds single ones: it would be at one wherever it is. */
const mostPicked = 5000;
/** Beyond this many, lines are a pixel wide, and gone while the drawing moves. */
const mostRibbons = 2500;
/** Beyond this many nodes, what is not near the pointer keeps its colour: all would have to be coloured anew. */
export const mostDimmed = 1500;
/** Beyond this many nodes, names are gone while the drawing moves. */
const mostNamed = 1000;

/** sigma makes a program for `arrow` in any case; lines of one pixel take its place. */
const RIBBON = 'line';
const THREAD = 'arrow';

export function reducersOf(sigma: () => Sigma, live: Live): Pick<Settings, 'nodeReducer' | 'edgeReducer'> {
  const near = (id: string) => {
    const focus = live.hovered;
    return !focus || live.order > mostDimmed || id === focus || sigma().getGraph().areNeighbors(id, focus);
  };
  return {
    nodeReducer: (id, data) => {
      const palette = palettes[live.theme];
      const colour = familyColours[live.theme][data['family'] as NodeFamily];
      const dim = !near(id);
      const faint = dim || (data['faint'] as boolean);
      const change: Partial<NodeDisplayData> = {
        ...data,
        color: dim ? palette.hairline : faint ? shade(colour, palette.surface, 0.25) : colour,
        zIndex: faint ? 0 : 1,
      };
      if (faint) change.label = '';
      if (id === live.selected) Object.assign(change, { highlighted: true, forceLabel: true, zIndex: 3 });
      if (live.chosen.has(id)) Object.assign(change, { color: palette.thread, zIndex: 2 });
      if (data['onPath'] && !faint) Object.assign(change, { forceLabel: true, zIndex: 2 });
      return change;
    },
    edgeReducer: (id, data) => {
      const palette = palettes[live.theme];
      const on = id === live.hoveredEdge || id === live.selected;
      const touches = !live.hovered || sigma().getGraph().hasExtremity(id, live.hovered);
      const quiet = shade(palette.control, palette.surface, live.size > 2000 ? 0.25 : 0.5);
      const away = live.order > mostDimmed ? quiet : shade(palette.hairline, palette.surface, 0.4);
      const near = live.hovered && live.order > mostDimmed ? palette.control : quiet;
      const change: Partial<EdgeDisplayData> = {
        ...data,
        type: live.size > mostRibbons && !data['onPath'] ? THREAD : RIBBON,
        color: data['onPath'] || on ? palette.thread : touches ? near : away,
      };
      if (!on && !(live.hovered && touches && live.order < 60)) change.label = '';
      else change.forceLabel = true;
      if (on || data['onPath']) Object.assign(change, { size: Math.max(3, (data['size'] as number) + 1), zIndex: 2 });
      return change;
    },
  };
}

/** Names stand beside nodes, so there is room for them at the rim, less where there is less of it. */
const paddingFor = (many: boolean, width: number) => (many ? 40 : Math.max(36, Math.min(110, width / 8)));

/** Zooming and coasting by the wheel and the pointer, for who wants it and who does not. */
const motion = () =>
  isStill()
    ? { zoomDuration: 1, inertiaDuration: 1, inertiaRatio: 0, doubleClickZoomingDuration: 1 }
    : { zoomDuration: 250, inertiaDuration: 200, inertiaRatio: 3, doubleClickZoomingDuration: 200 };

export function settingsOf(live: Live, width: number): Partial<Settings> {
  const palette = palettes[live.theme];
  const many = live.order > 300;
  return {
    ...motion(),
    allowInvalidContainer: true,
    nodeProgramClasses: { circle: Discs },
    edgeProgramClasses: { [RIBBON]: Ribbons, [THREAD]: Threads },
    renderEdgeLabels: live.size <= mostRibbons,
    enableEdgeEvents: live.size <= mostPicked,
    hideEdgesOnMove: live.size > mostRibbons,
    hideLabelsOnMove: live.order > mostNamed,
    zIndex: true,
    labelFont: fonts.text,
    labelSize: 12,
    labelColor: { color: palette.text1 },
    labelDensity: many ? 0.4 : 0.9,
    labelGridCellSize: many ? 130 : 90,
    labelRenderedSizeThreshold: 5,
    edgeLabelFont: fonts.text,
    edgeLabelSize: 12,
    edgeLabelColor: { color: palette.text2 },
    minEdgeThickness: live.size > 2000 ? 0.6 : 1,
    stagePadding: paddingFor(many, width),
    doubleClickZoomingRatio: 1,
    defaultDrawNodeLabel: drawLabel(palette, () => live.taken()),
    defaultDrawNodeHover: drawHover(palette),
  };
}
