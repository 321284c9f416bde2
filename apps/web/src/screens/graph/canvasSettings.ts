import type { NodeFamily } from '@guanxi/contracts';
import type Graph from 'graphology';
import type { Settings } from 'sigma/settings';
import type { EdgeDisplayData, NodeDisplayData } from 'sigma/types';
import { familyColours, fonts, palettes, type ThemeName } from '../../app/tokens.ts';
import { drawHover, drawLabel, type TakenBoxes } from './canvasLabels.ts';

/** What the canvas shows beside the graph itself; sigma reads it whenever it draws. */
export interface Live {
  hovered: string | null;
  hoveredEdge: string | null;
  selected: string | undefined;
  chosen: ReadonlySet<string>;
  theme: ThemeName;
  /** Boxes that names keep clear of in this frame: known once sigma has placed the nodes. */
  taken: () => TakenBoxes;
}

/** One colour laid over another: the canvas draws without transparency. */
export function mix(over: string, under: string, share: number): string {
  const part = (hex: string, at: number) => Number.parseInt(hex.slice(at, at + 2), 16);
  return `#${[1, 3, 5]
    .map((at) =>
      Math.round(part(over, at) * share + part(under, at) * (1 - share))
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}

/** Beyond this many relations the pointer no longer finds single ones: telling them apart would take each frame twice. */
const mostPicked = 8000;

export function reducersOf(graph: Graph, live: Live): Pick<Settings, 'nodeReducer' | 'edgeReducer'> {
  const near = (id: string) => {
    const focus = live.hovered;
    return !focus || id === focus || graph.areNeighbors(id, focus);
  };
  return {
    nodeReducer: (id, data) => {
      const palette = palettes[live.theme];
      const colour = familyColours[live.theme][data['family'] as NodeFamily];
      const dim = !near(id);
      const faint = dim || (data['faint'] as boolean);
      const change: Partial<NodeDisplayData> = {
        ...data,
        color: dim ? palette.hairline : faint ? mix(colour, palette.surface, 0.25) : colour,
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
      const [from, to] = graph.extremities(id);
      const touches = !live.hovered || from === live.hovered || to === live.hovered;
      const quiet = mix(palette.control, palette.surface, graph.size > 2000 ? 0.25 : 0.5);
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

/** Names stand beside nodes, so there is room for them at the rim, less where there is less of it. */
const paddingFor = (many: boolean, width: number) => (many ? 40 : Math.max(36, Math.min(110, width / 8)));

export function settingsOf(live: Live, graph: Graph, width: number): Partial<Settings> {
  const palette = palettes[live.theme];
  const many = graph.order > 300;
  return {
    allowInvalidContainer: true,
    renderEdgeLabels: graph.size <= mostPicked,
    enableEdgeEvents: graph.size <= mostPicked,
    hideEdgesOnMove: graph.size > mostPicked,
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
    minEdgeThickness: graph.size > 2000 ? 0.6 : 1,
    stagePadding: paddingFor(many, width),
    doubleClickZoomingRatio: 1,
    defaultDrawNodeLabel: drawLabel(palette, () => live.taken()),
    defaultDrawNodeHover: drawHover(palette),
  };
}
