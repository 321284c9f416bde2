import { useQuery } from '@tanstack/react-query';
import { read } from '../../api/queries.ts';

/** Figures and alerts of Home, asked for once however many parts of the page show them. */
export const useHomeFigures = () => useQuery({ ...read('home'), refetchInterval: 15_000 });
export const useAlerts = () => useQuery({ ...read('alerts'), refetchInterval: 15_000 });

/** What there is of the demo data, closely watched while it changes. */
export const useDemo = () =>
  useQuery({
    ...read('demoStatus'),
    refetchInterval: (query) =>
      query.state.data?.state === 'loading' || query.state.data?.state === 'clearing' ? 1_000 : 10_000,
  });
