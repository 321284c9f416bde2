import type { IconName } from '../ui/Icon.tsx';

export interface NavItem {
  readonly key:
    | 'home'
    | 'sources'
    | 'live'
    | 'import'
    | 'quarantine'
    | 'identity'
    | 'customers'
    | 'graph'
    | 'jobs'
    | 'ontology'
    | 'status';
  readonly to: string;
  readonly icon: IconName;
  /** Second key after `g`. */
  readonly go: string;
}
export interface NavGroup {
  readonly key: 'overview' | 'data' | 'people' | 'settings';
  readonly items: readonly NavItem[];
}

/** What stands in the navigation, the palette and the `g` keys. */
export const navigation: readonly NavGroup[] = [
  { key: 'overview', items: [{ key: 'home', to: '/', icon: 'home', go: 'h' }] },
  {
    key: 'data',
    items: [
      { key: 'sources', to: '/data/sources', icon: 'sources', go: 's' },
      { key: 'live', to: '/data/live', icon: 'live', go: 'l' },
      { key: 'import', to: '/data/import', icon: 'import', go: 'i' },
      { key: 'quarantine', to: '/data/quarantine', icon: 'quarantine', go: 'q' },
      { key: 'identity', to: '/data/identity', icon: 'identity', go: 'r' },
    ],
  },
  {
    key: 'people',
    items: [
      { key: 'customers', to: '/customers', icon: 'customers', go: 'c' },
      { key: 'graph', to: '/graph', icon: 'graph', go: 'g' },
    ],
  },
  {
    key: 'settings',
    items: [
      { key: 'jobs', to: '/settings/jobs', icon: 'jobs', go: 'j' },
      { key: 'ontology', to: '/settings/ontology', icon: 'ontology', go: 'o' },
      { key: 'status', to: '/settings/status', icon: 'status', go: 't' },
    ],
  },
];

export const navItems = navigation.flatMap((group) => group.items);
