import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Icon } from './Icon.tsx';

interface Props {
  readonly seq: number;
  /** The event that is open beside the list now, as the URL has it; left out where the button only opens. */
  readonly open?: string | undefined;
  readonly onOpen: (seq: number) => void;
}

/** The way from a claim to the event it rests on. */
export function OpenEvent({ seq, open, onOpen }: Props) {
  const { t } = useTranslation();
  return (
    <Button
      size="small"
      type="text"
      aria-pressed={open === undefined ? undefined : open === String(seq)}
      icon={<Icon name="arrowRight" size={14} />}
      onClick={() => onOpen(seq)}
    >
      {t('traits.event')}
    </Button>
  );
}
