/** What is dear and nearly alike takes turns from run to run; `GUANXI_TURN` (a whole number) says whose it is. */
export const TURN = Number(process.env['GUANXI_TURN'] ?? Math.floor(Date.now() / 1000));

/** The one whose turn it is. */
export const inTurn = <T>(things: readonly T[], turn = TURN): T => things[turn % things.length]!;
