import { ApiError, type CallOf, type EndpointName, type Endpoints, type ResultOf } from '@guanxi/contracts';
import { QueryClient, queryOptions } from '@tanstack/react-query';
import { api } from './client.ts';

type Caller<N extends EndpointName> = (
  call: CallOf<Endpoints[N]> & { signal?: AbortSignal },
) => Promise<ResultOf<Endpoints[N]>>;

/** Calls one endpoint; the type of the answer follows from its name. */
export const call = <N extends EndpointName>(
  name: N,
  input: CallOf<Endpoints[N]> = {},
  signal?: AbortSignal,
): Promise<ResultOf<Endpoints[N]>> => (api[name] as unknown as Caller<N>)({ ...input, signal });

/** The query of one endpoint: its key is the endpoint's name and what it is called with. */
export const read = <N extends EndpointName>(name: N, input: CallOf<Endpoints[N]> = {}) =>
  queryOptions({ queryKey: [name, input] as const, queryFn: ({ signal }) => call(name, input, signal) });

const mayPass = (error: unknown) => !(error instanceof ApiError && error.status < 500);

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      refetchOnWindowFocus: false,
      // Otherwise a request of an offline browser waits for ever instead of telling.
      networkMode: 'always',
      retry: (count, error) => mayPass(error) && count < 1,
      retryDelay: 800,
    },
    mutations: { networkMode: 'always' },
  },
});

/** Makes every list that an action may have changed ask again. */
export const refresh = (...names: EndpointName[]): Promise<unknown> =>
  Promise.all(names.map((name) => queryClient.invalidateQueries({ queryKey: [name] })));

/** Everything a change of identity may alter. */
export const refreshIdentity = (): Promise<unknown> =>
  refresh(
    'customerIdentity',
    'customer',
    'customers',
    'customerNetwork',
    'customerTimeline',
    'status',
    'graphNode',
    'graphNeighbours',
  );
