import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { number } from '../../ui/format.ts';
import { expansionCap } from './sceneQueries.ts';
import type { ExpansionOrder } from './scene.ts';

/** How many neighbours an expansion brings at most, and which come first. */
export interface ExpandHow {
  readonly cap: number;
  readonly order: ExpansionOrder;
}
export const presetHow: ExpandHow = { cap: expansionCap, order: 'weight' };

/** As the address says it: what is preset is left out. */
export const howOf = ({ cap, order }: ExpandHow) => ({
  ...(cap === presetHow.cap && order === presetHow.order ? {} : { cap }),
  ...(order === presetHow.order ? {} : { order }),
});

const caps = [40, 100, 300, 1000];
const orders: readonly ExpansionOrder[] = ['weight', 'count', 'last'];

export function ExpandOptions({ how, onHow }: { how: ExpandHow; onHow: (how: ExpandHow) => void }) {
  const { t } = useTranslation();
  return (
    <div className="row expand-options">
      <Select
        size="small"
        aria-label={t('graph.cap')}
        value={how.cap}
        onChange={(cap) => onHow({ ...how, cap })}
        options={caps.map((cap) => ({ value: cap, label: t('graph.capOf', { n: number(cap) }) }))}
      />
      <Select
        size="small"
        aria-label={t('graph.order')}
        value={how.order}
        onChange={(order: ExpansionOrder) => onHow({ ...how, order })}
        options={orders.map((order) => ({ value: order, label: t(`graph.orders.${order}`) }))}
      />
    </div>
  );
}
