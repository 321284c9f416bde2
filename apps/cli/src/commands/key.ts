import { keyStatus, newKey, readConfig, rotateKey, textOfKey } from '@guanxi/engine/platform';
import type { Messages } from '../language.ts';

/** `guanxi key status`: answers false when no key here opens the data. Works beside a running server. */
export async function keyStatusCommand(options: { json?: boolean }, { key: text }: Messages): Promise<boolean> {
  const status = await keyStatus(readConfig());
  if (options.json) console.log(JSON.stringify(status));
  else {
    console.log(status.file === null ? text.inEnvironment : text.inFile(status.file));
    console.log(
      status.sealedWith === null ? text.nothingSealed : text.sealedWith(status.sealedWith, status.wrappedAt ?? '–'),
    );
    if (status.sealedWith !== null && !status.opens) console.log(text.doesNotOpen);
    if (status.keys.length > 1) console.log(text.several(status.keys.length));
    if (status.besideData) console.log(text.besideData);
    if (status.readableByOthers) console.log(text.readableByOthers);
  }
  return status.sealedWith === null || status.opens;
}

/** `guanxi key rotate`: rewraps the data key; servers that run go on. */
export async function keyRotateCommand(options: { keepOld?: boolean }, { key: text }: Messages): Promise<void> {
  console.log(text.rotated(await rotateKey(readConfig(), { keepOld: options.keepOld ?? false })));
}

/** `guanxi key new`: prints a key for `GUANXI_KEY`; nothing is stored. */
export function keyNewCommand(): void {
  console.log(textOfKey(newKey()));
}
