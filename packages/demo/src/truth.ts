import type { Mark } from './text/grammar.ts';

/**
 * What really happened and why, a record a line: for measuring, never for the product. Times are milliseconds.
 * Whoever appears under `person` is named as in the `person` records.
 */
export type TruthRecord =
  | {
      readonly kind: 'person';
      readonly person: string;
      /** Every identifier that systems know this human by, as `kind:value` of One-ID, normalised. */
      readonly identifiers: readonly string[];
      readonly household: string | null;
      readonly skin: string;
      readonly sensitivity: number;
      readonly concerns: Readonly<Record<string, number>>;
      readonly priceSensitivity: number;
      readonly suggestible: number;
      readonly answering: string;
      readonly channels: Readonly<Record<string, number>>;
      readonly lifeEvents: readonly { readonly kind: string; readonly at: number }[];
      readonly story?: string;
    }
  | { readonly kind: 'need'; readonly person: string; readonly effect: string; readonly from: number; readonly strength: number; readonly halfLifeDays: number; readonly cause: string }
  | { readonly kind: 'tie'; readonly from: string; readonly to: string; readonly probability: number }
  | { readonly kind: 'influence'; readonly from: string; readonly to: string; readonly product: string; readonly at: number; readonly bought: boolean; readonly probability: number }
  | { readonly kind: 'satisfaction'; readonly person: string; readonly product: string; readonly at: number; readonly fit: number; readonly satisfaction: number }
  | { readonly kind: 'churn'; readonly person: string; readonly at: number; readonly cause: string }
  | { readonly kind: 'campaign'; readonly person: string; readonly campaign: string; readonly treated: boolean; readonly ifTreated: boolean; readonly ifNot: boolean; readonly pTreated: number; readonly pNot: number }
  | { readonly kind: 'lagged'; readonly person: string; readonly rule: string; readonly at: number }
  | { readonly kind: 'text'; readonly of: string; readonly id: string; readonly person: string | null; readonly text: string; readonly marks: readonly Mark[]; readonly sentiment?: string; readonly needs: readonly string[]; readonly opinions?: readonly { readonly aspect: string; readonly sentiment: string; readonly severity: number }[] }
  | { readonly kind: 'spam'; readonly of: 'review' | 'account'; readonly id: string; readonly why: string }
  | { readonly kind: 'shared_device'; readonly device: string; readonly place: string }
  | { readonly kind: 'dirt'; readonly what: 'quarantined' | 'duplicate' | 'late' | 'skewed' | 'unreadable_row'; readonly stream: string; readonly id: string }
  | { readonly kind: 'rule'; readonly rule: string; readonly from: string; readonly to: string; readonly withinDays: number; readonly probability: number }
  | { readonly kind: 'story'; readonly story: string; readonly people: readonly string[]; readonly says: string }; // prettier-ignore

/** Where truth goes; a generator without one forgets it. */
export type TruthSink = (record: TruthRecord) => void;
