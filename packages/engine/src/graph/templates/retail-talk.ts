import type { NodeInput, ProjectionInput } from './retail-parts.ts';

const product: NodeInput = { type: 'product', key: 'properties.product_id|properties.sku' };
const account: NodeInput = {
  type: 'account',
  key: 'properties.account_id',
  attributes: {
    name: 'properties.account_name',
    platform: 'properties.platform',
    followers: 'properties.followers',
  },
};
const share: NodeInput = {
  type: 'share',
  key: 'properties.share_id',
  attributes: { product: 'properties.name' },
};
/** Whoever is known by a name on a social platform has the account of that name. */
const owned = 'traits.social_id|context.traits.social_id';

/** What people say: to the staff, in public, to each other. The public is made of accounts, not of customers. */
export const retailTalk: ProjectionInput[] = [
  {
    id: 'message_sent',
    when: { types: ['track'], names: ['Message Sent'] },
    nodes: {
      conversation: {
        type: 'conversation',
        key: 'properties.conversation_id',
        attributes: { last_message: 'properties.body', last_from: 'properties.from' },
      },
      staff: { type: 'staff', key: 'properties.staff_id', attributes: { name: 'properties.staff_name' } },
      product,
    },
    edges: [
      { type: 'talked_in', from: 'person', to: 'conversation' },
      { type: 'attended_by', from: 'conversation', to: 'staff' },
      { type: 'conversation_about', from: 'conversation', to: 'product' },
    ],
  },
  {
    id: 'post_published',
    when: { types: ['track'], names: ['Post Published'] },
    nodes: {
      post: {
        type: 'post',
        key: 'properties.post_id',
        attributes: { body: 'properties.body', platform: 'properties.platform' },
      },
      account,
      product,
      brand: { type: 'brand', key: 'properties.brand' },
    },
    edges: [
      { type: 'published', from: 'account', to: 'post' },
      { type: 'post_about', from: 'post', to: 'product' },
      { type: 'post_names', from: 'post', to: 'brand' },
    ],
  },
  {
    id: 'post_topics',
    when: { types: ['track'], names: ['Post Published'] },
    each: 'properties.topics',
    nodes: { post: { type: 'post', key: 'properties.post_id' }, topic: { type: 'topic', key: 'item' } },
    edges: [{ type: 'on_topic', from: 'post', to: 'topic' }],
  },
  {
    id: 'post_engaged',
    when: { types: ['track'], names: ['Post Engaged'] },
    nodes: { post: { type: 'post', key: 'properties.post_id' } },
    edges: [{ type: 'engaged_with', from: 'person', to: 'post' }],
  },
  {
    id: 'account_owned',
    when: { types: ['track', 'identify'] },
    nodes: { account: { type: 'account', key: owned } },
    edges: [{ type: 'has_account', from: 'person', to: 'account' }],
  },
  {
    id: 'topic_joined',
    when: { types: ['track'], names: ['Topic Joined'] },
    nodes: { topic: { type: 'topic', key: 'properties.topic' } },
    edges: [{ type: 'took_part', from: 'person', to: 'topic' }],
  },
  {
    id: 'share_sent',
    when: { types: ['track'], names: ['Product Shared'] },
    nodes: { share, product },
    edges: [
      { type: 'sent_share', from: 'person', to: 'share' },
      { type: 'share_of', from: 'share', to: 'product' },
    ],
  },
  {
    id: 'share_opened',
    when: { types: ['track'], names: ['Share Opened'] },
    nodes: { share },
    edges: [{ type: 'opened_share', from: 'person', to: 'share' }],
  },
];
