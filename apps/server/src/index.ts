export { type Guanxi } from './compose.ts';
export { type Server, startServer } from './server.ts';
export { version } from './routes/system.ts';
