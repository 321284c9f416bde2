export { createProfile, type CustomerQuery, type Profile, type TimelineQuery } from './profile.ts';
export type { PersonFlow } from './persons.ts';
