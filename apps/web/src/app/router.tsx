import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { z } from 'zod';
import { NotFound } from './NotFound.tsx';
import { parseSearch, stringifySearch } from './search.ts';
import { Shell } from './Shell.tsx';

const text = z.string().optional().catch(undefined);
const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });
const parent = () => root;

const home = createRoute({
  getParentRoute: parent,
  path: '/',
  component: lazyRouteComponent(() => import('../screens/home/Home.tsx'), 'Home'),
});
const sources = createRoute({
  getParentRoute: parent,
  path: '/data/sources',
  validateSearch: z.object({ id: text, new: text }),
  component: lazyRouteComponent(() => import('../screens/sources/Sources.tsx'), 'Sources'),
});
const live = createRoute({
  getParentRoute: parent,
  path: '/data/live',
  validateSearch: z.object({ source: text, name: text, verdict: text, seq: text }),
  component: lazyRouteComponent(() => import('../screens/live/Live.tsx'), 'Live'),
});
const imports = createRoute({
  getParentRoute: parent,
  path: '/data/import',
  validateSearch: z.object({ file: text, name: text, step: text, job: text }),
  component: lazyRouteComponent(() => import('../screens/imports/Import.tsx'), 'Import'),
});
const quarantine = createRoute({
  getParentRoute: parent,
  path: '/data/quarantine',
  validateSearch: z.object({ status: text, code: text, source: text, order: text, id: text }),
  component: lazyRouteComponent(() => import('../screens/quarantine/Quarantine.tsx'), 'Quarantine'),
});
const identity = createRoute({
  getParentRoute: parent,
  path: '/data/identity',
  component: lazyRouteComponent(() => import('../screens/identityRules/IdentityRules.tsx'), 'IdentityRules'),
});
const customers = createRoute({
  getParentRoute: parent,
  path: '/customers',
  /** `newFrom`, `seenFrom`: first and last seen then or later. */
  validateSearch: z.object({ q: text, known: text, order: text, newFrom: text, seenFrom: text }),
  component: lazyRouteComponent(() => import('../screens/customers/Customers.tsx'), 'Customers'),
});
const customer = createRoute({
  getParentRoute: parent,
  path: '/customers/$id',
  /** `edge` is `from:to:type`; `from` and `to` bound the time of the network. */
  validateSearch: z.object({ tab: text, view: text, from: text, to: text, edge: text, seq: text, names: text }),
  component: lazyRouteComponent(() => import('../screens/customer/Customer.tsx'), 'Customer'),
});
const graph = createRoute({
  getParentRoute: parent,
  path: '/graph',
  /**
   * n: nodes placed by hand; x: expansions; h: hidden; k: kept alone; pin: places; off: types switched off; p: paths;
   * c: in common; i: influence; g: communities, gm: those opened; b: relations among neighbours; all: draw many;
   * sel: selected; s: the saved scene. Long lists stand behind the `#`.
   */
  validateSearch: z.object({
    ...{ n: text, x: text, h: text, k: text, pin: text, off: text, from: text, to: text, p: text, c: text, i: text },
    ...{ g: text, gm: text, b: text, all: text, sel: text, s: text, view: text },
  }),
  component: lazyRouteComponent(() => import('../screens/graph/Graph.tsx'), 'Graph'),
});
const jobs = createRoute({
  getParentRoute: parent,
  path: '/settings/jobs',
  component: lazyRouteComponent(() => import('../screens/jobs/Jobs.tsx'), 'Jobs'),
});
const ontology = createRoute({
  getParentRoute: parent,
  path: '/settings/ontology',
  validateSearch: z.object({ tab: text }),
  component: lazyRouteComponent(() => import('../screens/ontology/Ontology.tsx'), 'Ontology'),
});
const privacy = createRoute({
  getParentRoute: parent,
  path: '/settings/privacy',
  validateSearch: z.object({ tab: text, id: text }),
  component: lazyRouteComponent(() => import('../screens/privacy/Privacy.tsx'), 'Privacy'),
});
const audit = createRoute({
  getParentRoute: parent,
  path: '/settings/audit',
  validateSearch: z.object({ q: text, action: text, actor: text, from: text, to: text, seq: text }),
  component: lazyRouteComponent(() => import('../screens/audit/Audit.tsx'), 'Audit'),
});
const status = createRoute({
  getParentRoute: parent,
  path: '/settings/status',
  component: lazyRouteComponent(() => import('../screens/status/Status.tsx'), 'Status'),
});

const members = createRoute({
  getParentRoute: parent,
  path: '/settings/members',
  validateSearch: z.object({ tab: text }),
  component: lazyRouteComponent(() => import('../screens/members/Members.tsx'), 'Members'),
});
const keys = createRoute({
  getParentRoute: parent,
  path: '/settings/keys',
  component: lazyRouteComponent(() => import('../screens/keys/Keys.tsx'), 'Keys'),
});
const account = createRoute({
  getParentRoute: parent,
  path: '/settings/account',
  component: lazyRouteComponent(() => import('../screens/account/Account.tsx'), 'Account'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    sources,
    live,
    imports,
    quarantine,
    identity,
    customers,
    customer,
    graph,
    jobs,
    ontology,
    privacy,
    audit,
    status,
    members,
    keys,
    account,
  ]),
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
