import type { Ontology } from '@guanxi/contracts';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { call, refresh } from '../../api/queries.ts';
import { toast } from '../../ui/toast.tsx';

/** Saves the ontology; the graph is then made anew by a job, which is the answer. */
export function useSaveOntology() {
  const { t } = useTranslation();
  return useMutation({
    mutationFn: (body: Ontology) => call('ontologyUpdate', { body }),
    onSuccess: async () => {
      await refresh('ontology', 'jobs', 'status');
      toast(t('ontology.saved'));
    },
  });
}
