import { guardedKinds } from '../guarded.ts';
import type { Handlers } from './handler.ts';

export const customerHandlers: Handlers<'customers' | 'customer' | 'customerNetwork' | 'customerTimeline'> = {
  customers: ({ query }, guanxi, caller) =>
    guanxi.profile.customers({
      ...query,
      known: query.known === undefined ? null : query.known === 'true',
      guarded: guardedKinds(query.search, guanxi, caller),
    }),
  customer: ({ params }, { profile }) => profile.customer(params.id),
  async customerNetwork({ params, query }, { profile, graph }) {
    return graph.neighbourhood(await profile.person(params.id), query);
  },
  customerTimeline: ({ params, query }, { profile }) => profile.timeline(params.id, query),
};
