import { z } from 'zod';
import type { Endpoint } from '../endpoint.ts';
import { job } from '../jobs.ts';
import { fileFormat, fileSample, importMapping, mappingCheck } from '../mapping.ts';

const fileRef = z.object({ file: z.string().min(1).max(500).describe('The id an upload answered') });

/** Files. */
export const importsEndpoints = {
  upload: {
    method: 'POST',
    allow: 'data.manage',
    path: '/api/imports/files',
    tag: 'import',
    summary: 'Upload a file to import; the body is the file',
    streams: 'upload',
    query: z.object({ name: z.string().min(1).max(255) }),
    response: fileRef.extend({ bytes: z.number().int() }),
  },
  importSample: {
    method: 'POST',
    allow: 'data.manage',
    path: '/api/imports/sample',
    reads: true,
    tag: 'import',
    summary: 'Columns, first rows and a proposed mapping with confidence',
    body: fileRef.extend({ format: fileFormat.optional() }),
    response: fileSample,
  },
  importCheck: {
    method: 'POST',
    allow: 'data.manage',
    path: '/api/imports/check',
    reads: true,
    tag: 'import',
    summary: 'What the first 1,000 rows become under a mapping',
    body: fileRef.extend({ mapping: importMapping, rows: z.number().int().min(1).max(10_000).default(1000) }),
    response: mappingCheck,
  },
  importRun: {
    method: 'POST',
    allow: 'data.manage',
    path: '/api/imports',
    tag: 'import',
    summary: 'Import a file; running it twice changes nothing',
    body: fileRef.extend({ mapping: importMapping }),
    response: job,
  },
} as const satisfies Record<string, Endpoint>;
