import type { Handlers } from './handler.ts';

export const importHandlers: Handlers<'importSample' | 'importCheck' | 'importRun'> = {
  importSample: ({ body }, { imports }) => imports.sample(body.file, body.format),
  importCheck: ({ body }, { imports }) => imports.check(body.file, body.mapping, body.rows),
  importRun: ({ body }, { imports }) => imports.submit(body.file, body.mapping),
};
