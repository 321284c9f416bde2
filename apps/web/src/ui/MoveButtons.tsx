import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Icon } from './Icon.tsx';

/** Moves an item of an ordered list one place up or down. */
export function MoveButtons({ at, of, onMove }: { at: number; of: number; onMove: (by: number) => void }) {
  const { t } = useTranslation();
  return (
    <>
      <Button
        type="text"
        size="small"
        disabled={at === 0}
        icon={<Icon name="up" size={14} />}
        aria-label={t('action.moveUp')}
        onClick={() => onMove(-1)}
      />
      <Button
        type="text"
        size="small"
        disabled={at === of - 1}
        icon={<Icon name="down" size={14} />}
        aria-label={t('action.moveDown')}
        onClick={() => onMove(1)}
      />
    </>
  );
}
