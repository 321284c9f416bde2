// Fetches the Kafka broker that some tests start, from Maven Central into a folder outside the repository.
// `node scripts/kafka.mjs`; needs java and mvn. Later runs find it there.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const VERSION = '4.3.1';
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'guanxi', 'kafka');
const jars = join(cache, `${VERSION}-with-tools`);

/** The folder that holds the jars of the broker and its tools; null where it was not fetched. */
export const kafkaJars = () => (existsSync(jars) ? jars : null);

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>guanxi</groupId><artifactId>kafka-for-tests</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${VERSION}</version></dependency>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId><version>${VERSION}</version></dependency>
  </dependencies>
</project>
`;

const runs = (program, ...args) => spawnSync(program, args, { stdio: 'inherit' }).status === 0;

/** Why it is not there afterwards; null when it is. */
export function prepareKafka() {
  if (kafkaJars()) return null;
  for (const [program, flag] of [
    ['java', '-version'],
    ['mvn', '-v'],
  ])
    if (spawnSync(program, [flag]).status !== 0) return `${program} is not installed`;
  const work = join(cache, `${VERSION}.${process.pid}`);
  mkdirSync(work, { recursive: true });
  try {
    writeFileSync(join(work, 'pom.xml'), POM);
    const fetched = runs(
      ...['mvn', '-q', '-B', '-f', join(work, 'pom.xml'), `-Dmaven.repo.local=${join(cache, 'repository')}`],
      ...['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${join(work, 'lib')}`],
    );
    if (!fetched) return 'Maven Central could not be reached';
    // In one step, so that a folder that is there is complete.
    renameSync(join(work, 'lib'), jars);
    return null;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const reason = prepareKafka();
  console.log(reason ? `Kafka is not prepared: ${reason}` : `Kafka ${VERSION} is in ${jars}`);
  process.exitCode = reason ? 1 : 0;
}
