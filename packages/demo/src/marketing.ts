import type { JsonObject } from '@guanxi/contracts';
import { DAY, HOUR } from './calendar.ts';
import { buyingChannel, choices, laterMoment, leave, type Life, type Scene } from './life.ts';
import type { Answering } from './person.ts';
import { clamp } from './random.ts';
import type { Happening } from './records.ts';
import { buy } from './shopping.ts';
import type { Campaign } from './world.ts';

/** How likely somebody buys within two weeks, written to or not. */
function outcomes(life: Life, { coupon, focus }: Campaign): { treated: number; not: number } {
  const { person, regard } = life;
  const cares = focus === null ? 0.6 : clamp(person.concerns[focus]);
  const tempted = (0.4 + cares) * (0.5 + person.priceSensitivity) * (0.6 + coupon.discount / 100);
  const by: Readonly<Record<Answering, readonly [number, number]>> = {
    persuadable: [0.06 + 0.26 * tempted, 0.05],
    sure_thing: [0.33 + 0.2 * regard, 0.32 + 0.2 * regard],
    lost_cause: [0.014, 0.012],
    do_not_disturb: [0.05, 0.22],
  };
  const [treated, not] = by[person.answering];
  return { treated: clamp(treated), not: clamp(not) };
}

/** One of those who may be written to in a campaign: chosen by chance, and by chance left out to compare with. */
export function reach(life: Life, campaign: Campaign, scene: Scene): void {
  const { person, random } = life;
  const { names } = person;
  const by = { sms: person.phone !== null && names.member !== null, wecom: names.external !== null, push: names.openid !== null && names.member !== null };
  if (life.gone || person.joined > campaign.at || !by[campaign.medium] || !random.chance(campaign.share)) return;
  const { treated: pTreated, not: pNot } = outcomes(life, campaign);
  const luck = random.next();
  const treated = !random.chance(campaign.holdout);
  const [ifTreated, ifNot] = [luck < pTreated, luck < pNot];
  scene.recorder.truth({ kind: 'campaign', person: person.id, campaign: campaign.id, treated, ifTreated, ifNot, pTreated, pNot });
  const facts = { campaign_id: campaign.id, campaign_name: campaign.name, medium: campaign.medium };
  const send = (event: string, at: number, more = {}) => scene.recorder.event('marketing', at, { event, channel: campaign.medium, ...nameFor(campaign, life), properties: { ...facts, ...more } });
  const at = campaign.at + random.whole(0, 3 * 3600) * 1000;
  if (!treated) send('Campaign Withheld', at);
  else {
    send('Campaign Sent', at, { coupon_id: campaign.coupon.id });
    const interest = { persuadable: 0.55, sure_thing: 0.5, lost_cause: 0.16, do_not_disturb: 0.2 }[person.answering];
    const opened = at + random.exponential(7) * HOUR;
    if (random.chance(ifTreated ? 0.9 : interest)) {
      send('Campaign Opened', opened);
      if (random.chance(ifTreated ? 0.8 : interest * 0.5)) send('Campaign Clicked', opened + 30_000);
    }
    if (person.answering === 'do_not_disturb' && random.chance(0.05)) scene.agenda.add(opened + DAY, () => leave(life, scene, opened + DAY, 'annoyed by messages'));
  }
  if (!(treated ? ifTreated : ifNot)) return;
  const channel = buyingChannel(life);
  const when = laterMoment(at, 0.3 + random.exponential(3), channel, random);
  scene.agenda.add(when, () => {
    const [product] = choices(life, campaign.focus, when, 1, scene);
    if (product) buy(life, product, campaign.focus, channel, when, scene, treated ? campaign.coupon : null);
  });
} // prettier-ignore

/** The sending system's name for somebody: a phone, a contact, an openid. */
function nameFor({ medium }: Campaign, { person }: Life): Pick<Happening, 'context'> {
  const { names } = person;
  const traits: JsonObject = medium === 'sms' ? { phone: person.phone, member_no: names.member } : medium === 'wecom' ? { external_userid: names.external } : { openid: names.openid };
  return { context: { traits } };
} // prettier-ignore
