import type { Permission } from '@guanxi/contracts';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useMay } from '../../api/session.ts';

interface OpensProps {
  readonly to: string;
  readonly search?: Readonly<Record<string, string | undefined>>;
  readonly needs: Permission;
  readonly children?: ReactNode;
}

/** A number or a name that opens what it counts, for those who may see that; the bare words for the others. */
export function Opens({ to, search = {}, needs, children }: OpensProps) {
  return useMay()(needs) ? (
    <Link to={to} search={search as never}>
      {children}
    </Link>
  ) : (
    <span>{children}</span>
  );
}
