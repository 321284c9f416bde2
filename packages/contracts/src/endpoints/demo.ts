import type { Endpoint } from '../endpoint.ts';
import { demoOptions, demoStatus } from '../demo.ts';
import { job } from '../jobs.ts';

/** A made-up brand to look at the product with. */
export const demoEndpoints = {
  demoStatus: {
    method: 'GET',
    allow: 'status.read',
    path: '/api/demo',
    tag: 'system',
    summary: 'Whether the demo brand is loaded',
    response: demoStatus,
  },
  demoLoad: {
    method: 'POST',
    allow: 'data.manage',
    path: '/api/demo',
    tag: 'system',
    summary: 'Load the demo brand into an empty installation, or go on with it',
    body: demoOptions,
    response: job,
  },
  demoClear: {
    method: 'POST',
    allow: 'privacy.manage',
    path: '/api/demo/clear',
    tag: 'system',
    summary: 'Remove the demo brand with everything made of it; refused where data of its own have come',
    response: job,
  },
} as const satisfies Record<string, Endpoint>;
