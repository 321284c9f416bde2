/** The folder that holds the jars of the broker and its tools; null where it was not fetched. */
export function kafkaJars(): string | null;
/** Fetches them where they are not there; returns why they are not there afterwards, null when they are. */
export function prepareKafka(): string | null;
