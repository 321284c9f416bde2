import { layingOut, type LayoutWork } from './layout.ts';

/** A layout that is wanted, or one that no longer is. */
export type LayoutMessage = { readonly job: number; readonly work: LayoutWork } | { readonly stop: number };
export interface LayoutAnswer {
  readonly job: number;
  readonly places: Float32Array<ArrayBuffer>;
}
interface Scope {
  onmessage: ((message: MessageEvent<LayoutMessage>) => void) | null;
  postMessage(answer: LayoutAnswer, transfer: readonly Transferable[]): void;
}
const scope = globalThis as unknown as Scope;

/** So long it works before it looks whether something is no longer wanted. */
const SLICE_MS = 40;
const jobs = new Map<number, ReturnType<typeof layingOut>>();

function work(): void {
  const [first] = jobs;
  if (!first) return;
  const [job, rounds] = first;
  const until = performance.now() + SLICE_MS;
  do {
    const { done, value } = rounds.next();
    if (!done) continue;
    jobs.delete(job);
    scope.postMessage({ job, places: value }, [value.buffer]);
    break;
  } while (performance.now() < until);
  setTimeout(work);
}

/** Lays graphs out away from the page, so that it never stands still; what was taken back is left. */
scope.onmessage = ({ data }) => {
  if ('stop' in data) return void jobs.delete(data.stop);
  const idle = jobs.size === 0;
  jobs.set(data.job, layingOut(data.work));
  if (idle) work();
};
