import type { PrivacySettings } from '@guanxi/contracts';
import { Button, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../api/session.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Panel } from '../../ui/Page.tsx';
import { Failure, QueryView } from '../../ui/states.tsx';
import { useSettings } from './useSettings.ts';

type Named = PrivacySettings['channels'][number] & { categories?: string[] };
type Kind = 'purposes' | 'channels';
const returning = ['drop_older', 'drop_all', 'accept'] as const;

interface RowProps {
  readonly item: Named;
  readonly onChange: (item: Named) => void;
  readonly onRemove: () => void;
}

function Row({ item, onChange, onRemove }: RowProps) {
  const { t } = useTranslation();
  return (
    <tr>
      <td>
        <Input
          aria-label={t('privacy.key')}
          value={item.key}
          onChange={(event) => onChange({ ...item, key: event.target.value })}
        />
      </td>
      {(['zh', 'en'] as const).map((language) => (
        <td key={language}>
          <Input
            aria-label={t(`privacy.name.${language}`)}
            value={item.name[language]}
            onChange={(event) => onChange({ ...item, name: { ...item.name, [language]: event.target.value } })}
          />
        </td>
      ))}
      {item.categories && (
        <td>
          <Select<string[]>
            mode="tags"
            aria-label={t('privacy.categories')}
            value={item.categories}
            onChange={(categories) => onChange({ ...item, categories })}
            open={false}
            suffixIcon={null}
            className="privacy-tags"
          />
        </td>
      )}
      <td className="end">
        <Button type="text" icon={<Icon name="trash" />} aria-label={t('action.remove')} onClick={onRemove} />
      </td>
    </tr>
  );
}

function List({ kind, items, set }: { kind: Kind; items: readonly Named[]; set: (items: Named[]) => void }) {
  const { t } = useTranslation();
  const fresh: Named = { key: '', name: { zh: '', en: '' }, ...(kind === 'purposes' ? { categories: [] } : {}) };
  return (
    <Panel
      title={t(`privacy.${kind}`)}
      note={t(`privacy.${kind}Note`)}
      actions={<Button onClick={() => set([...items, fresh])}>{t('action.add')}</Button>}
    >
      <div className="scroll-x">
        <table className="plain">
          <thead>
            <tr>
              <th>{t('privacy.key')}</th>
              <th>{t('privacy.name.zh')}</th>
              <th>{t('privacy.name.en')}</th>
              {kind === 'purposes' && <th>{t('privacy.categories')}</th>}
              <th />
            </tr>
          </thead>
          <tbody>
            {items.map((item, at) => (
              <Row
                key={at}
                item={item}
                onChange={(changed) => set(items.map((one, index) => (index === at ? changed : one)))}
                onRemove={() => set(items.filter((_, index) => index !== at))}
              />
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

/** What people can agree to, through which channels, and what becomes of those who were erased and return. */
export function Purposes() {
  const { t } = useTranslation();
  const may = useMay();
  const { query, draft, setDraft, save } = useSettings();
  return (
    <QueryView query={query}>
      {(saved) => {
        const settings = draft ?? saved;
        const set = (change: Partial<PrivacySettings>) => setDraft({ ...settings, ...change });
        return (
          <div className="stack">
            <List
              kind="purposes"
              items={settings.purposes}
              set={(items) => set({ purposes: items.map((item) => ({ ...item, categories: item.categories ?? [] })) })}
            />
            <List kind="channels" items={settings.channels} set={(channels) => set({ channels })} />
            <Panel title={t('privacy.returning')} note={t('privacy.returningNote')}>
              <Select<PrivacySettings['returning']>
                aria-label={t('privacy.returning')}
                value={settings.returning}
                onChange={(value) => set({ returning: value })}
                options={returning.map((value) => ({ value, label: t(`privacy.returnings.${value}`) }))}
                popupMatchSelectWidth={false}
              />
            </Panel>
            {save.isError && <Failure compact error={save.error} />}
            <div className="row">
              <Button
                type="primary"
                disabled={!draft || !may('privacy.manage')}
                loading={save.isPending}
                onClick={() => save.mutate(settings)}
              >
                {t('action.save')}
              </Button>
              {draft && <Button onClick={() => setDraft(null)}>{t('action.reset')}</Button>}
            </div>
          </div>
        );
      }}
    </QueryView>
  );
}
