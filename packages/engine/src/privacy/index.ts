export type { Consent } from './consent.ts';
export { CONSENT_EVENT } from './consent-rows.ts';
export type { RiverControl, UploadControl } from './parts.ts';
export { createPrivacy, openPrivacy, type Privacy, type PrivacyBase } from './privacy.ts';
