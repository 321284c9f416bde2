import { z } from 'zod';
import type { Endpoint } from '../endpoint.ts';
import { instant, limitOf, listOf, nodeId, pageOf } from '../common.ts';
import { customer, customerRow, timeline } from '../customer.ts';
import { neighbourhood, neighbourhoodQuery } from '../graph.ts';

const byNode = z.object({ id: nodeId });
const cursor = z.string().max(200).optional();

/** People. */
export const customersEndpoints = {
  customers: {
    method: 'GET',
    allow: 'customers.read',
    path: '/api/customers',
    tag: 'customers',
    summary: 'People, searched by any identifier or name',
    query: z.object({
      search: z.string().max(200).optional(),
      known: z.enum(['true', 'false']).optional(),
      firstFrom: instant.optional().describe('First seen then or later'),
      lastFrom: instant.optional().describe('Seen then or later'),
      order: z.enum(['last_seen', 'first_seen', 'events']).default('last_seen'),
      limit: limitOf(200, 50),
      cursor,
    }),
    response: pageOf(customerRow).extend({ total: z.number().int() }),
  },
  customer: {
    method: 'GET',
    allow: 'customers.read',
    path: '/api/customers/:id',
    tag: 'customers',
    summary: 'One person: identifiers, traits with their sources, activity',
    params: byNode,
    response: customer,
  },
  customerNetwork: {
    method: 'GET',
    allow: 'customers.read',
    path: '/api/customers/:id/network',
    tag: 'customers',
    summary: 'The network around a person',
    params: byNode,
    query: neighbourhoodQuery,
    response: neighbourhood,
  },
  customerTimeline: {
    method: 'GET',
    allow: 'customers.read',
    path: '/api/customers/:id/timeline',
    tag: 'customers',
    summary: 'What happened, newest first, with density over the whole life',
    params: byNode,
    query: z.object({
      from: instant.optional(),
      to: instant.optional(),
      names: listOf.optional(),
      limit: limitOf(500, 50),
      cursor,
    }),
    response: timeline,
  },
} as const satisfies Record<string, Endpoint>;
