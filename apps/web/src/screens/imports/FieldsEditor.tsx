import type { ColumnProfile, FieldSource, FileSample } from '@guanxi/contracts';
import { AutoComplete, Button, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { percent } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { newField, targets, type Draft, type DraftField } from './draft.ts';

const casts = ['string', 'number', 'integer', 'boolean', 'instant', 'absolute', 'json'] as const;
type ColumnSource = Extract<FieldSource, { column: string }>;
const isColumn = (source: FieldSource): source is ColumnSource => 'column' in source;

function TargetInput({ value, onChange }: { value: string; onChange: (target: string) => void }) {
  const { t } = useTranslation();
  return (
    <AutoComplete
      className="mono-input target"
      aria-label={t('imports.target')}
      placeholder={t('imports.notImported')}
      value={value}
      onChange={onChange}
      options={targets.map((target) => ({ value: target }))}
      showSearch={{ filterOption: (text, option) => String(option?.value).includes(text) }}
      allowClear
    />
  );
}

/** How sure the proposal is, and why; nothing once the reader has chosen something else. */
function Confidence({ score, why: reasons }: FileSample['proposal']['confidence'][string]) {
  const { t, i18n } = useTranslation();
  const why = reasons[i18n.language === 'en' ? 'en' : 'zh'];
  const level = score >= 0.8 ? 'high' : score >= 0.5 ? 'middle' : 'low';
  return (
    <div className={`confidence ${level}`} title={why}>
      <span>
        {t(`imports.confidence.${level}`)} {percent(score, 0)}
      </span>
      <small>{why}</small>
    </div>
  );
}

function ColumnOptions({ source, onChange }: { source: ColumnSource; onChange: (source: ColumnSource) => void }) {
  const { t } = useTranslation();
  return (
    <div className="row">
      <Select
        className="cast"
        aria-label={t('imports.cast')}
        value={source.as}
        onChange={(as) => onChange({ ...source, as })}
        options={casts.map((value) => ({ value, label: t(`imports.type.${value}`) }))}
      />
      {source.as === 'instant' && (
        <>
          <Input
            className="zone"
            aria-label={t('imports.zone')}
            placeholder={t('imports.zone')}
            value={source.zone ?? ''}
            onChange={(event) => onChange({ ...source, zone: event.target.value || undefined })}
          />
          <Select
            className="cast"
            allowClear
            aria-label={t('imports.order')}
            placeholder={t('imports.order')}
            value={source.order}
            onChange={(order?: 'dmy' | 'mdy') => onChange({ ...source, order })}
            options={(['dmy', 'mdy'] as const).map((value) => ({ value, label: t(`imports.orders.${value}`) }))}
          />
        </>
      )}
    </div>
  );
}

interface ColumnRowProps {
  readonly column: ColumnProfile;
  readonly fields: readonly DraftField[];
  readonly confidence: FileSample['proposal']['confidence'];
  readonly proposed: FileSample['proposal']['mapping']['fields'];
  readonly onPut: (field: DraftField) => void;
  readonly onDrop: (id: number) => void;
  readonly onAdd: (target: string) => void;
}

function ColumnRow({ column, fields, confidence, proposed, onPut, onDrop, onAdd }: ColumnRowProps) {
  const { t } = useTranslation();
  return (
    <tr className={fields.length === 0 ? 'unmapped' : undefined}>
      <th scope="row">
        <b>{column.name}</b>
        <span className="meta clip">
          {column.examples
            .slice(0, 3)

            .join(' · ')}
        </span>
      </th>
      <td>
        <div className="stack">
          {fields.map((field) => {
            const source = field.source as ColumnSource;
            const from = proposed[field.target];
            const sure = from && isColumn(from) && from.column === column.name ? confidence[field.target] : undefined;
            return (
              <div key={field.id} className="field-row">
                <Icon name="arrowRight" size={14} />
                <TargetInput value={field.target} onChange={(target) => onPut({ ...field, target: target ?? '' })} />
                <ColumnOptions source={source} onChange={(next) => onPut({ ...field, source: next })} />
                <Button
                  type="text"
                  size="small"
                  icon={<Icon name="close" size={14} />}
                  aria-label={t('action.remove')}
                  onClick={() => onDrop(field.id)}
                />
                {sure && <Confidence score={sure.score} why={sure.why} />}
              </div>
            );
          })}
          {fields.length === 0 ? (
            <div className="field-row">
              <Icon name="arrowRight" size={14} />
              <TargetInput value="" onChange={(target) => target && onAdd(target)} />
              <span className="meta">{t('imports.notImportedNote')}</span>
            </div>
          ) : (
            <button type="button" className="add-target" onClick={() => onAdd('')}>
              <Icon name="plus" size={12} /> {t('imports.another')}
            </button>
          )}
        </div>
      </td>
    </tr>
  );
}

const constantOf = (text: string): string | number | boolean =>
  text === 'true'
    ? true
    : text === 'false'
      ? false
      : text.trim() !== '' && Number.isFinite(Number(text))
        ? Number(text)
        : text;

function Constants({
  draft,
  onChange,
  confidence,
}: {
  draft: Draft;
  onChange: (draft: Draft) => void;
  confidence: FileSample['proposal']['confidence'];
}) {
  const { t } = useTranslation();
  const constants = draft.fields.filter((field) => !isColumn(field.source));
  const put = (field: DraftField) =>
    onChange({ ...draft, fields: draft.fields.map((one) => (one.id === field.id ? field : one)) });
  return (
    <section className="stack tight">
      <h3>{t('imports.constants')}</h3>
      {constants.map((field) => {
        const value = 'constant' in field.source ? String(field.source.constant) : '';
        const sure = confidence[field.target];
        return (
          <div key={field.id} className="field-row">
            <Input
              className="constant"
              aria-label={t('imports.constant')}
              value={value}
              onChange={(event) => put({ ...field, source: { constant: constantOf(event.target.value) } })}
            />
            <Icon name="arrowRight" size={14} />
            <TargetInput value={field.target} onChange={(target) => put({ ...field, target: target ?? '' })} />
            <Button
              type="text"
              size="small"
              icon={<Icon name="close" size={14} />}
              aria-label={t('action.remove')}
              onClick={() => onChange({ ...draft, fields: draft.fields.filter((one) => one.id !== field.id) })}
            />
            {sure && <Confidence score={sure.score} why={sure.why} />}
          </div>
        );
      })}
      <div>
        <Button
          size="small"
          icon={<Icon name="plus" size={14} />}
          onClick={() => onChange({ ...draft, fields: [...draft.fields, newField('', { constant: '' })] })}
        >
          {t('imports.addConstant')}
        </Button>
      </div>
    </section>
  );
}

const castFor = (type: ColumnProfile['type']): ColumnSource['as'] => (type === 'empty' ? 'string' : type);

/** Each column with where it goes, as what, and how sure the proposal is; then fixed values. */
export function FieldsEditor({
  draft,
  sample,
  onChange,
}: {
  draft: Draft;
  sample: FileSample;
  onChange: (draft: Draft) => void;
}) {
  const { t } = useTranslation();
  const { confidence, mapping } = sample.proposal;
  return (
    <div className="stack wide">
      <table className="plain fields">
        <thead>
          <tr>
            <th>{t('imports.column')}</th>
            <th>{t('imports.goesTo')}</th>
          </tr>
        </thead>
        <tbody>
          {sample.columns.map((column) => (
            <ColumnRow
              key={column.name}
              column={column}
              confidence={confidence}
              proposed={mapping.fields}
              fields={draft.fields.filter((field) => isColumn(field.source) && field.source.column === column.name)}
              onPut={(field) =>
                onChange({ ...draft, fields: draft.fields.map((one) => (one.id === field.id ? field : one)) })
              }
              onDrop={(id) => onChange({ ...draft, fields: draft.fields.filter((one) => one.id !== id) })}
              onAdd={(target) =>
                onChange({
                  ...draft,
                  fields: [...draft.fields, newField(target, { column: column.name, as: castFor(column.type) })],
                })
              }
            />
          ))}
        </tbody>
      </table>
      <Constants draft={draft} confidence={confidence} onChange={onChange} />
    </div>
  );
}
