import type { ConsentState, CustomerConsent, Identifier, PrivacySettings } from '@guanxi/contracts';

/** A statement as it is stored. */
export interface StoredStatement {
  readonly anchor: string;
  readonly purpose: string;
  readonly channel: string;
  readonly along: number;
  readonly granted: number;
  readonly time: string;
  readonly seq: number;
  readonly source: string;
  readonly actor: string;
  readonly evidence: string;
}

interface Statement extends StoredStatement {
  /** The purpose of the settings that is meant. */
  readonly means: string;
}

/** What each statement means by the settings of now; those that mean nothing known are left out. */
function understood(rows: readonly StoredStatement[], { purposes }: PrivacySettings): Statement[] {
  const byKey = new Map(purposes.map(({ key }) => [key, key]));
  const byCategory = new Map(
    purposes.flatMap(({ key, categories }) => categories.map((name) => [name.toLowerCase(), key])),
  );
  return rows.flatMap((row) => {
    const means =
      row.along === 1 ? (byCategory.get(row.purpose.toLowerCase()) ?? byKey.get(row.purpose)) : byKey.get(row.purpose);
    return means === undefined ? [] : [{ ...row, means }];
  });
}

/** Oldest first; of what was said at the same time, denial last, so that it wins. */
const inTime = (a: Statement, b: Statement) => a.time.localeCompare(b.time) || b.granted - a.granted || a.seq - b.seq;

/**
 * The state of every purpose and channel, and every change. The latest statement wins, whoever of a merged person's
 * identifiers it came from; of two at the same time, denial. What is said of every channel counts for each.
 */
export function consentOf(
  rows: readonly StoredStatement[],
  settings: PrivacySettings,
  identifiers: ReadonlyMap<string, Identifier>,
  /** Whose word about who recorded it counts: events of this source come from the console. */
  trusted: string,
): CustomerConsent {
  const statements = understood(rows, settings).sort(inTime);
  const latest = new Map<string, Statement>();
  const history: CustomerConsent['history'] = [];
  for (const statement of statements) {
    const { means, channel } = statement;
    const places = channel === '' ? settings.channels.map(({ key }) => key) : [channel];
    const changed = places.filter((place) => latest.get(`${means} ${place}`)?.granted !== statement.granted);
    for (const place of changed) latest.set(`${means} ${place}`, statement);
    if (changed.length === 0) continue;
    history.push({
      purpose: means,
      channel: channel === '' ? null : channel,
      granted: statement.granted === 1,
      time: statement.time,
      seq: statement.seq,
      sourceId: statement.source,
      from: identifiers.get(statement.anchor) ?? null,
      actor: statement.source === trusted && statement.actor !== '' ? statement.actor : null,
      evidence: statement.evidence,
    });
  }
  const stateOf = (statement: Statement | undefined): ConsentState =>
    statement === undefined ? 'unknown' : statement.granted === 1 ? 'granted' : 'denied';
  return {
    purposes: settings.purposes,
    channels: settings.channels,
    states: settings.purposes.flatMap(({ key: purpose }) =>
      settings.channels.map(({ key: channel }) => {
        const statement = latest.get(`${purpose} ${channel}`);
        return {
          purpose,
          channel,
          state: stateOf(statement),
          since: statement?.time ?? null,
          seq: statement?.seq ?? null,
        };
      }),
    ),
    history: history.reverse(),
  };
}
