import type { Permission } from '@guanxi/contracts';
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
    | 'status'
    | 'members'
    | 'keys'
    | 'privacy'
    | 'audit';
  readonly to: string;
  readonly icon: IconName;
  /** What one must be allowed to see it; absent where everybody may. */
  readonly needs?: Permission;
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
      { key: 'sources', to: '/data/sources', icon: 'sources', needs: 'data.read', go: 's' },
      { key: 'live', to: '/data/live', icon: 'live', needs: 'data.read', go: 'l' },
      { key: 'import', to: '/data/import', icon: 'import', needs: 'data.manage', go: 'i' },
      { key: 'quarantine', to: '/data/quarantine', icon: 'quarantine', needs: 'data.read', go: 'q' },
      { key: 'identity', to: '/data/identity', icon: 'identity', needs: 'identity.read', go: 'r' },
    ],
  },
  {
    key: 'people',
    items: [
      { key: 'customers', to: '/customers', icon: 'customers', needs: 'customers.read', go: 'c' },
      { key: 'graph', to: '/graph', icon: 'graph', needs: 'graph.read', go: 'g' },
    ],
  },
  {
    key: 'settings',
    items: [
      { key: 'members', to: '/settings/members', icon: 'person', needs: 'users.manage', go: 'm' },
      { key: 'keys', to: '/settings/keys', icon: 'key', go: 'k' },
      { key: 'jobs', to: '/settings/jobs', icon: 'jobs', needs: 'status.read', go: 'j' },
      { key: 'ontology', to: '/settings/ontology', icon: 'ontology', needs: 'graph.read', go: 'o' },
      { key: 'privacy', to: '/settings/privacy', icon: 'shield', needs: 'privacy.manage', go: 'p' },
      { key: 'audit', to: '/settings/audit', icon: 'list', needs: 'audit.read', go: 'a' },
      { key: 'status', to: '/settings/status', icon: 'status', needs: 'status.read', go: 't' },
    ],
  },
];

export const navItems = navigation.flatMap((group) => group.items);
