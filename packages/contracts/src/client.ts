import type { CallOf, Endpoint, ResultOf } from './endpoint.ts';
import { endpoints, type EndpointName, type Endpoints } from './endpoints/index.ts';
import { problem, type Problem } from './common.ts';

/** A refusal of the server, with its stable code, remedy and request id. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem,
  ) {
    super(problem.message);
    this.name = 'ApiError';
  }
}

/** The address of a call: parameters filled in, query values that are absent left out. */
export function urlOf(endpoint: Endpoint, call: { params?: unknown; query?: unknown } = {}): string {
  const params = (call.params ?? {}) as Record<string, unknown>;
  const path = endpoint.path.replace(/:([a-zA-Z]+)/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries((call.query ?? {}) as Record<string, unknown>))
    if (value !== undefined && value !== null && value !== '')
      search.set(name, Array.isArray(value) ? value.join(',') : String(value));
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

async function refusal(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  const parsed = problem.safeParse(body);
  return new ApiError(
    response.status,
    parsed.success ? parsed.data : { code: 'unexpected', message: `HTTP ${response.status}` },
  );
}

export type Client = {
  [N in EndpointName]: (
    call?: CallOf<Endpoints[N]> & { signal?: AbortSignal; upload?: NonNullable<RequestInit['body']> },
  ) => Promise<ResultOf<Endpoints[N]>>;
};

/**
 * A header that no page of another site can send: a browser asks first, and the API never agrees. The server wants it
 * with every change that comes without a token, that is with a cookie. `idle` says that nobody touched the page lately:
 * such requests do not keep a session alive.
 */
export const CLIENT_HEADER = 'x-guanxi';

/**
 * A fetch that shows a token with every request: an API key, or the token of the machine's own server. Give it to
 * {@link createClient}, or call it as it is.
 */
export function withToken(token: string, fetcher: typeof fetch = (...args) => fetch(...args)): typeof fetch {
  return (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('authorization', `Bearer ${token}`);
    return fetcher(input, { ...init, headers });
  };
}

/**
 * A typed client of the whole API, derived from the endpoint list. `base` is the server's address, empty for the same
 * origin. Throws {@link ApiError} for every answer that is not 2xx.
 */
export function createClient(base = '', fetcher: typeof fetch = (...args) => fetch(...args)): Client {
  const call = async (
    endpoint: Endpoint,
    input: CallOf<Endpoint> & { signal?: AbortSignal; upload?: NonNullable<RequestInit['body']> } = {},
  ) => {
    const hasBody = input.body !== undefined;
    const init: RequestInit = { method: endpoint.method, headers: { [CLIENT_HEADER]: 'client' } };
    if (input.upload !== undefined) {
      init.body = input.upload;
      init.headers = { ...init.headers, 'content-type': 'application/octet-stream' };
      Object.assign(init, { duplex: 'half' });
    } else if (hasBody) {
      init.body = JSON.stringify(input.body);
      init.headers = { ...init.headers, 'content-type': 'application/json' };
    }
    if (input.signal) init.signal = input.signal;
    const response = await fetcher(base + urlOf(endpoint, input), init);
    if (!response.ok) throw await refusal(response);
    return (await response.json()) as unknown;
  };
  return Object.fromEntries(
    Object.entries(endpoints).map(([name, endpoint]) => [name, (input?: CallOf<Endpoint>) => call(endpoint, input)]),
  ) as unknown as Client;
}
