import type { ReactNode } from 'react';
import { Boundary } from './states.tsx';

interface PageProps {
  readonly title: ReactNode;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  /** A page that fills the window and scrolls inside its parts. */
  readonly fill?: boolean;
}

export function Page({ title, lead, actions, children, fill }: PageProps) {
  return (
    <div className={fill ? 'page fill' : 'page'}>
      <header className="page-head">
        <div className="page-title">
          <h1>{title}</h1>
          {lead && <div className="page-lead">{lead}</div>}
        </div>
        {actions && <div className="page-actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

interface PanelProps {
  readonly title?: ReactNode;
  readonly note?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  readonly flush?: boolean;
  readonly className?: string;
}

/** A part of a page with its own heading and its own failure. */
export function Panel({ title, note, actions, children, flush, className }: PanelProps) {
  return (
    <section className={['panel', flush ? 'flush' : '', className ?? ''].join(' ').trim()}>
      {(title || actions) && (
        <header className="panel-head">
          <div>
            {title && <h2>{title}</h2>}
            {note && <span className="muted">{note}</span>}
          </div>
          {actions && <div className="panel-actions">{actions}</div>}
        </header>
      )}
      <div className="panel-body">
        <Boundary>{children}</Boundary>
      </div>
    </section>
  );
}

interface TabsProps<K extends string> {
  readonly label: string;
  readonly tabs: readonly { key: K; label: ReactNode }[];
  readonly value: K;
  readonly onChange: (key: K) => void;
}

/** Tabs whose state its owner keeps, mostly in the address. Arrow keys move between them. */
export function Tabs<K extends string>({ label, tabs, value, onChange }: TabsProps<K>) {
  const move = (by: number) => {
    const at = tabs.findIndex((tab) => tab.key === value);
    const next = tabs[(at + by + tabs.length) % tabs.length];
    if (next) onChange(next.key);
  };
  return (
    <div
      className="tabs"
      role="tablist"
      aria-label={label}
      onKeyDown={(event) => {
        if (event.key === 'ArrowRight') move(1);
        else if (event.key === 'ArrowLeft') move(-1);
      }}
    >
      {tabs.map((tab) => (
        <button
          key={tab.key}
          type="button"
          role="tab"
          aria-selected={tab.key === value}
          tabIndex={tab.key === value ? 0 : -1}
          ref={(element) => {
            if (element && tab.key === value && element.parentElement?.contains(document.activeElement))
              element.focus();
          }}
          onClick={() => onChange(tab.key)}
        >
          {tab.label}
        </button>
      ))}
    </div>
  );
}

export type Tone = 'neutral' | 'success' | 'warning' | 'danger' | 'info' | 'accent';

/** A state in a word, with a mark whose shape differs by tone. */
export function Mark({ tone, children }: { tone: Tone; children: ReactNode }) {
  return <span className={`mark ${tone}`}>{children}</span>;
}

interface ChipProps {
  readonly pressed: boolean;
  readonly onToggle: () => void;
  readonly children: ReactNode;
  readonly count?: ReactNode;
}

/** A filter that is on or off. */
export function Chip({ pressed, onToggle, children, count }: ChipProps) {
  return (
    <button type="button" className="chip" aria-pressed={pressed} onClick={onToggle}>
      {children}
      {count !== undefined && <span className="chip-count">{count}</span>}
    </button>
  );
}
