import type { Customer } from '@guanxi/contracts';
import { useMutation } from '@tanstack/react-query';
import { Button, Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, refresh } from '../../api/queries.ts';
import { dateTime } from '../../ui/format.ts';
import { OpenEvent } from '../../ui/OpenEvent.tsx';
import { Failure } from '../../ui/states.tsx';
import { toast } from '../../ui/toast.tsx';
import { useNames } from '../../ui/useOntology.ts';

/** What is known under the chosen name, with what other identifiers of the person say. */
function Known({ customer, name, onOpen }: { customer: Customer; name: string; onOpen: (seq: number) => void }) {
  const { t } = useTranslation();
  const trait = customer.traits.find((one) => one.name === name);
  if (!trait) return <p className="muted">{t('correct.unknown')}</p>;
  return (
    <table className="plain">
      <tbody>
        {[trait, ...trait.others].map((one, at) => (
          <tr key={`${one.seq}${at}`}>
            <td>{at === 0 ? <b>{one.value}</b> : <span className="muted">{one.value}</span>}</td>
            <td className="muted">{dateTime(one.time)}</td>
            <td className="end">
              <OpenEvent seq={one.seq} onOpen={onOpen} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Corrects what is known of a person: an event of the log, so that it is in the history and undone by a later one. */
export function CorrectTrait({ customer, onOpen }: { customer: Customer; onOpen: (seq: number) => void }) {
  const { t } = useTranslation();
  const names = useNames();
  const [trait, setTrait] = useState<string>();
  const [value, setValue] = useState('');
  const [reason, setReason] = useState('');
  const save = useMutation({
    mutationFn: () => call('customerCorrect', { params: { id: customer.id }, body: { trait: trait!, value, reason } }),
    onSuccess: async () => {
      setValue('');
      setReason('');
      await refresh('customer', 'customerTimeline', 'customerIdentity');
      toast(t('correct.done'));
    },
  });
  const known = customer.traits.map(({ name }) => name);
  const possible = Object.keys(names.ontology?.nodeTypes['person']?.attributes ?? {});
  const options = [...new Set([...known, ...possible])].map((name) => ({
    value: name,
    label: names.attribute('person', name),
  }));
  const ready = trait !== undefined && value.trim() !== '' && reason.trim() !== '';
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) save.mutate();
      }}
    >
      <div className="row wrap">
        <Select
          className="correct-field"
          aria-label={t('correct.field')}
          placeholder={t('correct.field')}
          value={trait}
          onChange={setTrait}
          options={options}
          showSearch
          optionFilterProp="label"
          popupMatchSelectWidth={false}
        />
        <Input
          className="correct-value"
          aria-label={t('correct.value')}
          placeholder={t('correct.value')}
          maxLength={5000}
          value={value}
          onChange={(event) => setValue(event.target.value)}
        />
        <Input
          className="consent-evidence"
          aria-label={t('correct.reason')}
          placeholder={t('correct.reason')}
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
        <Button htmlType="submit" disabled={!ready} loading={save.isPending}>
          {t('correct.save')}
        </Button>
      </div>
      {save.isError && <Failure compact error={save.error} />}
      {trait !== undefined && <Known customer={customer} name={trait} onOpen={onOpen} />}
    </form>
  );
}
