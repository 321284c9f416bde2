import { Loading } from '../../ui/states.tsx';

/** As high as what will come: what stands below stays where it is. */
export function Room({ className, lines }: { className: string; lines?: number }) {
  return (
    <div className={className}>
      <Loading lines={lines} />
    </div>
  );
}
