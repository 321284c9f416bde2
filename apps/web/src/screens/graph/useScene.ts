import { getRouteApi, useLocation, useRouter } from '@tanstack/react-router';
import { useMemo, useRef } from 'react';
import { addressOf, type Scene, sceneOf, searchOf, searchWith } from './scene.ts';

const route = getRouteApi('/graph');

export interface SceneControl {
  readonly scene: Scene;
  /** Goes to another scene: a step that can be undone, unless only looking changes. */
  readonly set: (next: Scene, options?: { replace?: boolean }) => void;
  readonly undo: (() => void) | null;
  readonly redo: (() => void) | null;
}

const place = (state: unknown) => (state as { __TSR_index?: number } | undefined)?.__TSR_index ?? 0;

/** The scene of the address, and a way to go to another one. Undo never leaves the explorer. */
export function useScene(): SceneControl {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const router = useRouter();
  const { hash, at } = useLocation({
    select: (location) => ({ hash: location.hash, at: place(location.state) }),
    structuralSharing: true,
  });
  const scene = useMemo(() => sceneOf(searchWith(search, hash)), [search, hash]);
  const bounds = useRef({ first: at, last: at });
  bounds.current.last = Math.max(bounds.current.last, at);
  const set: SceneControl['set'] = (next, options) => {
    // Selecting is looking, not doing: undo goes back over what was done.
    const looks = (one: Scene) =>
      JSON.stringify(searchOf({ ...one, selected: undefined, view: 'graph', saved: undefined }));
    const replace = options?.replace ?? looks(next) === looks(scene);
    if (!replace) bounds.current.last = at;
    void navigate({ ...addressOf(searchOf(next)), replace });
  };
  return {
    scene,
    set,
    undo: at > bounds.current.first ? () => router.history.back() : null,
    redo: at < bounds.current.last ? () => router.history.forward() : null,
  };
}
