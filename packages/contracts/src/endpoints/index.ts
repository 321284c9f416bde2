import type { Endpoint } from '../endpoint.ts';
import { auditEndpoints } from './audit.ts';
import { accessEndpoints } from './access.ts';
import { customersEndpoints } from './customers.ts';
import { dataEndpoints } from './data.ts';
import { demoEndpoints } from './demo.ts';
import { exploreEndpoints } from './explore.ts';
import { graphEndpoints } from './graph.ts';
import { identityEndpoints } from './identity.ts';
import { importsEndpoints } from './imports.ts';
import { piiEndpoints } from './pii.ts';
import { privacyEndpoints } from './privacy.ts';
import { systemEndpoints } from './system.ts';

/** Every operation of the API: paths, inputs and outputs are written down here and nowhere else. */
export const endpoints = {
  ...accessEndpoints,
  ...systemEndpoints,
  ...dataEndpoints,
  ...importsEndpoints,
  ...identityEndpoints,
  ...customersEndpoints,
  ...graphEndpoints,
  ...auditEndpoints,
  ...piiEndpoints,
  ...exploreEndpoints,
  ...demoEndpoints,
  ...privacyEndpoints,
} as const satisfies Record<string, Endpoint>;

export type Endpoints = typeof endpoints;
export type EndpointName = keyof Endpoints;
