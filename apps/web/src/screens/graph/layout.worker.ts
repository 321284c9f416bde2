import { layOut, type LayoutRequest } from './layout.ts';

interface Scope {
  onmessage: ((message: MessageEvent<LayoutRequest & { round: number }>) => void) | null;
  postMessage(answer: unknown): void;
}
const scope = globalThis as unknown as Scope;

/** Lays graphs out away from the page, so that it never stands still. */
scope.onmessage = ({ data: { round, ...request } }) => {
  scope.postMessage({ round, places: layOut(request) });
};
