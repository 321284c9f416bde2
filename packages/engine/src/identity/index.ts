export {
  identityDecision,
  parseDecision,
  type DecisionItem,
  type IdentityDecision,
  type IdentityItem,
  type Observation,
} from './decision.ts';
export { compileExtractor } from './extract.ts';
export { createIdentity, type BatchBounds, type Identity } from './identity.ts';
export { defaultRules } from './rules.ts';
export { identityRows } from './schema.ts';
