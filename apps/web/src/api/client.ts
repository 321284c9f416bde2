import { ApiError, CLIENT_HEADER, createClient, problem } from '@guanxi/contracts';
import { currentLanguage } from '../app/i18n/index.ts';
import { reportConnection } from './connection.ts';
import { isIdle, reportSignedOut } from './session.ts';

/** Answers of a proxy that stands before a server that is away. */
const awayStatus = new Set([502, 503, 504]);

async function watchedFetch(...[input, init]: Parameters<typeof fetch>): Promise<Response> {
  const headers = new Headers(init?.headers);
  headers.set(CLIENT_HEADER, isIdle() ? 'idle' : 'console');
  headers.set('accept-language', currentLanguage());
  try {
    const response = await fetch(input, { ...init, headers });
    reportConnection(!awayStatus.has(response.status));
    if (response.status === 401) reportSignedOut();
    return response;
  } catch (error) {
    // A request that this page took back says nothing about the server.
    if (!(error instanceof DOMException && error.name === 'AbortError')) reportConnection(false);
    throw error;
  }
}

export const api = createClient('', watchedFetch);

/** A file of the server with what its headers say. Throws what calls throw. */
export async function getFile(url: string): Promise<{ headers: Headers; content: Blob }> {
  const response = await watchedFetch(url);
  if (response.ok) return { headers: response.headers, content: await response.blob() };
  const told = problem.safeParse(await response.json().catch(() => null));
  const unknown = { code: 'unexpected', message: `HTTP ${response.status}` };
  throw new ApiError(response.status, told.success ? told.data : unknown);
}
