import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A child process that answers each order with one report. */
export interface Worker<Order, Report> {
  ask(order: Order): Promise<Report>;
  stop(): Promise<void>;
}

/** However this process ends, its children end too. */
export function endWithUs(child: ChildProcess): void {
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
}

type Answer<Report> = { readonly report: Report } | { readonly error: string };

function answerOf<Report>(child: ChildProcess): Promise<Report> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`The process ended with ${code}`));
    child.once('exit', ended);
    child.once('message', (answer: Answer<Report>) => {
      child.off('exit', ended);
      if ('report' in answer) resolve(answer.report);
      else reject(new Error(answer.error));
    });
  });
}

/** Starts a TypeScript file as a worker; `script` is relative to `from` (an `import.meta.url`). */
export function startWorker<Order extends object, Report>(
  script: string,
  from: string,
  args: readonly string[] = [],
): Worker<Order, Report> {
  const child = fork(fileURLToPath(new URL(script, from)), args, { execArgv: ['--import', 'tsx'] });
  endWithUs(child);
  return {
    ask(order) {
      const answer = answerOf<Report>(child);
      child.send(order);
      return answer;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
