import type { Session } from '../connect.ts';

/** `guanxi audit verify`: answers false when the chain is broken. */
export async function auditVerifyCommand({ api, text, json }: Session): Promise<boolean> {
  const verdict = await api.auditVerify();
  if (json) console.log(JSON.stringify(verdict));
  else
    console.log(
      verdict.intact
        ? text.audit.intact(verdict.entries, verdict.since ?? '–', verdict.head)
        : text.audit.broken(verdict.brokenAt ?? 0),
    );
  return verdict.intact;
}
