import type { PrivacySettings } from '@guanxi/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, read, refresh } from '../../api/queries.ts';
import { toast } from '../../ui/toast.tsx';

/** The settings as they are being edited; `draft` is null until something was changed. */
export function useSettings() {
  const { t } = useTranslation();
  const query = useQuery(read('privacySettings'));
  const [draft, setDraft] = useState<PrivacySettings | null>(null);
  const save = useMutation({
    mutationFn: (body: PrivacySettings) => call('privacySettingsUpdate', { body }),
    onSuccess: async () => {
      await refresh('privacySettings', 'retentionPreview', 'customerConsent');
      setDraft(null);
      toast(t('state.saved'));
    },
  });
  return { query, draft, setDraft, save };
}
