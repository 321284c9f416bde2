import { ApiError, CLIENT_HEADER, endpoints, problem, urlOf, type ResultOf } from '@guanxi/contracts';
import { reportSignedOut } from './session.ts';

/**
 * Uploads a file and tells how much of it has left, from 0 to 1. XMLHttpRequest because fetch reports no upload
 * progress. Throws {@link ApiError} for a refusal, TypeError where the server does not answer.
 */
export function uploadFile(
  file: File,
  onProgress: (share: number) => void,
  signal?: AbortSignal,
): Promise<ResultOf<typeof endpoints.upload>> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', urlOf(endpoints.upload, { query: { name: file.name } }));
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.setRequestHeader(CLIENT_HEADER, 'console');
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    };
    request.onload = () => {
      const body: unknown = safeJson(request.responseText);
      if (request.status === 401) reportSignedOut();
      if (request.status >= 200 && request.status < 300) resolve(endpoints.upload.response.parse(body));
      else reject(new ApiError(request.status, problemOf(body, request.status)));
    };
    request.onerror = () => reject(new TypeError('network'));
    request.onabort = () => reject(new DOMException('aborted', 'AbortError'));
    signal?.addEventListener('abort', () => request.abort(), { once: true });
    request.send(file);
  });
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const problemOf = (body: unknown, status: number) => {
  const parsed = problem.safeParse(body);
  return parsed.success ? parsed.data : { code: 'unexpected', message: `HTTP ${status}` };
};
