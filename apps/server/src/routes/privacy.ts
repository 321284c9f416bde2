import { UserError } from '@guanxi/engine/platform';
import type { Handlers } from './handler.ts';

export const privacyHandlers: Handlers<
  | 'customerConsent'
  | 'customerConsentUpdate'
  | 'customerCorrect'
  | 'erasurePreview'
  | 'erasureRequest'
  | 'erasures'
  | 'erasure'
  | 'privacySettings'
  | 'privacySettingsUpdate'
  | 'retentionPreview'
  | 'retentionRun'
> = {
  customerConsent: ({ params }, { privacy }) => privacy.consentOf(params.id),
  customerConsentUpdate: ({ params, body }, { privacy }, { actor }) => privacy.setConsent(params.id, body, actor),
  async customerCorrect({ params, body }, { privacy, profile }, { actor }) {
    await privacy.correct(params.id, body, actor);
    return { traits: (await profile.customer(params.id)).traits };
  },
  erasurePreview: ({ params }, { privacy }) => privacy.previewErasure(params.id),
  async erasureRequest({ params, body }, { privacy, profile }, { actor }) {
    if (body.confirm !== (await profile.person(params.id)))
      throw new UserError('invalid', 'not_confirmed', "The number that was typed is not this customer's", {
        where: 'confirm',
      });
    return privacy.erase(params.id, body.reason, actor);
  },
  erasures: ({ query }, { privacy }) => privacy.erasures(query.limit, query.cursor),
  erasure: ({ params }, { privacy }) => privacy.erasure(params.id),
  privacySettings: async (_, { privacy }) => privacy.settings(),
  privacySettingsUpdate: ({ body }, { privacy }) => privacy.setSettings(body),
  retentionPreview: (_, { privacy }) => privacy.previewRetention(),
  retentionRun: (_, { privacy }) => privacy.applyRetention(),
};
