import { ApiError } from '@guanxi/contracts';
import { UserError } from '@guanxi/engine/platform';
import { Command } from 'commander';
import { auditVerifyCommand } from './commands/audit.ts';
import { demoCommand, type DemoCommandOptions } from './commands/demo.ts';
import { writeDemo } from './commands/demo-files.ts';
import { doctorCommand } from './commands/doctor.ts';
import { exportCommand, type ExportOptions } from './commands/export.ts';
import { importCommand, type ImportOptions } from './commands/import.ts';
import { keyNewCommand, keyRotateCommand, keyStatusCommand } from './commands/key.ts';
import { accessCommand, eraseCommand, type EraseOptions } from './commands/privacy.ts';
import { rebuildCommand } from './commands/rebuild.ts';
import { serveCommand } from './commands/serve.ts';
import {
  backupCommand,
  type BackupOptions,
  migrateCommand,
  type MigrateOptions,
  restoreCommand,
  type RestoreOptions,
} from './commands/transfer.ts';
import { type CommonOptions, withServer } from './connect.ts';
import { Cancelled } from './follow.ts';
import { languageOf, messagesOf } from './language.ts';

/** 0 done, 1 the work failed, 2 the command was wrong, 130 stopped by the user. */
const EXIT = { failed: 1, usage: 2, cancelled: 130 };

const text = messagesOf(languageOf(process.argv, process.env));
if (process.env['GUANXI_CALLED_FROM']) process.chdir(process.env['GUANXI_CALLED_FROM']);

function report(error: unknown): number {
  const lines =
    error instanceof UserError
      ? [error.message, error.where, error.remedy]
      : error instanceof ApiError
        ? error.status === 401
          ? [text.needsKey]
          : [error.problem.message, error.problem.where, error.problem.remedy]
        : [error instanceof Error ? error.message : String(error)];
  process.stderr.write(`${lines.filter(Boolean).join('\n  ')}\n`);
  return error instanceof Cancelled ? EXIT.cancelled : EXIT.failed;
}

const run = async (work: Promise<unknown>) => {
  const code = await work.then((result) => (result === false ? EXIT.failed : 0), report);
  process.exit(code);
};

const program = new Command('guanxi')
  .description(text.about)
  .option('--lang <zh|en>', text.options.lang)
  .showHelpAfterError()
  .exitOverride((error) => {
    process.exit(error.exitCode === 0 ? 0 : EXIT.usage);
  });
const shared = (command: Command) =>
  command
    .option('--url <url>', text.options.url)
    .option('--json', text.options.json)
    .option('--lang <zh|en>', text.options.lang);

program
  .command('serve')
  .description(text.serve.about)
  .option('--port <port>', text.options.port)
  .option('--data <folder>', text.options.data)
  .action((options: { port?: string; data?: string }) => run(serveCommand(options, text)));
shared(program.command('import').description(text.import.about).argument('<path>'))
  .option('--mapping <file>', text.options.mapping)
  .option('--yes', text.options.yes)
  .option('--dry-run', text.options.dryRun)
  .option('--save-mapping <file>', text.options.saveMapping)
  .action((path: string, options: ImportOptions) =>
    run(withServer(options, text, (session) => importCommand(path, options, session))),
  );
shared(program.command('demo').description(text.demo.about))
  .option('--people <n>', text.options.people)
  .option('--seed <n>', text.options.seed)
  .option('--until <date>', text.options.until)
  .option('--files <folder>', text.options.files)
  .option('--truth <file>', text.options.truth)
  .option('--clear', text.options.clear)
  .option('--yes', text.options.clearYes)
  .action((options: DemoCommandOptions) =>
    run(
      options.files !== undefined || options.truth !== undefined
        ? writeDemo(options, text)
        : withServer(options, text, (session) => demoCommand(options, session)),
    ),
  );
shared(program.command('rebuild').description(text.rebuild.about)).action((options: CommonOptions) =>
  run(withServer(options, text, rebuildCommand)),
);
shared(
  program
    .command('export')
    .description(text.export.about)
    .argument('<what>', 'customers | events | nodes | edges | quarantine'),
)
  .option('--output <file>', text.options.output)
  .option('--format <format>', text.options.format, 'jsonl')
  .option('--pii <how>', text.options.pii)
  .option('--k <k>', text.options.k)
  .option('--salt <salt>', text.options.salt)
  .option('--reason <reason>', text.options.reason)
  .action((what: string, options: ExportOptions & CommonOptions) =>
    run(withServer(options, text, (session) => exportCommand(what, options, session))),
  );
const privacy = program.command('privacy').description(text.privacy.about);
shared(privacy.command('erase').description(text.privacy.erase).argument('<who>', text.privacy.who))
  .option('--reason <text>', text.privacy.reason)
  .option('--yes', text.privacy.yes)
  .action((who: string, options: EraseOptions & CommonOptions) =>
    run(withServer(options, text, (session) => eraseCommand(who, options, session))),
  );
shared(privacy.command('access').description(text.privacy.access).argument('<who>', text.privacy.who))
  .option('--output <file>', text.options.output)
  .action((who: string, options: { output?: string } & CommonOptions) =>
    run(withServer(options, text, (session) => accessCommand(who, options.output, session))),
  );
const audit = program.command('audit').description(text.audit.about);
shared(audit.command('verify').description(text.audit.verify)).action((options: CommonOptions) =>
  run(withServer(options, text, auditVerifyCommand)),
);
const key = program.command('key').description(text.key.about);
key
  .command('status')
  .description(text.key.status)
  .option('--json', text.options.json)
  .action((options: { json?: boolean }) => run(keyStatusCommand(options, text)));
key
  .command('rotate')
  .description(text.key.rotate)
  .option('--keep-old', text.key.keepOld)
  .action((options: { keepOld?: boolean }) => run(keyRotateCommand(options, text)));
key.command('new').description(text.key.new).action(keyNewCommand);
shared(program.command('backup').description(text.backup.about).argument('<folder>'))
  .option('--verify', text.options.verify)
  .action((folder: string, options: BackupOptions) => run(backupCommand(folder, options, text)));
shared(program.command('restore').description(text.restore.about).argument('<folder>'))
  .option('--replace', text.options.replace)
  .option('--yes', text.options.yes)
  .action((folder: string, options: RestoreOptions) => run(restoreCommand(folder, options, text)));
shared(program.command('migrate-engine').description(text.migrate.about))
  .requiredOption('--clickhouse <url>', text.options.clickhouse)
  .option('--cluster <name>', text.options.cluster)
  .requiredOption('--postgres <url>', text.options.postgres)
  .action((options: MigrateOptions) => run(migrateCommand(options, text)));
shared(program.command('doctor').description(text.doctor.about)).action((options: CommonOptions) =>
  run(doctorCommand(options, text)),
);

await program.parseAsync();
