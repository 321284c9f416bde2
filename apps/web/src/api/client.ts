import { createClient } from '@guanxi/contracts';
import { reportConnection } from './connection.ts';

/** Answers of a proxy that stands before a server that is away. */
const awayStatus = new Set([502, 503, 504]);

async function watchedFetch(...[input, init]: Parameters<typeof fetch>): Promise<Response> {
  try {
    const response = await fetch(input, init);
    reportConnection(!awayStatus.has(response.status));
    return response;
  } catch (error) {
    // A request that this page took back says nothing about the server.
    if (!(error instanceof DOMException && error.name === 'AbortError')) reportConnection(false);
    throw error;
  }
}

export const api = createClient('', watchedFetch);
