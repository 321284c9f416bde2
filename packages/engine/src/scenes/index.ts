export { createScenes, type SceneChange, type Scenes } from './scenes.ts';
