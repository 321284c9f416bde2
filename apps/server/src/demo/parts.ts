import type { Imports } from '@guanxi/engine/imports';
import type { Ingest } from '@guanxi/engine/ingest';
import type { Platform } from '@guanxi/engine/platform';
import type { River } from '@guanxi/engine/river';

/** What the demo brand is loaded through. */
export interface DemoParts {
  readonly platform: Platform;
  readonly ingest: Ingest;
  readonly imports: Imports;
  readonly river: River;
}
