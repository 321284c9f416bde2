import type { IdentityRules } from '@guanxi/contracts';
import { Button, Input, InputNumber, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../../ui/Icon.tsx';
import { MoveButtons } from '../../ui/MoveButtons.tsx';
import { StillSelect } from '../../ui/StillSelect.tsx';
import { useWords } from '../../ui/useWords.ts';

type Kind = IdentityRules['kinds'][number];
const normalisations = ['none', 'lowercase', 'email', 'phone'] as const;
const natures = ['known', 'device'] as const;

interface KindRowProps {
  readonly kind: Kind;
  readonly at: number;
  readonly of: number;
  readonly onChange: (kind: Kind) => void;
  readonly onMove: (by: number) => void;
  readonly onRemove: () => void;
}

interface WordsProps {
  readonly label: string;
  readonly value: readonly string[];
  readonly onChange: (words: string[]) => void;
}

/**
 * Free words as tags; Enter or a comma ends one. Until the field has the focus they are mere text of the same size: two
 * dozen fields that each measure which tags find room would keep the page waiting, and shift it while they do.
 */
function Words({ label, value, onChange }: WordsProps) {
  const [edited, setEdited] = useState(false);
  if (!edited)
    return (
      <button type="button" className="words words-still" onFocus={() => setEdited(true)}>
        <b className="visually-hidden">{label}</b>
        {value.map((word) => (
          <span key={word}>{word}</span>
        ))}
      </button>
    );
  return (
    <Select
      autoFocus
      mode="tags"
      className="words"
      aria-label={label}
      value={[...value]}
      onChange={onChange}
      onBlur={() => setEdited(false)}
      tokenSeparators={[',', ' ']}
      open={false}
      suffixIcon={null}
    />
  );
}

/** How values of a kind are cleaned, what they name, how many a person may have, which name nobody. */
function Behaviour({ kind, onChange }: Pick<KindRowProps, 'kind' | 'onChange'>) {
  const { t } = useTranslation();
  return (
    <>
      <td>
        <StillSelect
          label={t('rules.normalise')}
          value={kind.normalise}
          onChange={(normalise) => onChange({ ...kind, normalise })}
          options={normalisations.map((value) => ({ value, label: t(`rules.normalisations.${value}`) }))}
        />
      </td>
      <td>
        <StillSelect
          label={t('rules.nature')}
          value={kind.nature}
          onChange={(nature) => onChange({ ...kind, nature })}
          options={natures.map((value) => ({ value, label: t(`rules.natures.${value}`) }))}
        />
      </td>
      <td>
        <InputNumber
          className="kind-limit"
          aria-label={t('rules.limit')}
          min={1}
          max={10_000}
          value={kind.limit}
          onChange={(limit) => onChange({ ...kind, limit: limit ?? 1 })}
        />
      </td>
      <td>
        <Words label={t('rules.blocked')} value={kind.blocked} onChange={(blocked) => onChange({ ...kind, blocked })} />
      </td>
    </>
  );
}

/** One kind of identifier, with everything that decides how it joins. */
export function KindRow({ kind, at, of, onChange, onMove, onRemove }: KindRowProps) {
  const { t } = useTranslation();
  const words = useWords();
  const known = words.kind(kind.kind);
  return (
    <tr>
      <td>
        <span className="row">
          <span className="kind-priority">{at + 1}</span>
          <MoveButtons at={at} of={of} onMove={onMove} />
        </span>
      </td>
      <td>
        <Input
          className="mono-input kind-name"
          aria-label={t('rules.kind')}
          value={kind.kind}
          onChange={(event) => onChange({ ...kind, kind: event.target.value })}
        />
        {known !== kind.kind && <span className="meta">{known}</span>}
      </td>
      <td>
        <Words
          label={t('rules.paths')}
          value={kind.paths.filter(Boolean)}
          onChange={(paths) => onChange({ ...kind, paths })}
        />
      </td>
      <Behaviour kind={kind} onChange={onChange} />
      <td className="end">
        <Button
          type="text"
          size="small"
          disabled={of === 1}
          icon={<Icon name="trash" size={14} />}
          aria-label={t('action.remove')}
          onClick={onRemove}
        />
      </td>
    </tr>
  );
}

export function GeneralRules({ rules, onChange }: { rules: IdentityRules; onChange: (rules: IdentityRules) => void }) {
  const { t } = useTranslation();
  return (
    <div className="general-rules">
      <label className="stack tight">
        <span>{t('rules.region')}</span>
        <Input
          maxLength={2}
          value={rules.region}
          onChange={(event) => onChange({ ...rules, region: event.target.value.toUpperCase() })}
        />
        <span className="meta">{t('rules.regionNote')}</span>
      </label>
      <label className="stack tight">
        <span>{t('rules.shared')}</span>
        <InputNumber
          min={2}
          max={100}
          value={rules.sharedDeviceOwners}
          onChange={(owners) => onChange({ ...rules, sharedDeviceOwners: owners ?? 2 })}
        />
        <span className="meta">{t('rules.sharedNote')}</span>
      </label>
      <div className="stack tight">
        <span>{t('rules.patterns')}</span>
        <Words
          label={t('rules.patterns')}
          value={rules.blockedPatterns}
          onChange={(blockedPatterns) => onChange({ ...rules, blockedPatterns })}
        />
        <span className="meta">{t('rules.patternsNote')}</span>
      </div>
    </div>
  );
}
