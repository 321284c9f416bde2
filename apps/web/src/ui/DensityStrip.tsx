import type { Timeline } from '@guanxi/contracts';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { dateOnly, number } from './format.ts';

/** A share of the strip that a hand does not tell from none. */
const nearly = 0.01;

interface DensityStripProps {
  readonly density: Timeline['density'];
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** What happened, where it is not a customer's activity. */
  readonly label?: string;
  /** Said beside the whole, such as how long nothing happened. */
  readonly note?: string | undefined;
  readonly onRange: (range: { from?: string; to?: string }) => void;
}

/** A stretch of time as a strip: busy and silent parts. Drag over it to choose one. */
export function DensityStrip({ density, from, to, label: what, note, onRange }: DensityStripProps) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<{ a: number; b: number } | null>(null);
  const first = density[0];
  const last = density.at(-1);
  if (!first || !last) return null;
  const begin = Date.parse(first.start);
  const length = Date.parse(last.end) - begin || 1;
  const top = Math.max(...density.map((slice) => slice.count), 1);
  const shareOf = (instant: string) => Math.min(1, Math.max(0, (Date.parse(instant) - begin) / length));
  const shareAt = (x: number) => {
    const rect = box.current?.getBoundingClientRect();
    return rect ? Math.min(1, Math.max(0, (x - rect.left) / rect.width)) : 0;
  };
  const instantAt = (share: number) => new Date(begin + share * length).toISOString();
  const range = drag
    ? { a: Math.min(drag.a, drag.b), b: Math.max(drag.a, drag.b) }
    : from || to
      ? { a: from ? shareOf(from) : 0, b: to ? shareOf(to) : 1 }
      : null;
  // Up to an end means with everything that is there, whatever the last pixel stands for.
  const chosen = ({ a, b }: { a: number; b: number }) => ({
    from: a < nearly ? undefined : instantAt(a),
    to: b > 1 - nearly ? undefined : instantAt(b),
  });
  const label =
    from || to
      ? t('timeline.range', { from: dateOnly(from ?? first.start), to: dateOnly(to ?? last.end) })
      : [t('timeline.whole'), note].filter(Boolean).join(' · ');
  return (
    <div className="density-wrap">
      <div
        ref={box}
        className="density"
        role="img"
        aria-label={`${what ?? t('timeline.density')} ${label}`}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          const share = shareAt(event.clientX);
          setDrag({ a: share, b: share });
        }}
        onPointerMove={(event) => drag && setDrag({ ...drag, b: shareAt(event.clientX) })}
        onPointerUp={() => {
          // A click without a drag takes the choice back.
          if (range && drag) onRange(range.b - range.a < nearly ? {} : chosen(range));
          setDrag(null);
        }}
      >
        {density.map((slice) => (
          <i
            key={slice.start}
            className={slice.count === 0 ? 'silent' : undefined}
            style={{ height: slice.count ? `${Math.max(6, (slice.count / top) * 100)}%` : undefined }}
            title={`${dateOnly(slice.start)} – ${dateOnly(slice.end)}: ${number(slice.count)}`}
          />
        ))}
        {range && (
          <span className="density-range" style={{ left: `${range.a * 100}%`, right: `${(1 - range.b) * 100}%` }} />
        )}
      </div>
      <div className="row between meta">
        <span>{dateOnly(first.start)}</span>
        <span>{drag && range ? `${dateOnly(instantAt(range.a))} – ${dateOnly(instantAt(range.b))}` : label}</span>
        <span>{dateOnly(last.end)}</span>
      </div>
    </div>
  );
}
