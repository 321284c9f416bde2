import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, type ReactNode } from 'react';
import { read } from '../api/queries.ts';
import { setSession, useSession } from '../api/session.ts';
import { JOIN_PATH } from './paths.ts';
import { Failure, Loading } from '../ui/states.tsx';

const Entrance = lazy(() => import('../screens/access/Entrance.tsx').then((module) => ({ default: module.Entrance })));
const SignedOut = lazy(() =>
  import('../screens/access/SignedOut.tsx').then((module) => ({ default: module.SignedOut })),
);

/**
 * Lets in who is signed in. Anybody else gets the way in at the very address they came to, and is there once they are in;
 * whose session ends meanwhile keeps the page as it was, under a dialog.
 */
export function Gate({ children }: { children: ReactNode }) {
  const { state, over } = useSession();
  const query = useQuery({ ...read('session'), enabled: state === undefined, staleTime: Infinity });
  useEffect(() => {
    if (query.data) setSession(query.data);
  }, [query.data]);
  if (!state)
    return query.isError ? (
      <main className="entrance">
        <Failure error={query.error} retry={() => void query.refetch()} />
      </main>
    ) : (
      <Loading />
    );
  const inside = state.setUp && state.caller !== null && location.pathname !== JOIN_PATH;
  return (
    <Suspense fallback={<Loading />}>
      {inside ? children : <Entrance />}
      {inside && over && <SignedOut />}
    </Suspense>
  );
}
