export * from './access.ts';
export { callerView, type Caller, nobody } from './caller.ts';
export { type ClientFacts, endSessions } from './sessions.ts';
export type { SignOnPerson } from './sign-on.ts';
