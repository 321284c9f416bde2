import type { IdentityEffect } from '@guanxi/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, refreshIdentity } from '../../api/queries.ts';
import { number } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Identifier } from '../../ui/Identifier.tsx';
import { Mark } from '../../ui/Page.tsx';
import { Failure, QueryView } from '../../ui/states.tsx';
import { toast } from '../../ui/toast.tsx';

function Parts({ effect, linked }: { effect: IdentityEffect; linked: boolean }) {
  const { t } = useTranslation();
  return (
    <div className="parts">
      {effect.parts.map((part) => (
        <section key={part.person} className="part">
          <div className="row between">
            <Mark tone={part.isNew ? 'warning' : 'accent'}>
              {t(part.isNew ? 'identity.newPerson' : 'identity.staysPerson')}
            </Mark>
            <span className="meta">{t('customer.events', { n: number(part.events) })}</span>
          </div>
          <div className="stack tight">
            {part.identifiers.map((item) => (
              <Identifier key={item.id} value={item} />
            ))}
          </div>
          {linked && (
            <Link to="/customers/$id" params={{ id: part.person }}>
              {t('event.openPerson')}
            </Link>
          )}
        </section>
      ))}
    </div>
  );
}

interface UnmergeProps {
  readonly person: string;
  readonly identifiers: string[];
  readonly onClose: () => void;
  readonly onDone: () => void;
}

function usePerson(
  person: string,
  identifiers: string[],
  { onClose, onDone }: Pick<UnmergeProps, 'onClose' | 'onDone'>,
) {
  const { t } = useTranslation();
  const unmerge = useMutation({
    mutationFn: (reason: string) => call('unmerge', { params: { id: person }, body: { identifiers, reason } }),
    onSuccess: async () => {
      onDone();
      await refreshIdentity();
    },
  });
  const undo = useMutation({
    mutationFn: async (effect: IdentityEffect) => {
      for (const link of effect.severed) await call('linkIdentifiers', { body: { a: link.a, b: link.b } });
    },
    onSuccess: async () => {
      await refreshIdentity();
      toast(t('identity.undone'));
      onClose();
    },
  });
  return { unmerge, undo };
}

function Preview({ effect }: { effect: IdentityEffect }) {
  const { t } = useTranslation();
  const figures = { links: number(effect.severed.length), parts: number(effect.parts.length) };
  return (
    <>
      <p>{effect.changed ? t('identity.previewNote', figures) : t('identity.noChange')}</p>
      <Parts effect={effect} linked={false} />
    </>
  );
}

function Reason({ value, onChange }: { value: string; onChange: (reason: string) => void }) {
  const { t } = useTranslation();
  return (
    <label className="stack tight">
      <span className="meta">{t('identity.reason')}</span>
      <Input
        value={value}
        maxLength={500}
        placeholder={t('identity.reasonPlaceholder')}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}

/** Shows what taking identifiers out would give, does it on confirmation, and can take it back. */
export function Unmerge({ person, identifiers, onClose, onDone }: UnmergeProps) {
  const { t } = useTranslation();
  // What was chosen when this opened: the choice itself is emptied once it is done.
  const [taken] = useState(identifiers);
  const [reason, setReason] = useState('');
  const preview = useQuery({
    queryKey: ['unmergePreview', person, taken],
    queryFn: ({ signal }) => call('unmergePreview', { params: { id: person }, body: { identifiers: taken } }, signal),
    gcTime: 0,
    staleTime: Infinity,
  });
  const { unmerge, undo } = usePerson(person, taken, { onClose, onDone });
  const done = unmerge.data;
  const footer = done ? (
    <>
      <Button loading={undo.isPending} icon={<Icon name="undo" size={14} />} onClick={() => undo.mutate(done)}>
        {t('identity.undo')}
      </Button>
      <Button type="primary" onClick={onClose}>
        {t('action.close')}
      </Button>
    </>
  ) : (
    <>
      <Button onClick={onClose}>{t('action.cancel')}</Button>
      <Button
        type="primary"
        disabled={!preview.data?.changed}
        loading={unmerge.isPending}
        onClick={() => unmerge.mutate(reason)}
      >
        {t('identity.confirm')}
      </Button>
    </>
  );
  return (
    <Modal
      open
      width={720}
      title={t(done ? 'identity.unmerged' : 'identity.preview')}
      onCancel={onClose}
      footer={footer}
    >
      {done ? (
        <div className="stack">
          <p>{t('identity.doneNote', { n: number(done.severed.length) })}</p>
          <Parts effect={done} linked />
        </div>
      ) : (
        <div className="stack">
          <QueryView query={preview} compact>
            {(effect) => <Preview effect={effect} />}
          </QueryView>
          <Reason value={reason} onChange={setReason} />
        </div>
      )}
      {unmerge.isError && <Failure compact error={unmerge.error} />}
      {undo.isError && <Failure compact error={undo.error} />}
    </Modal>
  );
}
