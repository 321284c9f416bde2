import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { EventRecord } from './EventRecord.tsx';
import { Icon } from './Icon.tsx';
import { Panel } from './Page.tsx';

export function CloseButton({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  return <Button type="text" icon={<Icon name="close" />} aria-label={t('action.close')} onClick={onClose} />;
}

interface EventSideProps {
  readonly seq: number;
  readonly title?: ReactNode;
  /** Whether the event is the evidence of something beside it. */
  readonly evidence?: boolean;
  readonly onClose: () => void;
}

/** One event beside what it was opened from. */
export function EventSide({ seq, title, evidence, onClose }: EventSideProps) {
  const { t } = useTranslation();
  return (
    <aside className={evidence ? 'side evidence-side' : 'side'} aria-label={t('event.title')}>
      <Panel title={title ?? t('event.title')} actions={<CloseButton onClose={onClose} />}>
        <EventRecord seq={seq} />
      </Panel>
    </aside>
  );
}
