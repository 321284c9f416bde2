import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Dialog } from '../ui/Dialog.tsx';
import { Icon } from '../ui/Icon.tsx';
import { navItems } from './navigation.ts';

const groups = {
  anywhere: { palette: ['⌘', 'K'], search: ['/'], keys: ['?'], close: ['Esc'] },
  lists: { move: ['↑', '↓'], open: ['Enter'] },
  live: { pause: ['Space'], filter: ['f'] },
  customer: { list: ['t'], evidence: ['e'], back: ['['], forward: [']'], neighbours: ['←', '→'] },
  graph: {
    ...{ find: ['f'], expand: ['x'], hide: ['h'], path: ['p'], influence: ['i'], choose: ['s'], pin: ['Space'] },
    ...{ menu: ['Shift', 'F10'], layout: ['l'], list: ['t'], undo: ['⌘', 'Z'], redo: ['⇧', '⌘', 'Z'] },
  },
} as const;
type Group = keyof typeof groups;

/** Every key there is. */
export function KeysHelp({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog label={t('shell.keys')} onClose={onClose} className="keys-dialog">
      <div className="keys-head">
        <h2>{t('shell.keys')}</h2>
        <Button type="text" icon={<Icon name="close" />} aria-label={t('action.close')} onClick={onClose} />
      </div>
      <div className="keys">
        {(Object.keys(groups) as Group[]).map((group) => (
          <section key={group}>
            <h3>{t(`keys.${group}.title`)}</h3>
            <dl>
              {Object.entries(groups[group]).map(([name, keys]) => (
                <Row
                  key={name}
                  label={t(`keys.${group}.${name}` as 'keys.lists.move')}
                  keys={keys as readonly string[]}
                />
              ))}
            </dl>
          </section>
        ))}
        <section>
          <h3>{t('keys.go')}</h3>
          <dl>
            {navItems.map((item) => (
              <Row key={item.key} label={t(`nav.${item.key}`)} keys={['g', item.go]} />
            ))}
          </dl>
        </section>
      </div>
    </Dialog>
  );
}

function Row({ label, keys }: { label: string; keys: readonly string[] }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>
        {keys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dd>
    </>
  );
}
