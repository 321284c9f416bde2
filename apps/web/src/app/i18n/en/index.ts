import type { Resources } from '../zh/index.ts';
import { access } from './access.ts';
import { common } from './common.ts';
import { data } from './data.ts';
import { graph } from './graph.ts';
import { imports } from './imports.ts';
import { people } from './people.ts';
import { privacy } from './privacy.ts';
import { settings } from './settings.ts';
import { words } from './words.ts';

export const resources: Resources = {
  ...common,
  ...access,
  ...words,
  ...data,
  ...imports,
  ...people,
  ...graph,
  ...settings,
  ...privacy,
};
