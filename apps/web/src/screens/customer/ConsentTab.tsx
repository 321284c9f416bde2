import type { Customer, CustomerConsent } from '@guanxi/contracts';
import { endpoints, urlOf } from '@guanxi/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Button, Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, read, refresh } from '../../api/queries.ts';
import { useMay } from '../../api/session.ts';
import { EventSide } from '../../ui/EventSide.tsx';
import { dateTime } from '../../ui/format.ts';
import { Identifier } from '../../ui/Identifier.tsx';
import { OpenEvent } from '../../ui/OpenEvent.tsx';
import { Mark, Panel, type Tone } from '../../ui/Page.tsx';
import { Empty, Failure, QueryView } from '../../ui/states.tsx';
import { toast } from '../../ui/toast.tsx';
import { CorrectTrait } from './CorrectTrait.tsx';
import { EraseCustomer } from './EraseCustomer.tsx';

const route = getRouteApi('/customers/$id');
const tones = { granted: 'success', denied: 'danger', unknown: 'neutral' } as const satisfies Record<string, Tone>;

function useNamed() {
  const { i18n } = useTranslation();
  const language = i18n.language === 'zh' ? 'zh' : 'en';
  return (list: CustomerConsent['channels'], key: string) =>
    list.find((item) => item.key === key)?.name[language] ?? key;
}

function Matrix({ consent, onOpen }: { consent: CustomerConsent; onOpen: (seq: number) => void }) {
  const { t } = useTranslation();
  const named = useNamed();
  const stateOf = new Map(consent.states.map((item) => [`${item.purpose} ${item.channel}`, item]));
  return (
    <div className="scroll-x">
      <table className="plain">
        <thead>
          <tr>
            <th>{t('consent.purpose')}</th>
            {consent.channels.map(({ key }) => (
              <th key={key}>{named(consent.channels, key)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {consent.purposes.map(({ key: purpose }) => (
            <tr key={purpose}>
              <td>{named(consent.purposes, purpose)}</td>
              {consent.channels.map(({ key: channel }) => {
                const item = stateOf.get(`${purpose} ${channel}`)!;
                const mark = <Mark tone={tones[item.state]}>{t(`consent.state.${item.state}`)}</Mark>;
                return (
                  <td key={channel} title={item.since ? dateTime(item.since) : undefined}>
                    {item.seq === null ? (
                      mark
                    ) : (
                      <button type="button" onClick={() => onOpen(item.seq!)}>
                        {mark}
                      </button>
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Recorder({ id, consent }: { id: string; consent: CustomerConsent }) {
  const { t } = useTranslation();
  const named = useNamed();
  const [purpose, setPurpose] = useState(consent.purposes[0]!.key);
  const [channel, setChannel] = useState<string>('');
  const [evidence, setEvidence] = useState('');
  const save = useMutation({
    mutationFn: (granted: boolean) =>
      call('customerConsentUpdate', {
        params: { id },
        body: { changes: [{ purpose, channel: channel || null, granted }], evidence },
      }),
    onSuccess: async () => {
      setEvidence('');
      await refresh('customerConsent', 'customerTimeline');
      toast(t('consent.recorded'));
    },
  });
  return (
    <div className="stack">
      <div className="row wrap">
        <Select
          aria-label={t('consent.purpose')}
          value={purpose}
          onChange={setPurpose}
          options={consent.purposes.map(({ key }) => ({ value: key, label: named(consent.purposes, key) }))}
          popupMatchSelectWidth={false}
        />
        <Select
          aria-label={t('consent.channel')}
          value={channel}
          onChange={setChannel}
          options={[
            { value: '', label: t('consent.everyChannel') },
            ...consent.channels.map(({ key }) => ({ value: key, label: named(consent.channels, key) })),
          ]}
          popupMatchSelectWidth={false}
        />
        <Input
          className="consent-evidence"
          aria-label={t('consent.evidence')}
          placeholder={t('consent.evidencePlaceholder')}
          maxLength={500}
          value={evidence}
          onChange={(event) => setEvidence(event.target.value)}
        />
        <Button disabled={!evidence.trim()} loading={save.isPending} onClick={() => save.mutate(true)}>
          {t('consent.grant')}
        </Button>
        <Button danger disabled={!evidence.trim()} loading={save.isPending} onClick={() => save.mutate(false)}>
          {t('consent.deny')}
        </Button>
      </div>
      {save.isError && <Failure compact error={save.error} />}
    </div>
  );
}

function History({ consent, onOpen }: { consent: CustomerConsent; onOpen: (seq: number) => void }) {
  const { t } = useTranslation();
  const named = useNamed();
  if (consent.history.length === 0) return <Empty compact why={t('consent.none')} />;
  return (
    <table className="plain inset">
      <thead>
        <tr>
          <th>{t('traits.time')}</th>
          <th>{t('consent.purpose')}</th>
          <th>{t('consent.channel')}</th>
          <th>{t('consent.said')}</th>
          <th>{t('traits.from')}</th>
          <th>{t('consent.evidence')}</th>
          <th className="end">{t('traits.evidence')}</th>
        </tr>
      </thead>
      <tbody>
        {consent.history.map((item, at) => (
          <tr key={`${item.seq}${at}`}>
            <td className="muted">{dateTime(item.time, false)}</td>
            <td>{named(consent.purposes, item.purpose)}</td>
            <td>{item.channel === null ? t('consent.everyChannel') : named(consent.channels, item.channel)}</td>
            <td>
              <Mark tone={tones[item.granted ? 'granted' : 'denied']}>
                {t(item.granted ? 'consent.state.granted' : 'consent.state.denied')}
              </Mark>
            </td>
            <td>{item.from && <Identifier value={item.from} />}</td>
            <td className="muted">{[item.actor, item.evidence].filter(Boolean).join(' · ')}</td>
            <td className="end">
              <OpenEvent seq={item.seq} onOpen={onOpen} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What a person agreed to and when, and what may be done about their data. */
export function ConsentTab({ customer }: { customer: Customer }) {
  const { t } = useTranslation();
  const may = useMay();
  const { seq } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(read('customerConsent', { params: { id: customer.id } }));
  const open = (next: number | undefined) =>
    void navigate({ search: (now) => ({ ...now, seq: next === undefined ? undefined : String(next) }), replace: true });
  return (
    <div className={seq ? 'beside open rail' : 'beside'}>
      <div className="side stack">
        <QueryView query={query}>
          {(consent) => (
            <>
              <Panel title={t('consent.title')} note={t('consent.note')}>
                <div className="stack">
                  <Matrix consent={consent} onOpen={open} />
                  {may('consent.write') && <Recorder id={customer.id} consent={consent} />}
                </div>
              </Panel>
              <Panel title={t('consent.history')} flush>
                <History consent={consent} onOpen={open} />
              </Panel>
            </>
          )}
        </QueryView>
        {may('consent.write') && (
          <Panel title={t('correct.title')} note={t('correct.note')}>
            <CorrectTrait customer={customer} onOpen={open} />
          </Panel>
        )}
        {may('privacy.manage') && (
          <Panel title={t('consent.rights')}>
            <div className="stack">
              <div className="row wrap">
                <a href={urlOf(endpoints.customerAccess, { params: { id: customer.id } })} download>
                  {t('consent.access')}
                </a>
                <span className="meta">{t('consent.accessNote')}</span>
              </div>
              <EraseCustomer id={customer.id} />
            </div>
          </Panel>
        )}
      </div>
      {seq && <EventSide evidence seq={Number(seq)} onClose={() => open(undefined)} />}
    </div>
  );
}
