import { useState } from 'react';
import type { CanvasTool } from './canvasTypes.ts';

export interface Spot {
  readonly x: number;
  readonly y: number;
}

/** Whether a point lies inside a closed line: how often a ray from it crosses the line. */
export function isInside({ x, y }: Spot, line: readonly Spot[]): boolean {
  let inside = false;
  line.forEach((a, at) => {
    const b = line[(at + line.length - 1) % line.length]!;
    if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) inside = !inside;
  });
  return inside;
}

/** The corners of a box between two points. */
export const boxOf = (a: Spot, b: Spot): Spot[] => [a, { x: b.x, y: a.y }, b, { x: a.x, y: b.y }];

/** Lies over the canvas while nodes are being chosen: draw round them, or draw a box. */
export function SelectOverlay({
  tool,
  label,
  onDone,
}: {
  tool: Exclude<CanvasTool, 'move'>;
  label: string;
  onDone: (line: readonly Spot[], add: boolean) => void;
}) {
  const [spots, setSpots] = useState<readonly Spot[]>([]);
  const line = tool === 'box' && spots.length > 1 ? boxOf(spots[0]!, spots.at(-1)!) : spots;
  const spotOf = (event: React.PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  return (
    <svg
      className="select-overlay"
      role="img"
      aria-label={label}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setSpots([spotOf(event)]);
      }}
      onPointerMove={(event) => spots.length > 0 && setSpots([...spots, spotOf(event)])}
      onPointerUp={(event) => {
        if (line.length > 2) onDone(line, event.shiftKey);
        setSpots([]);
      }}
      onPointerCancel={() => setSpots([])}
    >
      {line.length > 1 && <polygon points={line.map(({ x, y }) => `${x},${y}`).join(' ')} />}
    </svg>
  );
}
