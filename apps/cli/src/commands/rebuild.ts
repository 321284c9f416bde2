import type { Session } from '../connect.ts';
import { followJob } from '../follow.ts';

/** `guanxi rebuild`. */
export async function rebuildCommand(session: Session): Promise<void> {
  const started = Date.now();
  const { result } = await followJob(await session.api.rebuild(), session.text.rebuild.word, session);
  const seconds = (Date.now() - started) / 1000;
  const events = Number(result['events'] ?? 0);
  console.log(
    session.json ? JSON.stringify({ events, seconds }) : session.text.rebuild.done(events, seconds.toFixed(1)),
  );
}
