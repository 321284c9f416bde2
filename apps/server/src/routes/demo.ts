import type { Handlers } from './handler.ts';

export const demoHandlers: Handlers<'demoStatus' | 'demoLoad' | 'demoClear'> = {
  demoStatus: (_, { demo }) => demo.status(),
  demoLoad: ({ body }, { demo }) => demo.load(body),
  demoClear: (_, { demo }) => demo.clear(),
};
