import type { RefObject } from 'react';
import { useHotkeys } from '../../app/hotkeys.ts';
import { howOf } from './expansion.tsx';
import { expand, hide, nodeOfScene, pin } from './scene.ts';
import type { Explorer } from './useExplorer.ts';

/** What the keys of the explorer do. */
export function useGraphKeys(explorer: Explorer, box: RefObject<{ focus: () => void } | null>) {
  const { scene, set, undo, redo, chosen, setChosen, places, how, setPanel, setRound } = explorer;
  const node = nodeOfScene(scene);
  const hideThese = () => {
    if (chosen.size > 0) set(hide(scene, ...chosen));
    else if (node) set(hide(scene, node));
    setChosen(new Set());
  };
  useHotkeys({
    x: () => node && set(expand(scene, node, undefined, howOf(how))),
    h: hideThese,
    Delete: hideThese,
    p: () => setPanel('path'),
    i: () => setPanel('influence'),
    l: () => setRound((now) => now + 1),
    t: () => set({ ...scene, view: scene.view === 'list' ? 'graph' : 'list' }),
    f: () => box.current?.focus(),
    'mod+z': () => undo?.(),
    'mod+shift+z': () => redo?.(),
    'mod+y': () => redo?.(),
    ' ': () => node && places.has(node) && set(pin(scene, [{ id: node, ...places.get(node)! }])),
    Escape: () => {
      if (chosen.size > 0) setChosen(new Set());
      else set({ ...scene, selected: undefined });
    },
  });
}
