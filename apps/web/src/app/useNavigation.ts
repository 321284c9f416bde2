import { useMay } from '../api/session.ts';
import { navigation, navItems, type NavGroup, type NavItem } from './navigation.ts';

/** What stands in the navigation of who is signed in: nothing that their role may not see. */
export function useNavigation(): { groups: readonly NavGroup[]; items: readonly NavItem[] } {
  const may = useMay();
  const open = (item: NavItem) => item.needs === undefined || may(item.needs);
  const groups = navigation.map((group) => ({ ...group, items: group.items.filter(open) }));
  return { groups: groups.filter((group) => group.items.length > 0), items: navItems.filter(open) };
}

/** The permission that a page asks for and who is signed in lacks; null when they may see it. */
export function useLacking(path: string): NavItem | null {
  const may = useMay();
  const item = navItems.findLast(({ to }) => (to === '/' ? path === '/' : path === to || path.startsWith(`${to}/`)));
  return item?.needs !== undefined && !may(item.needs) ? item : null;
}
