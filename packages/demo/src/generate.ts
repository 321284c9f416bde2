import type { JsonObject } from '@guanxi/contracts';
import { Agenda } from './heap.ts';
import { createLife, type Life, planLife, type Scene } from './life.ts';
import { reach } from './marketing.ts';
import { createPerson, type Person } from './person.ts';
import { companyFiles, influencerPosts, surroundings, tablets } from './public.ts';
import { type FileName, Recorder, type Stream } from './records.ts';
import { buy, LAGGED, onNeed, visit } from './shopping.ts';
import { befriend, followInfluencer } from './social.ts';
import { tellStories } from './stories.ts';
import { storeOf } from './touch.ts';
import type { TruthSink } from './truth.ts';
import type { World } from './world.ts';

/** People who are generated together: they know each other and nobody else. */
export const SHARD_PEOPLE = 250;

/** What one step of the generator gives: events in order of arrival, and rows of files. */
export interface Shard {
  readonly events: Readonly<Record<Stream, readonly JsonObject[]>>;
  readonly rows: Readonly<Record<FileName, readonly string[]>>;
}

/** How many shards a world has. The first tells of the company and the stories, each further one of 250 people. */
export const shardCount = ({ options }: World): number => 1 + Math.ceil(options.people / SHARD_PEOPLE);

/** One shard, by its number alone: to go on after an interruption, those before it need not be made again. */
export function generateShard(world: World, shard: number, truth: TruthSink = () => undefined): Shard {
  const recorder = new Recorder(world, shard.toString(36), truth);
  const scene: Scene = { world, recorder, agenda: new Agenda() };
  if (shard === 0) {
    companyFiles(world, recorder);
    influencerPosts(scene);
    tellStories(scene);
    for (const { rule, from, to, days, probability } of LAGGED)
      truth({ kind: 'rule', rule, from, to, withinDays: days, probability });
    return recorder.take();
  }
  const first = (shard - 1) * SHARD_PEOPLE;
  const count = Math.min(SHARD_PEOPLE, world.options.people - first);
  const lives = Array.from({ length: count }, (_, at) => createLife(createPerson(world, first + at), scene));
  for (const { person } of lives) truth(truthOf(person));
  befriend(lives, scene);
  for (const life of lives) begin(life, scene);
  tablets(lives, ({ person }) => storeOf(person), scene);
  scene.agenda.run(world.period.end);
  surroundings(count, shard, scene);
  return recorder.take();
}

function begin(life: Life, scene: Scene): void {
  const { world } = scene;
  life.touch.member(life.person.joined);
  planLife(
    life,
    scene,
    (one, need, at) => onNeed(one, need, at, scene),
    (one, at) => visit(one, null, at, scene),
  );
  for (const campaign of world.campaigns) scene.agenda.add(campaign.at, () => reach(life, campaign, scene));
  for (const place of life.person.follows)
    for (const post of world.postsBy[place]!) followInfluencer(life, post, scene, buy);
}

/** What a person is, and by which names One-ID could know them. */
function truthOf(person: Person): Parameters<TruthSink>[0] {
  const { names, phone } = person;
  const identifiers = [
    ...(names.account ? [`user_id:${names.account}`] : []),
    ...(names.member ? [`member_no:${names.member}`] : []),
    ...(names.unionid ? [`wechat_unionid:${names.unionid}`] : []),
    ...(names.openid ? [`wechat_openid:${names.openid}`, `anonymous_id:mp-${names.openid.slice(1, 15)}`] : []),
    ...(names.buyer ? [`buyer_id:${names.buyer}`] : [`buyer_id:AB${person.id}`]),
    ...(names.external ? [`wecom_id:${names.external}`] : []),
    ...(names.social ? [`social_id:${names.social.id}`] : []),
    ...(names.email ? [`email:${names.email}`] : []),
    ...(names.device ? [`device_id:${names.device}`] : []),
    ...(phone && !person.household ? [`phone:+86${phone}`] : []),
    ...names.cookies.map((cookie) => `anonymous_id:${cookie}`),
  ];
  const { id, household, skin, sensitivity, concerns, priceSensitivity, suggestible, answering, channels, lifeEvents } = person;
  return { kind: 'person', person: id, identifiers, household, skin, sensitivity, concerns, priceSensitivity, suggestible, answering, channels, lifeEvents };
} // prettier-ignore
