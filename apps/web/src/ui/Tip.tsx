import type { ReactNode } from 'react';

interface TipProps {
  readonly text: string;
  /** `start` keeps a tip at the right edge of the window inside it. */
  readonly align?: 'start' | 'end';
  readonly children: ReactNode;
}

/** A word of explanation beside what the pointer or the keyboard is at. What it says must also be in a label. */
export function Tip({ text, align = 'end', children }: TipProps) {
  return (
    <span className={`tip ${align}`} data-tip={text}>
      {children}
    </span>
  );
}
