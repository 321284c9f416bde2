import { z } from 'zod';
import type { Endpoint } from '../endpoint.ts';
import { limitOf, nodeId, pageOf } from '../common.ts';
import { trait } from '../customer.ts';
import { job } from '../jobs.ts';
import {
  consentUpdate,
  customerConsent,
  erasure,
  erasurePreview,
  erasureRequest,
  privacySettings,
  retentionPreview,
  traitCorrection,
} from '../privacy.ts';

const byNode = z.object({ id: nodeId });
const byId = z.object({ id: z.uuid() });

/** Consent, and the rights of a person over their data. */
export const privacyEndpoints = {
  customerConsent: {
    method: 'GET',
    allow: 'customers.read',
    path: '/api/customers/:id/consent',
    tag: 'privacy',
    summary: 'What a person agreed to, per purpose and channel, with every change',
    params: byNode,
    response: customerConsent,
  },
  customerConsentUpdate: {
    method: 'PUT',
    allow: 'consent.write',
    path: '/api/customers/:id/consent',
    tag: 'privacy',
    summary: 'Record what a person said about consent; an event of the log',
    params: byNode,
    body: consentUpdate,
    response: customerConsent,
  },
  customerCorrect: {
    method: 'POST',
    allow: 'consent.write',
    path: '/api/customers/:id/corrections',
    tag: 'privacy',
    summary: 'Correct what is known of a person; an event of the log',
    params: byNode,
    body: traitCorrection,
    response: z.object({ traits: z.array(trait) }),
  },
  customerAccess: {
    method: 'GET',
    allow: 'privacy.manage',
    path: '/api/customers/:id/access',
    tag: 'privacy',
    summary: 'Everything that is held of a person, as one JSON file',
    streams: 'file',
    params: byNode,
  },
  erasurePreview: {
    method: 'GET',
    allow: 'privacy.manage',
    path: '/api/customers/:id/erasure',
    tag: 'privacy',
    summary: 'What an erasure would remove, store by store',
    params: byNode,
    response: erasurePreview,
  },
  erasureRequest: {
    method: 'POST',
    allow: 'privacy.manage',
    path: '/api/customers/:id/erasure',
    tag: 'privacy',
    summary: 'Erase a person from every store for good',
    params: byNode,
    body: erasureRequest,
    response: erasure,
  },
  erasures: {
    method: 'GET',
    allow: 'privacy.manage',
    path: '/api/privacy/erasures',
    tag: 'privacy',
    summary: 'Erasures with their progress and receipts, newest first',
    query: z.object({ limit: limitOf(200, 50), cursor: z.string().max(50).optional() }),
    response: pageOf(erasure),
  },
  erasure: {
    method: 'GET',
    allow: 'privacy.manage',
    path: '/api/privacy/erasures/:id',
    tag: 'privacy',
    summary: 'One erasure with its receipts',
    params: byId,
    response: erasure,
  },
  privacySettings: {
    method: 'GET',
    allow: 'privacy.manage',
    path: '/api/privacy/settings',
    tag: 'privacy',
    summary: 'Purposes, channels, retention',
    response: privacySettings,
  },
  privacySettingsUpdate: {
    method: 'PUT',
    allow: 'privacy.manage',
    path: '/api/privacy/settings',
    tag: 'privacy',
    summary: 'Change purposes, channels, retention',
    body: privacySettings,
    response: privacySettings,
  },
  retentionPreview: {
    method: 'GET',
    allow: 'privacy.manage',
    path: '/api/privacy/retention',
    tag: 'privacy',
    summary: 'What retention would remove now',
    response: retentionPreview,
  },
  retentionRun: {
    method: 'POST',
    allow: 'privacy.manage',
    path: '/api/privacy/retention',
    tag: 'privacy',
    summary: 'Apply retention now; otherwise it is applied once a day',
    response: job,
  },
} as const satisfies Record<string, Endpoint>;
