import type { NodeId } from '@guanxi/contracts';
import type { Audit } from '../audit/index.ts';
import type { Graph } from '../graph/index.ts';
import type { Identity } from '../identity/index.ts';
import type { Ingest } from '../ingest/index.ts';
import type { Platform, Statements, Table } from '../platform/index.ts';
import type { Profile } from '../profile/index.ts';
import type { Scenes } from '../scenes/index.ts';
import type { Consent } from './consent.ts';

/** What the rights of a person need of the river; it stands above this folder and is handed in. */
export interface RiverControl {
  waitFor(seq: number): Promise<void>;
  quiet<T>(work: (position: number) => Promise<T>): Promise<T>;
  recount(counts: { accepted: number; duplicates: number }): Promise<void>;
  rebuild(): Promise<number>;
  /** Throws `Deposed` unless this process leads; in a transaction nobody else begins to until it ends. */
  fence(statements: Statements): Promise<void>;
  /** Everything that a replay of the log makes again. */
  tables(): readonly Table[];
}

/** What they need of file imports. */
export interface UploadControl {
  /** Waiting files of which a cell is spoken of. */
  uploadsNaming(names: (cell: string) => boolean, signal: AbortSignal): Promise<string[]>;
  eraseUploads(files: readonly string[]): Promise<void>;
  uploadsOlder(before: number): Promise<number>;
  removeUploads(before: number): Promise<number>;
}

export interface PrivacyParts {
  readonly platform: Platform;
  readonly audit: Audit;
  readonly ingest: Ingest;
  readonly identity: Identity;
  readonly graph: Graph;
  readonly profile: Profile;
  readonly scenes: Scenes;
  readonly consent: Consent;
  readonly river: RiverControl;
  readonly imports: UploadControl;
  /** Forget in memory what is held of these persons or anchors; of null, of everybody. Of this process alone. */
  readonly forget: (ids: ReadonlySet<NodeId> | null) => void;
}
