/** Whether the reader wants nothing to move by itself. Asked each time: it may change while the page is open. */
export const isStill = (): boolean => window.matchMedia('(prefers-reduced-motion: reduce)').matches;
