import type { GraphEdge } from '@guanxi/contracts';

type Ends = Pick<GraphEdge, 'from' | 'to' | 'type'>;

/** An edge in an address: `from:to:type`. */
export const edgeKey = ({ from, to, type }: Ends): string => `${from}:${to}:${type}`;

export function parseEdge(key: string): Ends {
  const [from = '', to = '', type = ''] = key.split(':');
  return { from, to, type };
}

export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
