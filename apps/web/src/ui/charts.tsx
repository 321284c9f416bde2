interface SparklineProps {
  readonly values: readonly number[];
  readonly label: string;
  readonly tone?: 'accent' | 'danger';
  readonly width?: number;
  readonly height?: number;
}

/** A line without axes: the shape of the last weeks beside a figure. */
export function Sparkline({ values, label, tone = 'accent', width = 200, height = 40 }: SparklineProps) {
  if (values.length < 2) return <div style={{ height }} />;
  const top = Math.max(...values, 1);
  const x = (at: number) => (at / (values.length - 1)) * (width - 4) + 2;
  const y = (value: number) => height - 3 - (value / top) * (height - 8);
  const line = values.map((value, at) => `${at === 0 ? 'M' : 'L'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`).join('');
  const colour = `var(--${tone})`;
  return (
    <svg
      className="sparkline"
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
      style={{ height }}
    >
      <path d={`${line}L${x(values.length - 1)} ${height}L${x(0)} ${height}Z`} fill={colour} opacity={0.08} />
      <path
        d={line}
        fill="none"
        stroke={colour}
        strokeWidth={1.5}
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}

/** Upright bars of two parts, accepted below rejected. */
export function Bars({
  items,
  label,
  height = 48,
}: {
  items: readonly { key: string; value: number; bad?: number; title: string }[];
  label: string;
  height?: number;
}) {
  const top = Math.max(...items.map((item) => item.value + (item.bad ?? 0)), 1);
  return (
    <div className="bars" role="img" aria-label={label} style={{ height }}>
      {items.map((item) => (
        <span key={item.key} title={item.title} style={{ height: '100%' }}>
          {!!item.bad && <i className="bad" style={{ height: `${(item.bad / top) * 100}%` }} />}
          <i style={{ height: `${(item.value / top) * 100}%` }} />
        </span>
      ))}
    </div>
  );
}

/** Progress that knows its whole; without one it only says that it is under way. */
export function ProgressBar({ share, label, tone }: { share: number | null; label: string; tone?: 'danger' }) {
  return (
    <div
      className={['progress', share === null ? 'unknown' : '', tone ?? ''].join(' ')}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={share === null ? undefined : Math.round(share * 100)}
    >
      <i style={{ width: share === null ? '30%' : `${Math.min(100, share * 100)}%` }} />
    </div>
  );
}
