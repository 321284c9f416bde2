import { Button } from 'antd';
import {
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
} from 'react';
import { useTranslation } from 'react-i18next';
import './card-graph.css';
import { Icon } from './Icon.tsx';

export interface GraphCard {
  readonly id: string;
  /** Centre, in the graph's own units. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly className?: string;
  readonly label: string;
  readonly content: ReactNode;
  readonly pressed?: boolean;
  readonly onOpen?: () => void;
}
export interface GraphLine {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** Pixels. */
  readonly width: number;
  readonly opacity: number;
  readonly dashed?: boolean;
  readonly selected?: boolean;
  readonly label: string;
  /** Which of several lines between the same cards, counted from the middle: -1, 0, 1… */
  readonly lane: number;
  readonly onOpen?: () => void;
}
interface View {
  readonly x: number;
  readonly y: number;
  readonly k: number;
}

/** Room around the cards; above and below there is room for the label of a line that ends there. */
const margin = { x: 14, y: 30 };
const clampZoom = (k: number) => Math.min(2.5, Math.max(0.2, k));

function fitOf(cards: readonly GraphCard[], width: number, height: number): View {
  if (cards.length === 0 || width === 0) return { x: width / 2, y: height / 2, k: 1 };
  const left = Math.min(...cards.map((card) => card.x - card.width / 2));
  const right = Math.max(...cards.map((card) => card.x + card.width / 2));
  const top = Math.min(...cards.map((card) => card.y - card.height / 2));
  const bottom = Math.max(...cards.map((card) => card.y + card.height / 2));
  const room = { width: Math.max(1, width - 2 * margin.x), height: Math.max(1, height - 2 * margin.y) };
  const k = Math.min(1.25, room.width / (right - left), room.height / (bottom - top));
  return { k, x: width / 2 - (k * (left + right)) / 2, y: height / 2 - (k * (top + bottom)) / 2 };
}

/** The place and the zoom of a canvas: fits its cards, follows the wheel and the pointer. */
function useView(cards: readonly GraphCard[], fitKey: string) {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<View>({ x: 0, y: 0, k: 1 });
  const latest = useRef(cards);
  latest.current = cards;
  const fit = useCallback(() => {
    const element = box.current;
    if (element) setView(fitOf(latest.current, element.clientWidth, element.clientHeight));
  }, []);
  useLayoutEffect(fit, [fit, fitKey]);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(fit);
    observer.observe(element);
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const rect = element.getBoundingClientRect();
      zoomAt(event.clientX - rect.left, event.clientY - rect.top, Math.exp(-event.deltaY * 0.0015));
    };
    // React's own wheel handler is passive and could not keep the page from scrolling.
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => {
      observer.disconnect();
      element.removeEventListener('wheel', onWheel);
    };
  }, [fit]);
  const zoomAt = (px: number, py: number, factor: number) =>
    setView((now) => {
      const k = clampZoom(now.k * factor);
      return { k, x: px - ((px - now.x) / now.k) * k, y: py - ((py - now.y) / now.k) * k };
    });
  const zoom = (factor: number) =>
    zoomAt((box.current?.clientWidth ?? 0) / 2, (box.current?.clientHeight ?? 0) / 2, factor);
  return { box, view, setView, fit, zoom };
}

/** The card that lies next in the direction of an arrow key. */
function neighbourOf(cards: readonly GraphCard[], from: GraphCard, key: string): GraphCard | undefined {
  const along: Record<string, [number, number]> = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  };
  const direction = along[key];
  if (!direction) return undefined;
  let best: { card: GraphCard; cost: number } | undefined;
  for (const card of cards) {
    const dx = card.x - from.x;
    const dy = card.y - from.y;
    const ahead = dx * direction[0] + dy * direction[1];
    if (card === from || ahead <= 0) continue;
    const cost = ahead + 2 * Math.abs(dx * direction[1] - dy * direction[0]);
    if (!best || cost < best.cost) best = { card, cost };
  }
  return best?.card;
}

function pathOf(a: GraphCard, b: GraphCard, lane: number): { d: string; mx: number; my: number } {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const length = Math.hypot(dx, dy) || 1;
  const bend = lane * 16;
  const cx = (a.x + b.x) / 2 - (dy / length) * bend;
  const cy = (a.y + b.y) / 2 + (dx / length) * bend;
  return { d: `M${a.x} ${a.y}Q${cx} ${cy} ${b.x} ${b.y}`, mx: (a.x + b.x) / 4 + cx / 2, my: (a.y + b.y) / 4 + cy / 2 };
}

type Drawn = { line: GraphLine; d: string; mx: number; my: number };

/** Lines shorter than this on the screen would vanish under their own label. */
const roomForLabel = 320;

/** Where the label of a line stands: on its middle, or, where it is short, beside the card that is farther out. */
function labelPlace({ line, mx, my }: Drawn, byId: ReadonlyMap<string, GraphCard>, zoom: number): CSSProperties {
  const a = byId.get(line.from);
  const b = byId.get(line.to);
  if (!a || !b || Math.hypot(a.x - b.x, a.y - b.y) * zoom >= roomForLabel)
    return { left: mx, top: my, transform: `translate(-50%, -50%) scale(${1 / zoom})` };
  const outer = Math.hypot(a.x, a.y) > Math.hypot(b.x, b.y) ? a : b;
  // On its far side there are the fewest other cards; from its outer edge inwards, where the picture does not end.
  const [side, shift] = outer.x > outer.width / 2 ? [1, '-100%'] : outer.x < -outer.width / 2 ? [-1, '0'] : [0, '-50%'];
  const above = outer.y < 0;
  return {
    left: outer.x + (side * outer.width) / 2,
    top: outer.y + (above ? -1 : 1) * (outer.height / 2 + 4),
    transformOrigin: `${side < 0 ? 'left' : side > 0 ? 'right' : 'center'} ${above ? 'bottom' : 'top'}`,
    transform: `translate(${shift}, ${above ? '-100%' : '0'}) scale(${1 / zoom})`,
  };
}

interface CardGraphProps {
  readonly label: string;
  readonly cards: readonly GraphCard[];
  readonly lines: readonly GraphLine[];
  /** Drawn under the lines, in the graph's units. */
  readonly ground?: ReactNode;
  readonly hint?: ReactNode;
}

function Lines({
  drawn,
  hovered,
  onHover,
}: {
  drawn: readonly Drawn[];
  hovered: string | null;
  onHover: (id: string | null) => void;
}) {
  return drawn.map(({ line, d }) => (
    <g
      key={line.id}
      className={['line', line.selected ? 'selected' : '', line.id === hovered ? 'hovered' : ''].join(' ')}
    >
      <path
        d={d}
        strokeWidth={line.width}
        opacity={line.selected || line.id === hovered ? 1 : line.opacity}
        strokeDasharray={line.dashed ? '5 5' : undefined}
      />
      <path
        className="line-hit"
        d={d}
        strokeWidth={14}
        onPointerEnter={() => onHover(line.id)}
        onPointerLeave={() => onHover(null)}
        onClick={line.onOpen}
      />
    </g>
  ));
}

function Card({ card, onKey }: { card: GraphCard; onKey: (event: KeyboardEvent, card: GraphCard) => void }) {
  return (
    <button
      type="button"
      data-card={card.id}
      className={['graph-card', card.className ?? ''].join(' ')}
      style={{ left: card.x - card.width / 2, top: card.y - card.height / 2, width: card.width, height: card.height }}
      aria-label={card.label}
      aria-pressed={card.pressed}
      title={card.label}
      onClick={card.onOpen}
      onKeyDown={(event) => onKey(event, card)}
    >
      {card.content}
    </button>
  );
}

function Tools({ zoom, fit }: { zoom: (factor: number) => void; fit: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="card-graph-tools">
      <Button
        size="small"
        icon={<Icon name="plus" size={14} />}
        aria-label={t('graph.zoomIn')}
        onClick={() => zoom(1.25)}
      />
      <Button
        size="small"
        icon={<Icon name="minus" size={14} />}
        aria-label={t('graph.zoomOut')}
        onClick={() => zoom(0.8)}
      />
      <Button size="small" icon={<Icon name="target" size={14} />} aria-label={t('graph.fit')} onClick={fit} />
    </div>
  );
}

/** A small network as cards that can be read, reached by keyboard and opened; drag to move, wheel to zoom. */
export function CardGraph({ label, cards, lines, ground, hint }: CardGraphProps) {
  const { box, view, setView, fit, zoom } = useView(
    cards,
    cards.map((card) => `${card.id}${Math.round(card.x)},${Math.round(card.y)}`).join(),
  );
  const [hovered, setHovered] = useState<string | null>(null);
  const drag = useRef<{ x: number; y: number } | null>(null);
  const byId = new Map(cards.map((card) => [card.id, card]));
  const onKey = (event: KeyboardEvent, card: GraphCard) => {
    const next = neighbourOf(cards, card, event.key);
    if (!next) return;
    event.preventDefault();
    box.current?.querySelector<HTMLElement>(`[data-card="${next.id}"]`)?.focus();
  };
  const drawn = lines.flatMap((line) => {
    const a = byId.get(line.from);
    const b = byId.get(line.to);
    return a && b ? [{ line, ...pathOf(a, b, line.lane) }] : [];
  });
  const named = drawn.find(({ line }) => line.id === hovered) ?? drawn.find(({ line }) => line.selected);
  const transform = `translate(${view.x}px, ${view.y}px) scale(${view.k})`;
  return (
    <>
      <div
        className="card-graph"
        ref={box}
        role="group"
        aria-label={label}
        onPointerDown={(event) => {
          if (event.button !== 0 || (event.target as Element).closest('button, .line-hit')) return;
          drag.current = { x: event.clientX - view.x, y: event.clientY - view.y };
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={(event) => {
          const from = drag.current;
          if (from) setView((now) => ({ ...now, x: event.clientX - from.x, y: event.clientY - from.y }));
        }}
        onPointerUp={() => (drag.current = null)}
      >
        <svg className="card-graph-lines" aria-hidden="true">
          <g style={{ transform }}>
            {ground}
            <Lines drawn={drawn} hovered={hovered} onHover={setHovered} />
          </g>
        </svg>
        <div className="card-graph-cards" style={{ transform }}>
          {cards.map((card) => (
            <Card key={card.id} card={card} onKey={onKey} />
          ))}
          {named && (
            <span className="line-label" style={labelPlace(named, byId, view.k)}>
              {named.line.label}
            </span>
          )}
        </div>
        <Tools zoom={zoom} fit={fit} />
      </div>
      {hint && <div className="card-graph-hint">{hint}</div>}
    </>
  );
}
