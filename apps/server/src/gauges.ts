import { Gauge } from '@guanxi/engine/platform';
import type { Guanxi } from './compose.ts';

/** Figures that are read when somebody asks for the metrics. */
export function watchGauges({ platform, river }: Guanxi): void {
  const registers = [platform.metrics];
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  gauge('guanxi_log_head', 'Place of the newest event in the log', () => platform.log.head());
  gauge('guanxi_leader', 'Whether this process processes the log and works on jobs', () =>
    platform.leadership.leads() ? 1 : 0,
  );
  gauge('guanxi_log_pending', 'Events waiting to be written to the log', () => platform.log.pending());
  gauge(
    'guanxi_identity_lag',
    'Events the identity stage is behind the log',
    () => platform.log.head() - river.state().identity.position,
  );
  gauge(
    'guanxi_graph_lag',
    'Events the graph stage is behind the log',
    () => platform.log.head() - river.state().graph.position,
  );
  gauge('guanxi_events_accepted', 'Events accepted and counted once', () => river.state().accepted);
  gauge('guanxi_events_duplicate', 'Events dropped because they had come before', () => river.state().duplicates);
}
