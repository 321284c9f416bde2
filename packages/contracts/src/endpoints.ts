import { z } from 'zod';
import { instant, limitOf, listOf, nodeId, pageOf } from './common.ts';
import { customer, customerRow, timeline } from './customer.ts';
import type { Endpoint } from './endpoint.ts';
import { eventDetail, eventSummary, quarantineCode, quarantined, sourceMend, verdict } from './event.ts';
import {
  commonNeighbours,
  commonQuery,
  edgeEvidence,
  graphNode,
  neighbourhood,
  neighbourhoodQuery,
  nodeDetail,
  pathQuery,
  pathResult,
} from './graph.ts';
import { identityEffect, identityRules, linkRequest, personIdentity, rulesDryRun, unmergeRequest } from './identity.ts';
import { job } from './jobs.ts';
import { fileFormat, fileSample, importMapping, mappingCheck } from './mapping.ts';
import { ontology } from './ontology.ts';
import { source, status } from './system.ts';

const byId = z.object({ id: z.string().min(1).max(100) });
const byNode = z.object({ id: nodeId });
const cursor = z.string().max(200).optional();
const window = { from: instant.optional(), to: instant.optional() };
const fileRef = z.object({ file: z.string().min(1).max(500).describe('The id an upload answered') });

export const endpoints = {
  // System
  status: {
    method: 'GET',
    path: '/api/status',
    tag: 'system',
    summary: 'What there is, how fresh it is and how each stage does',
    response: status,
  },
  jobs: {
    method: 'GET',
    path: '/api/jobs',
    tag: 'system',
    summary: 'Long work, newest first',
    query: z.object({ limit: limitOf(200, 50) }),
    response: z.object({ items: z.array(job) }),
  },
  job: { method: 'GET', path: '/api/jobs/:id', tag: 'system', summary: 'One job', params: byId, response: job },
  jobCancel: {
    method: 'POST',
    path: '/api/jobs/:id/cancel',
    tag: 'system',
    summary: 'Stop a job; what it finished is kept',
    params: byId,
    response: job,
  },
  jobRetry: {
    method: 'POST',
    path: '/api/jobs/:id/retry',
    tag: 'system',
    summary: 'Go on with a failed or cancelled job where it stopped',
    params: byId,
    response: job,
  },
  rebuild: {
    method: 'POST',
    path: '/api/rebuild',
    tag: 'system',
    summary: 'Drop everything derived and replay the event log',
    response: job,
  },
  export: {
    method: 'GET',
    path: '/api/export/:what',
    tag: 'system',
    summary: 'Everything of one kind as a file, streamed',
    streams: 'file',
    params: z.object({ what: z.enum(['customers', 'events', 'nodes', 'edges', 'quarantine']) }),
    query: z.object({ format: z.enum(['jsonl', 'csv']).default('jsonl') }),
  },

  // Sources, events, quarantine
  sources: {
    method: 'GET',
    path: '/api/sources',
    tag: 'data',
    summary: 'Sources with freshness, volume and rejects',
    response: z.object({ items: z.array(source) }),
  },
  sourceCreate: {
    method: 'POST',
    path: '/api/sources',
    tag: 'data',
    summary: 'A new source with a write key',
    body: z.object({ name: z.string().trim().min(1).max(100) }),
    response: source,
  },
  sourceUpdate: {
    method: 'PUT',
    path: '/api/sources/:id',
    tag: 'data',
    summary: 'Rename, switch on or off, or mend a source',
    params: byId,
    body: z.object({
      name: z.string().trim().min(1).max(100).optional(),
      enabled: z.boolean().optional(),
      mends: z.array(sourceMend).max(200).optional(),
    }),
    response: source,
  },
  sourceVolume: {
    method: 'GET',
    path: '/api/sources/:id/volume',
    tag: 'data',
    summary: 'Accepted and rejected events per slice of time',
    params: byId,
    query: z.object({
      hours: z.coerce
        .number()
        .int()
        .min(1)
        .max(24 * 90)
        .default(24),
    }),
    response: z.object({
      items: z.array(z.object({ start: instant, accepted: z.number().int(), quarantined: z.number().int() })),
    }),
  },
  live: {
    method: 'GET',
    path: '/api/live',
    tag: 'data',
    summary: 'Events as they come, as server-sent events',
    streams: 'events',
    response: eventSummary,
  },
  events: {
    method: 'GET',
    path: '/api/events',
    tag: 'data',
    summary: 'Events, newest first',
    response: pageOf(eventSummary),
    query: z.object({
      source: z.string().optional(),
      name: z.string().optional(),
      verdict: verdict.optional(),
      limit: limitOf(1000, 100),
      cursor,
    }),
  },
  event: {
    method: 'GET',
    path: '/api/events/:seq',
    tag: 'data',
    summary: 'One event as it came, and what it made of the graph',
    params: z.object({ seq: z.coerce.number().int().min(1) }),
    response: eventDetail,
  },
  quarantine: {
    method: 'GET',
    path: '/api/quarantine',
    tag: 'data',
    summary: 'Events that were not accepted, each with its reason',
    query: z.object({
      status: quarantined.shape.status.default('waiting'),
      code: quarantineCode.optional(),
      source: z.string().optional(),
      limit: limitOf(500, 50),
      cursor,
    }),
    response: pageOf(quarantined).extend({
      groups: z.array(
        z.object({
          code: quarantineCode,
          field: z.string(),
          name: z.string(),
          sourceId: z.string(),
          count: z.number().int(),
        }),
      ),
      total: z.number().int(),
    }),
  },
  quarantineItem: {
    method: 'GET',
    path: '/api/quarantine/:id',
    tag: 'data',
    summary: 'One of them whole',
    params: byId,
    response: quarantined,
  },
  quarantineReplay: {
    method: 'POST',
    path: '/api/quarantine/replay',
    tag: 'data',
    summary: "Check waiting events again under their sources' mends of now; those that pass enter the log",
    body: z.object({
      ids: z.array(z.string()).max(1000).optional(),
      source: z.string().optional(),
      code: quarantineCode.optional(),
      dryRun: z.boolean().default(false),
      mends: z.array(sourceMend).max(200).optional().describe('With dryRun: mends to try instead of the saved ones'),
    }),
    response: z.object({
      tried: z.number().int(),
      passed: z.number().int(),
      stillFailing: z.number().int(),
      sample: z.array(quarantined),
    }),
  },
  quarantineDismiss: {
    method: 'POST',
    path: '/api/quarantine/dismiss',
    tag: 'data',
    summary: 'Put waiting events aside for good',
    body: z.object({ ids: z.array(z.string()).min(1).max(1000) }),
    response: z.object({ dismissed: z.number().int() }),
  },

  // Import
  upload: {
    method: 'POST',
    path: '/api/imports/files',
    tag: 'import',
    summary: 'Upload a file to import; the body is the file',
    streams: 'upload',
    query: z.object({ name: z.string().min(1).max(255) }),
    response: fileRef.extend({ bytes: z.number().int() }),
  },
  importSample: {
    method: 'POST',
    path: '/api/imports/sample',
    tag: 'import',
    summary: 'Columns, first rows and a proposed mapping with confidence',
    body: fileRef.extend({ format: fileFormat.optional() }),
    response: fileSample,
  },
  importCheck: {
    method: 'POST',
    path: '/api/imports/check',
    tag: 'import',
    summary: 'What the first 1,000 rows become under a mapping',
    body: fileRef.extend({ mapping: importMapping, rows: z.number().int().min(1).max(10_000).default(1000) }),
    response: mappingCheck,
  },
  importRun: {
    method: 'POST',
    path: '/api/imports',
    tag: 'import',
    summary: 'Import a file; running it twice changes nothing',
    body: fileRef.extend({ mapping: importMapping }),
    response: job,
  },

  // One-ID
  identityRules: {
    method: 'GET',
    path: '/api/identity/rules',
    tag: 'identity',
    summary: 'The rules of One-ID',
    response: identityRules,
  },
  identityRulesUpdate: {
    method: 'PUT',
    path: '/api/identity/rules',
    tag: 'identity',
    summary: 'Change the rules and rebuild by replay',
    body: identityRules,
    response: job,
  },
  identityDryRun: {
    method: 'POST',
    path: '/api/identity/rules/dry-run',
    tag: 'identity',
    summary: 'What other rules would merge and split',
    body: identityRules,
    response: rulesDryRun,
  },
  customerIdentity: {
    method: 'GET',
    path: '/api/customers/:id/identity',
    tag: 'identity',
    summary: "A person's identifiers, links with their evidence, and history",
    params: byNode,
    response: personIdentity,
  },
  unmergePreview: {
    method: 'POST',
    path: '/api/customers/:id/unmerge/preview',
    tag: 'identity',
    summary: 'What taking identifiers out of a person would give',
    params: byNode,
    body: unmergeRequest,
    response: identityEffect,
  },
  unmerge: {
    method: 'POST',
    path: '/api/customers/:id/unmerge',
    tag: 'identity',
    summary: 'Take identifiers out of a person',
    params: byNode,
    body: unmergeRequest,
    response: identityEffect,
  },
  linkIdentifiers: {
    method: 'POST',
    path: '/api/identity/links',
    tag: 'identity',
    summary: 'Join two identifiers by hand, or undo their unmerge',
    body: linkRequest,
    response: identityEffect,
  },

  // Customers
  customers: {
    method: 'GET',
    path: '/api/customers',
    tag: 'customers',
    summary: 'People, searched by any identifier or name',
    query: z.object({
      search: z.string().max(200).optional(),
      known: z.enum(['true', 'false']).optional(),
      order: z.enum(['last_seen', 'first_seen', 'events']).default('last_seen'),
      limit: limitOf(200, 50),
      cursor,
    }),
    response: pageOf(customerRow).extend({ total: z.number().int() }),
  },
  customer: {
    method: 'GET',
    path: '/api/customers/:id',
    tag: 'customers',
    summary: 'One person: identifiers, traits with their sources, activity',
    params: byNode,
    response: customer,
  },
  customerNetwork: {
    method: 'GET',
    path: '/api/customers/:id/network',
    tag: 'customers',
    summary: 'The network around a person',
    params: byNode,
    query: neighbourhoodQuery,
    response: neighbourhood,
  },
  customerTimeline: {
    method: 'GET',
    path: '/api/customers/:id/timeline',
    tag: 'customers',
    summary: 'What happened, newest first, with density over the whole life',
    params: byNode,
    query: z.object({ ...window, names: listOf.optional(), limit: limitOf(500, 50), cursor }),
    response: timeline,
  },

  // Graph
  graphSearch: {
    method: 'GET',
    path: '/api/graph/search',
    tag: 'graph',
    summary: 'Nodes by key, title or identifier',
    query: z.object({ q: z.string().min(1).max(200), types: listOf.optional(), limit: limitOf(50, 20) }),
    response: z.object({ items: z.array(graphNode) }),
  },
  graphNode: {
    method: 'GET',
    path: '/api/graph/nodes/:id',
    tag: 'graph',
    summary: 'One node with attributes and what it is connected to',
    params: byNode,
    response: nodeDetail,
  },
  graphNeighbours: {
    method: 'GET',
    path: '/api/graph/nodes/:id/neighbours',
    tag: 'graph',
    summary: 'Neighbours by type, capped and ordered',
    params: byNode,
    query: neighbourhoodQuery,
    response: neighbourhood,
  },
  graphPath: {
    method: 'GET',
    path: '/api/graph/paths',
    tag: 'graph',
    summary: 'The shortest path, or the k shortest',
    query: pathQuery,
    response: pathResult,
  },
  graphCommon: {
    method: 'GET',
    path: '/api/graph/common',
    tag: 'graph',
    summary: 'What two nodes have in common',
    query: commonQuery,
    response: commonNeighbours,
  },
  edgeEvents: {
    method: 'GET',
    path: '/api/graph/edges/events',
    tag: 'graph',
    summary: 'The events behind an edge',
    response: pageOf(edgeEvidence),
    query: z.object({ from: nodeId, to: nodeId, type: z.string().max(40), limit: limitOf(500, 50), cursor }),
  },
  ontology: {
    method: 'GET',
    path: '/api/ontology',
    tag: 'graph',
    summary: 'Node types, edge types and what makes them',
    response: ontology,
  },
  ontologyUpdate: {
    method: 'PUT',
    path: '/api/ontology',
    tag: 'graph',
    summary: 'Change the graph and rebuild it by replay',
    body: ontology,
    response: job,
  },
} as const satisfies Record<string, Endpoint>;

export type Endpoints = typeof endpoints;
export type EndpointName = keyof Endpoints;
