import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { read } from '../api/queries.ts';
import { Tip } from './Tip.tsx';

/** Says that something was made up. */
export function DemoLabel() {
  const { t } = useTranslation();
  return <span className="demo-label">{t('demo.label')}</span>;
}

/** The name of a source, labelled where its events are made up. */
export function SourceName({ source }: { source: { readonly name: string; readonly generated: boolean } }) {
  return (
    <>
      {source.name} {source.generated && <DemoLabel />}
    </>
  );
}

/** On every screen, as long as it may show made-up data. */
export function DemoBadge() {
  const { t } = useTranslation();
  const status = useQuery({ ...read('status'), refetchInterval: 5_000 });
  const shown = status.data?.generated ?? 'none';
  if (shown === 'none') return null;
  return (
    <Tip text={t(`demo.${shown}`)} align="start">
      <span role="note" aria-label={t(`demo.${shown}`)}>
        <DemoLabel />
      </span>
    </Tip>
  );
}
