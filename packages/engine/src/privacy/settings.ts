import { privacySettings, type PrivacySettings } from '@guanxi/contracts';
import { type Platform, UserError } from '../platform/index.ts';

const named = (key: string, zh: string, en: string) => ({ key, name: { zh, en } });

/** What a new installation starts with: nothing is removed by age. */
export const defaultSettings: PrivacySettings = {
  purposes: [
    { ...named('marketing', '营销信息', 'Marketing'), categories: ['marketing', 'advertising', 'targeting'] },
    { ...named('personalisation', '个性化推荐', 'Personalisation'), categories: ['personalization', 'functional'] },
    { ...named('analytics', '统计分析', 'Analytics'), categories: ['analytics', 'performance', 'statistics'] },
    { ...named('service', '服务通知', 'Service messages'), categories: ['necessary', 'essential'] },
  ],
  channels: [
    named('email', '邮件', 'E-mail'),
    named('sms', '短信', 'SMS'),
    named('wechat', '微信', 'WeChat'),
    named('wecom', '企业微信', 'WeCom'),
    named('push', '推送', 'Push'),
    named('phone', '电话', 'Phone'),
    named('ads', '广告平台', 'Ads'),
  ],
  returning: 'drop_older',
  retention: { events: null, quarantine: null, uploads: 30, audit: null, jobs: null, receipts: null },
};

export interface SettingsStore {
  current(): PrivacySettings;
  save(settings: PrivacySettings): Promise<PrivacySettings>;
}

const TOPIC = 'privacy.settings';

function twice(keys: readonly string[]): string | undefined {
  return keys.find((key, index) => keys.indexOf(key) !== index);
}

/** Throws `bad_privacy_settings` where keys stand twice. */
function check(settings: PrivacySettings): void {
  const lists = { purposes: settings.purposes, channels: settings.channels };
  for (const [where, list] of Object.entries(lists)) {
    const found = twice(list.map(({ key }) => key));
    if (found !== undefined)
      throw new UserError('invalid', 'bad_privacy_settings', `The key ${found} stands twice`, { where });
  }
  const category = twice(settings.purposes.flatMap(({ categories }) => categories.map((name) => name.toLowerCase())));
  if (category !== undefined)
    throw new UserError('invalid', 'bad_privacy_settings', 'A category stands for two purposes', { where: 'purposes' });
}

/** The settings in PostgreSQL, the latest version in memory. */
export async function openSettings({ postgres, signals }: Platform): Promise<SettingsStore> {
  const load = async (): Promise<PrivacySettings> => {
    const [row] = await postgres.query<{ settings: unknown }>(
      'SELECT settings FROM privacy_settings ORDER BY version DESC LIMIT 1',
    );
    return row ? privacySettings.parse(row.settings) : defaultSettings;
  };
  let current = await load();
  signals.subscribe(TOPIC, () => {
    // An engine that is away says so elsewhere; the settings of before hold until it is back.
    load().then(
      (settings) => (current = settings),
      () => undefined,
    );
  });
  return {
    current: () => current,
    async save(settings) {
      check(settings);
      await postgres.query('INSERT INTO privacy_settings (settings) VALUES ($1)', [JSON.stringify(settings)]);
      current = settings;
      await signals.publish(TOPIC);
      return settings;
    },
  };
}
