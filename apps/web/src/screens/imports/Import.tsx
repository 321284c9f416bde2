import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { read } from '../../api/queries.ts';
import { Page } from '../../ui/Page.tsx';
import { QueryView } from '../../ui/states.tsx';
import './imports.css';
import { MapStep } from './MapStep.tsx';
import { RunStep } from './RunStep.tsx';
import { UploadStep } from './UploadStep.tsx';

const route = getRouteApi('/data/import');
const steps = ['upload', 'map', 'run'] as const;

function Steps({ now }: { now: (typeof steps)[number] }) {
  const { t } = useTranslation();
  const at = steps.indexOf(now);
  return (
    <ol className="import-steps" aria-label={t('imports.steps')}>
      {steps.map((step, index) => (
        <li key={step} className={index < at ? 'done' : undefined} aria-current={step === now ? 'step' : undefined}>
          <span>{index + 1}</span>
          {t(`imports.step.${step}`)}
        </li>
      ))}
    </ol>
  );
}

function Mapping({ file }: { file: string }) {
  const { t } = useTranslation();
  const navigate = route.useNavigate();
  const sample = useQuery({
    ...read('importSample', { body: { file } }),
    staleTime: Infinity,
  });
  const another = <Button onClick={() => void navigate({ search: {} })}>{t('imports.another_file')}</Button>;
  return (
    <>
      {sample.isError && <div>{another}</div>}
      <QueryView query={sample}>
        {(data) => (
          <MapStep
            key={file}
            file={file}
            sample={data}
            onRun={(job) => void navigate({ search: (now) => ({ ...now, job }) })}
          />
        )}
      </QueryView>
    </>
  );
}

/** From a file to events: upload, map, check, run. */
export function Import() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const step = search.job ? 'run' : search.file ? 'map' : 'upload';
  return (
    <Page
      title={search.name ? t('imports.titleOf', { name: search.name }) : t('imports.title')}
      lead={t('imports.lead')}
    >
      <Steps now={step} />
      {step === 'upload' && <UploadStep onFile={(file, name) => void navigate({ search: { file, name } })} />}
      {step === 'map' && search.file && <Mapping file={search.file} />}
      {step === 'run' && search.job && (
        <RunStep
          id={search.job}
          onBack={() => void navigate({ search: (now) => ({ ...now, job: undefined }) })}
          onNew={() => void navigate({ search: {} })}
        />
      )}
    </Page>
  );
}
