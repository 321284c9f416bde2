import type { Effect } from './catalogue.ts';
import { choices, type Life, type Scene } from './life.ts';
import { said } from './text-record.ts';
import { type ChatTopic, writeChat } from './text/chats.ts';

/** Talks with the brand's staff, line after line. */
export function chat(life: Life, topic: ChatTopic, need: Effect | null, at: number, scene: Scene, product = choices(life, need, at, 1, scene)[0]!): string | null {
  const { person, random, touch } = life;
  if ((life.gone && topic !== 'complaint') || !person.names.external || !product) return null;
  const id = `chat.${person.id}.${at}`;
  const about = { product, skin: person.skin, sensitive: person.sensitivity > 0.65, need: need ?? product.effects[0]! };
  let when = at;
  writeChat(topic, about, random).forEach((line, place) => {
    when += random.whole(5, 400) * 1000;
    const body = said(scene.recorder, line, { of: 'chat', id: `${id}.${place}`, person: person.id, needs: need && line.from === 'customer' ? [need] : [] });
    touch.wecom(when, {
      event: 'Message Sent',
      properties: { conversation_id: id, message_id: `${id}.${place}`, from: line.from, body, staff_id: `staff_${person.index % 40}`, staff_name: `顾问${(person.index % 40) + 1}`, ...(topic === 'complaint' ? { product_id: product.id } : {}) },
    });
  });
  return id;
} // prettier-ignore
