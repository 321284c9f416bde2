import { z } from 'zod';
import type { Endpoint } from './endpoint.ts';
import { endpoints } from './endpoints/index.ts';
import { problem } from './common.ts';

type Schema = Record<string, unknown>;
const schemaOf = (type: z.ZodType, io: 'input' | 'output'): Schema => {
  const { $schema: _, ...schema } = z.toJSONSchema(type, {
    target: 'openapi-3.0',
    unrepresentable: 'any',
    io,
  }) as Schema;
  return schema;
};

const parametersOf = (object: z.ZodObject | undefined, place: 'path' | 'query') =>
  Object.entries(object?.shape ?? {}).map(([name, type]) => ({
    name,
    in: place,
    required: place === 'path' || !(type as z.ZodType).safeParse(undefined).success,
    schema: schemaOf(type as z.ZodType, 'input'),
  }));

const bodyOf = (endpoint: Endpoint) => {
  if (endpoint.streams === 'upload')
    return {
      requestBody: { content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } },
    };
  if (!endpoint.body) return {};
  return {
    requestBody: { required: true, content: { 'application/json': { schema: schemaOf(endpoint.body, 'input') } } },
  };
};

/** What stands in an `Authorization` header or in the cookie. */
const securitySchemes = {
  token: { type: 'http', scheme: 'bearer', description: 'An API key' },
  session: { type: 'apiKey', in: 'cookie', name: 'guanxi', description: 'Set by signing in' },
};

const answerOf = (endpoint: Endpoint) => {
  if (endpoint.streams === 'file')
    return { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } };
  const schema = endpoint.response ? schemaOf(endpoint.response, 'output') : {};
  return { [endpoint.streams === 'events' ? 'text/event-stream' : 'application/json']: { schema } };
};

/** The API as an OpenAPI 3.0 document, derived from the endpoint list. */
export function openApi(version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [operationId, endpoint] of Object.entries(endpoints as Record<string, Endpoint>)) {
    const path = endpoint.path.replace(/:([a-zA-Z]+)/g, '{$1}');
    (paths[path] ??= {})[endpoint.method.toLowerCase()] = {
      operationId,
      tags: [endpoint.tag],
      summary: endpoint.summary,
      security: endpoint.allow === 'public' ? [] : [{ token: [] }, { session: [] }],
      'x-permission': endpoint.allow,
      parameters: [...parametersOf(endpoint.params, 'path'), ...parametersOf(endpoint.query, 'query')],
      ...bodyOf(endpoint),
      responses: {
        ...(endpoint.streams === 'redirect'
          ? { 302: { description: 'Elsewhere' } }
          : { 200: { description: 'Done', content: answerOf(endpoint) } }),
        default: { description: 'Refused', content: { 'application/json': { schema: schemaOf(problem, 'output') } } },
      },
    };
  }
  return {
    openapi: '3.0.3',
    info: { title: 'Guanxi', version, description: 'Customer data platform: events, One-ID, graph' },
    paths,
    components: { securitySchemes },
  };
}
