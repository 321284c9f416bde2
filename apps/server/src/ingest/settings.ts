import type { SourceConfig } from '@guanxi/engine/ingest';
import type { FastifyRequest } from 'fastify';
import { first } from './keys.ts';

/** Behind a proxy that ends TLS, the address that the browser used is in the proxy's header. */
function protocolOf(request: FastifyRequest): 'http' | 'https' {
  const forwarded = first(request.headers['x-forwarded-proto'])?.split(',', 1)[0]?.trim();
  return (forwarded ?? request.protocol) === 'https' ? 'https' : 'http';
}

/**
 * What Segment's clients ask for before they send. Without `metrics` the browser's client would report about itself to a
 * third party; over plain HTTP it must be told the protocol.
 */
export function segmentSettings(request: FastifyRequest, source: SourceConfig): object {
  const protocol = protocolOf(request);
  return {
    integrations: {
      'Segment.io': {
        apiKey: source.writeKey,
        apiHost: `${request.host}/v1`,
        ...(protocol === 'http' ? { protocol } : {}),
      },
    },
    metrics: { sampleRate: 0 },
  };
}

/** What RudderStack's clients ask for before they send: no destinations, nothing reported about themselves. */
export function rudderSourceConfig(source: SourceConfig): object {
  return {
    source: {
      id: source.id,
      name: source.name,
      workspaceId: 'guanxi',
      enabled: source.enabled,
      config: {},
      destinations: [],
    },
  };
}

const NO_FLAGS = { flags: {}, featureFlags: {}, featureFlagPayloads: {}, errorsWhileComputingFlags: false };

/** What PostHog's clients ask for: capture events, and none of the services that are not here. */
export function posthogConfig(token: string): object {
  return {
    token,
    supportedCompression: ['gzip', 'gzip-js'],
    hasFeatureFlags: false,
    captureDeadClicks: false,
    capturePerformance: false,
    autocapture_opt_out: false,
    autocaptureExceptions: false,
    errorTracking: { autocaptureExceptions: false, suppressionRules: [] },
    logs: { captureConsoleLogs: false },
    analytics: { endpoint: '/e/' },
    elementsChainAsString: true,
    sessionRecording: false,
    heatmaps: false,
    surveys: false,
    productTours: false,
    conversations: false,
    defaultIdentifiedOnly: true,
    siteApps: [],
    isAuthenticated: false,
    toolbarParams: {},
  };
}

export const posthogFlags = (token: string): object => ({ ...posthogConfig(token), ...NO_FLAGS });
