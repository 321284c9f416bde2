import type { Recorder } from './records.ts';
import type { Annotated } from './text/grammar.ts';
import { withSlip } from './text/grammar.ts';
import type { Opinion } from './text/reviews.ts';
import type { TruthRecord } from './truth.ts';

type TextTruth = Extract<TruthRecord, { kind: 'text' }>;

/** Notes what a text says, perhaps with a slip of the keyboard in it, and gives the text as it is sent. */
export function said(
  recorder: Recorder,
  text: Annotated,
  about: { of: TextTruth['of']; id: string; person: string | null; sentiment?: string; needs?: readonly string[]; opinions?: readonly Opinion[] },
): string {
  const written = recorder.random.chance(0.03) ? withSlip(text.text, recorder.random) : text.text;
  const { of, id, person, sentiment, needs = [], opinions } = about;
  recorder.truth({
    kind: 'text', of, id, person, text: written, marks: text.marks, needs,
    ...(sentiment ? { sentiment } : {}), ...(opinions ? { opinions } : {}),
  });
  return written;
} // prettier-ignore
