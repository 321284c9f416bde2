import type { Endpoint } from '../endpoint.ts';
import { revealed, revealRequest } from '../reveal.ts';

/** Personal data in plain. */
export const piiEndpoints = {
  reveal: {
    method: 'POST',
    allow: 'pii.reveal',
    path: '/api/reveals',
    tag: 'privacy',
    summary: 'Plain values of one customer, event or quarantined item, for a reason that the audit log keeps',
    body: revealRequest,
    response: revealed,
  },
} as const satisfies Record<string, Endpoint>;
