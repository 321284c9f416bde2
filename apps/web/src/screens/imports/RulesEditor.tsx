import type { ImportMapping, RowTest } from '@guanxi/contracts';
import { AutoComplete, Button, Input, InputNumber, Select, Switch } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { eventContracts } from '@guanxi/contracts';
import { Icon } from '../../ui/Icon.tsx';
import type { Draft } from './draft.ts';

const operators = ['equals', 'starts_with', 'matches', 'less_than', 'greater_than', 'empty', 'present'] as const;
const types = ['track', 'identify', 'page', 'group'] as const;
const wantsValue = (is: RowTest['is']) => is !== 'empty' && is !== 'present';
const wantsNumber = (is: RowTest['is']) => is === 'less_than' || is === 'greater_than';

function Tests({
  tests,
  columns,
  onChange,
}: {
  tests: readonly RowTest[];
  columns: readonly string[];
  onChange: (tests: RowTest[]) => void;
}) {
  const { t } = useTranslation();
  const put = (at: number, test: RowTest) => onChange(tests.map((one, index) => (index === at ? test : one)));
  return (
    <div className="stack tight tests">
      {tests.map((test, at) => (
        <div key={at} className="row">
          <span className="meta">{t(at === 0 ? 'imports.when' : 'imports.and')}</span>
          <Select
            aria-label={t('imports.column')}
            value={test.column}
            onChange={(column) => put(at, { ...test, column })}
            options={columns.map((value) => ({ value, label: value }))}
            popupMatchSelectWidth={false}
          />
          <Select
            aria-label={t('imports.operator')}
            value={test.is}
            onChange={(is) => put(at, wantsValue(is) ? { ...test, is } : { column: test.column, is })}
            options={operators.map((value) => ({ value, label: t(`imports.operators.${value}`) }))}
            popupMatchSelectWidth={false}
          />
          {wantsValue(test.is) && (
            <Input
              className="mono-input"
              aria-label={t('imports.constant')}
              value={String(test.value ?? '')}
              onChange={(event) => {
                const text = event.target.value;
                put(at, {
                  ...test,
                  value: wantsNumber(test.is) && text !== '' && Number.isFinite(Number(text)) ? Number(text) : text,
                });
              }}
            />
          )}
          <Button
            type="text"
            size="small"
            icon={<Icon name="close" size={14} />}
            aria-label={t('action.remove')}
            onClick={() => onChange(tests.filter((_, index) => index !== at))}
          />
        </div>
      ))}
      <button
        type="button"
        className="add-target"
        onClick={() => onChange([...tests, { column: columns[0] ?? '', is: 'equals', value: '' }])}
      >
        <Icon name="plus" size={12} /> {t('imports.addTest')}
      </button>
    </div>
  );
}

function Rule({ head, onRemove, children }: { head: ReactNode; onRemove: () => void; children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <li className="rule">
      <div className="row between">
        {head}
        <Button
          type="text"
          size="small"
          icon={<Icon name="trash" size={14} />}
          aria-label={t('action.remove')}
          onClick={onRemove}
        />
      </div>
      {children}
    </li>
  );
}

type Part = { draft: Draft; columns: readonly string[]; onChange: (draft: Draft) => void };

function EventCases({ draft, columns, onChange }: Part) {
  const { t } = useTranslation();
  const put = (event: ImportMapping['event']) => onChange({ ...draft, event });
  return (
    <section className="stack tight">
      <h3>{t('imports.eventName')}</h3>
      <p className="meta">{t('imports.eventNote')}</p>
      <ol>
        {draft.event.map((item, at) => (
          <Rule
            key={at}
            onRemove={() => put(draft.event.filter((_, index) => index !== at))}
            head={
              <AutoComplete
                className="wide-input"
                aria-label={t('imports.eventName')}
                value={item.name}
                onChange={(name) =>
                  put(draft.event.map((one, index) => (index === at ? { ...one, name: name ?? '' } : one)))
                }
                options={Object.keys(eventContracts).map((value) => ({ value }))}
                showSearch={{
                  filterOption: (text, option) => String(option?.value).toLowerCase().includes(text.toLowerCase()),
                }}
              />
            }
          >
            <Tests
              tests={item.when}
              columns={columns}
              onChange={(when) => put(draft.event.map((one, index) => (index === at ? { ...one, when } : one)))}
            />
          </Rule>
        ))}
      </ol>
      <div>
        <Button
          size="small"
          icon={<Icon name="plus" size={14} />}
          onClick={() => put([...draft.event, { when: [], name: '' }])}
        >
          {t('imports.addCase')}
        </Button>
      </div>
    </section>
  );
}

function SkipRules({ draft, columns, onChange }: Part) {
  const { t } = useTranslation();
  const put = (skip: ImportMapping['skip']) => onChange({ ...draft, skip });
  return (
    <section className="stack tight">
      <h3>{t('imports.skip')}</h3>
      <p className="meta">{t('imports.skipNote')}</p>
      <ol>
        {draft.skip.map((item, at) => (
          <Rule
            key={at}
            onRemove={() => put(draft.skip.filter((_, index) => index !== at))}
            head={
              <Input
                className="wide-input"
                aria-label={t('imports.skipReason')}
                placeholder={t('imports.skipReason')}
                value={item.reason}
                onChange={(event) =>
                  put(draft.skip.map((one, index) => (index === at ? { ...one, reason: event.target.value } : one)))
                }
              />
            }
          >
            <Tests
              tests={item.when}
              columns={columns}
              onChange={(when) => put(draft.skip.map((one, index) => (index === at ? { ...one, when } : one)))}
            />
          </Rule>
        ))}
      </ol>
      <div>
        <Button
          size="small"
          icon={<Icon name="plus" size={14} />}
          onClick={() => put([...draft.skip, { when: [{ column: columns[0] ?? '', is: 'empty' }], reason: '' }])}
        >
          {t('imports.addSkip')}
        </Button>
      </div>
    </section>
  );
}

type Group = NonNullable<ImportMapping['group']>;

/** Fields of an event that add up its rows: each a product of up to three fields of the row. */
function Sums({ draft, group, onChange }: { draft: Draft; group: Group; onChange: (group: Group) => void }) {
  const { t } = useTranslation();
  const sums = Object.entries(group.sum);
  const items = draft.fields.flatMap(({ target }) => (target.startsWith('item.') ? [target.slice(5)] : []));
  const put = (next: readonly (readonly [string, string[]])[]) => onChange({ ...group, sum: Object.fromEntries(next) });
  const free = ['properties.revenue', ...Array.from(sums, (_, at) => `properties.sum_${at + 1}`)];
  return (
    <div className="stack tight">
      <p className="meta">{t('imports.sumNote')}</p>
      {sums.map(([target, factors], at) => (
        <div key={at} className="row wrap">
          <Select
            mode="multiple"
            maxCount={3}
            className="wide-input"
            aria-label={t('imports.sumOf')}
            placeholder={t('imports.sumOf')}
            value={factors}
            onChange={(chosen: string[]) => put(sums.map((one, index) => (index === at ? [target, chosen] : one)))}
            options={[...new Set(items)].map((value) => ({ value, label: value }))}
          />
          <Icon name="arrowRight" size={14} />
          <Input
            className="mono-input wide-input"
            aria-label={t('imports.sumInto')}
            value={target}
            onChange={(event) =>
              sums.every(([other], index) => index === at || other !== event.target.value) &&
              put(sums.map((one, index) => (index === at ? [event.target.value, factors] : one)))
            }
          />
          <Button
            type="text"
            size="small"
            icon={<Icon name="close" size={14} />}
            aria-label={`${t('action.remove')} ${target}`}
            onClick={() => put(sums.filter((_, index) => index !== at))}
          />
        </div>
      ))}
      <button
        type="button"
        className="add-target"
        onClick={() => put([...sums, [free.find((target) => !(target in group.sum))!, items.slice(0, 1)]])}
      >
        <Icon name="plus" size={12} /> {t('imports.addSum')}
      </button>
    </div>
  );
}

function Grouping({ draft, columns, onChange }: Part) {
  const { t } = useTranslation();
  const { group } = draft;
  return (
    <section className="stack tight">
      <label className="row">
        <Switch
          checked={!!group}
          onChange={(on) =>
            onChange({
              ...draft,
              group: on
                ? { by: columns.slice(0, 1), into: 'properties.products', limit: 5000, within: 1, sum: {} }
                : undefined,
            })
          }
        />
        <h3>{t('imports.group')}</h3>
      </label>
      <p className="meta">{t('imports.groupNote')}</p>
      {group && (
        <div className="row wrap">
          <Select
            mode="multiple"
            className="wide-input"
            aria-label={t('imports.groupBy')}
            placeholder={t('imports.groupBy')}
            value={group.by}
            onChange={(by: string[]) => onChange({ ...draft, group: { ...group, by } })}
            options={columns.map((value) => ({ value, label: value }))}
          />
          <Icon name="arrowRight" size={14} />
          <Input
            className="mono-input wide-input"
            aria-label={t('imports.groupInto')}
            value={group.into}
            onChange={(event) => onChange({ ...draft, group: { ...group, into: event.target.value } })}
          />
          <label className="row">
            <span className="meta">{t('imports.groupWithin')}</span>
            <InputNumber
              min={1}
              max={100_000}
              value={group.within}
              onChange={(within) => onChange({ ...draft, group: { ...group, within: within ?? 1 } })}
            />
          </label>
        </div>
      )}
      {group && <Sums draft={draft} group={group} onChange={(next) => onChange({ ...draft, group: next })} />}
    </section>
  );
}

/** What an event is called, which rows make none, and which rows belong to one event. */
export function RulesEditor(part: Part) {
  const { t } = useTranslation();
  const { draft, onChange } = part;
  return (
    <div className="stack wide rules-editor">
      <div className="row wrap">
        <label className="stack tight">
          <span className="meta">{t('imports.dataset')}</span>
          <Input
            className="wide-input"
            maxLength={100}
            value={draft.name}
            onChange={(event) => onChange({ ...draft, name: event.target.value })}
          />
        </label>
        <label className="stack tight">
          <span className="meta">{t('imports.eventType')}</span>
          <Select
            value={draft.type}
            onChange={(type) => onChange({ ...draft, type })}
            options={types.map((value) => ({ value, label: t(`eventType.${value}`) }))}
            popupMatchSelectWidth={false}
          />
        </label>
      </div>
      {draft.type === 'track' && <EventCases {...part} />}
      <SkipRules {...part} />
      <Grouping {...part} />
    </div>
  );
}
