import { Button, Tooltip } from 'antd';
import { createContext, useContext, useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from './Icon.tsx';
import { maskIdentifier, maskJson, maskPerson, maskText } from './mask.ts';

interface Pii {
  readonly shown: boolean;
  readonly toggle: () => void;
  readonly text: (text: string) => string;
  readonly name: (name: string) => string;
  readonly identifier: (kind: string, value: string) => string;
  readonly json: (value: unknown) => unknown;
}

const same = <T,>(value: T): T => value;
const PiiContext = createContext<Pii | null>(null);

/** Each page starts masked; showing lasts until the page is left. */
export function PiiProvider({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState(false);
  const value = useMemo<Pii>(
    () => ({
      shown,
      toggle: () => setShown((now) => !now),
      text: shown ? same : maskText,
      name: shown ? same : maskPerson,
      identifier: shown ? (_, text) => text : maskIdentifier,
      json: shown ? same : (json) => maskJson(json),
    }),
    [shown],
  );
  return <PiiContext.Provider value={value}>{children}</PiiContext.Provider>;
}

export function usePii(): Pii {
  const pii = useContext(PiiContext);
  if (!pii) throw new Error('usePii needs a PiiProvider');
  return pii;
}

export function PiiToggle() {
  const { t } = useTranslation();
  const { shown, toggle } = usePii();
  return (
    <Tooltip title={t(shown ? 'pii.hideHint' : 'pii.showHint')}>
      <Button aria-pressed={shown} onClick={toggle} icon={<Icon name={shown ? 'eye' : 'eyeOff'} />}>
        {t(shown ? 'pii.shown' : 'pii.masked')}
      </Button>
    </Tooltip>
  );
}
