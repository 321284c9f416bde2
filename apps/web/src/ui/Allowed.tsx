import type { Permission } from '@guanxi/contracts';
import type { ReactNode } from 'react';
import { useMay } from '../api/session.ts';

/** Shows what only they may do who have the permission. */
export function Allowed({ needs, children }: { needs: Permission; children: ReactNode }) {
  return useMay()(needs) ? <>{children}</> : null;
}
