import { z } from 'zod';
import type { Endpoint } from '../endpoint.ts';
import { nodeId } from '../common.ts';
import {
  identityEffect,
  identityRules,
  linkRequest,
  personIdentity,
  rulesDryRun,
  unmergeRequest,
} from '../identity.ts';
import { job } from '../jobs.ts';

const byNode = z.object({ id: nodeId });

/** One-ID. */
export const identityEndpoints = {
  identityRules: {
    method: 'GET',
    allow: 'identity.read',
    path: '/api/identity/rules',
    tag: 'identity',
    summary: 'The rules of One-ID',
    response: identityRules,
  },
  identityRulesUpdate: {
    method: 'PUT',
    allow: 'identity.manage',
    path: '/api/identity/rules',
    tag: 'identity',
    summary: 'Change the rules and rebuild by replay',
    body: identityRules,
    response: job,
  },
  identityDryRun: {
    method: 'POST',
    allow: 'identity.read',
    path: '/api/identity/rules/dry-run',
    reads: true,
    tag: 'identity',
    summary: 'What other rules would merge and split',
    body: identityRules,
    response: rulesDryRun,
  },
  customerIdentity: {
    method: 'GET',
    allow: 'customers.read',
    path: '/api/customers/:id/identity',
    tag: 'identity',
    summary: "A person's identifiers, links with their evidence, and history",
    params: byNode,
    response: personIdentity,
  },
  unmergePreview: {
    method: 'POST',
    allow: 'identity.decide',
    path: '/api/customers/:id/unmerge/preview',
    reads: true,
    tag: 'identity',
    summary: 'What taking identifiers out of a person would give',
    params: byNode,
    body: unmergeRequest,
    response: identityEffect,
  },
  unmerge: {
    method: 'POST',
    allow: 'identity.decide',
    path: '/api/customers/:id/unmerge',
    tag: 'identity',
    summary: 'Take identifiers out of a person',
    params: byNode,
    body: unmergeRequest,
    response: identityEffect,
  },
  linkIdentifiers: {
    method: 'POST',
    allow: 'identity.decide',
    path: '/api/identity/links',
    tag: 'identity',
    summary: 'Join two identifiers by hand, or undo their unmerge',
    body: linkRequest,
    response: identityEffect,
  },
} as const satisfies Record<string, Endpoint>;
