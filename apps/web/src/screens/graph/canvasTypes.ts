import type { NodeFamily } from '@guanxi/contracts';

export interface CanvasNode {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly label: string;
  readonly family: NodeFamily;
  readonly onPath: boolean;
  readonly faint?: boolean;
}
export interface CanvasEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly size: number;
  readonly label: string;
  readonly onPath: boolean;
}
/** What the pointer does on the ground. */
export type CanvasTool = 'move' | 'lasso' | 'box';
