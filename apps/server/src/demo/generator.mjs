// Where the demo brand is thought up, off the main thread: a worker is given no loader for TypeScript by itself.
import { register } from 'tsx/esm/api';

register();
await import('./generator.ts');
