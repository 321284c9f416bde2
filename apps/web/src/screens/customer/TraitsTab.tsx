import type { Customer, Trait } from '@guanxi/contracts';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { EventSide } from '../../ui/EventSide.tsx';
import { dateTime } from '../../ui/format.ts';
import { Identifier } from '../../ui/Identifier.tsx';
import { OpenEvent } from '../../ui/OpenEvent.tsx';
import { Empty } from '../../ui/states.tsx';
import { useNames } from '../../ui/useOntology.ts';
import { useWords } from '../../ui/useWords.ts';

const route = getRouteApi('/customers/$id');
function Row({ trait, open, onOpen }: { trait: Trait; open: string | undefined; onOpen: (seq: number) => void }) {
  const { t } = useTranslation();
  const named = useNames().attribute('person', trait.name);
  const words = useWords();
  return (
    <>
      <tr>
        <td>{named === trait.name ? words.trait(trait.name) : named}</td>
        <td>
          <b className="trait-winner">{trait.value}</b>
        </td>
        <td>{trait.from && <Identifier value={trait.from} />}</td>
        <td className="muted">{dateTime(trait.time, false)}</td>
        <td className="end">
          <OpenEvent seq={trait.seq} open={open ?? ''} onOpen={onOpen} />
        </td>
      </tr>
      {trait.others.map((other, at) => (
        <tr key={`${other.seq}${at}`} className="trait-other">
          <td className="muted">{t('traits.instead')}</td>
          <td className="muted">{other.value}</td>
          <td>{other.from && <Identifier value={other.from} />}</td>
          <td className="muted">{dateTime(other.time, false)}</td>
          <td className="end">
            <OpenEvent seq={other.seq} open={open ?? ''} onOpen={onOpen} />
          </td>
        </tr>
      ))}
    </>
  );
}

/** What is known about a person: the value that won, where it comes from, and those that did not. */
export function TraitsTab({ customer }: { customer: Customer }) {
  const { t } = useTranslation();
  const { seq } = route.useSearch();
  const navigate = route.useNavigate();
  const open = (next: number | undefined) =>
    void navigate({
      search: (now) => ({ ...now, seq: next === undefined || seq === String(next) ? undefined : String(next) }),
      replace: true,
    });
  return (
    <div className={seq ? 'beside open rail' : 'beside'}>
      <section className="panel side">
        {customer.traits.length === 0 ? (
          <Empty icon="customers" why={t('traits.none')} />
        ) : (
          <table className="plain inset">
            <thead>
              <tr>
                <th>{t('traits.name')}</th>
                <th>{t('traits.value')}</th>
                <th>{t('traits.from')}</th>
                <th>{t('traits.time')}</th>
                <th className="end">{t('traits.evidence')}</th>
              </tr>
            </thead>
            <tbody>
              {customer.traits.map((trait) => (
                <Row key={trait.name} trait={trait} open={seq} onOpen={open} />
              ))}
            </tbody>
          </table>
        )}
      </section>
      {seq && <EventSide evidence seq={Number(seq)} onClose={() => open(undefined)} />}
    </div>
  );
}
