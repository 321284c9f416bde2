import { z } from 'zod';

/** What somebody may do. Each endpoint names the one it asks for; roles and API keys are sets of them. */
export const permission = z.enum([
  'status.read',
  'customers.read',
  'graph.read',
  'scenes.write',
  'identity.read',
  'identity.decide',
  'identity.manage',
  'ontology.manage',
  'data.read',
  'data.manage',
  'export',
  'pii.reveal',
  'consent.write',
  'privacy.manage',
  'audit.read',
  'users.manage',
  'operate',
  'restore',
]);
export type Permission = z.infer<typeof permission>;

export const role = z.enum(['marketer', 'analyst', 'engineer', 'service', 'administrator']);
export type Role = z.infer<typeof role>;

const reading = ['status.read', 'customers.read', 'graph.read'] as const;

/**
 * Who may do what: the one place. Nobody but who serves customers, and administrators, sees personal data unmasked; only
 * administrators restore a backup, which brings the accounts and roles of its time.
 */
export const rolePermissions: Readonly<Record<Role, readonly Permission[]>> = {
  marketer: [...reading, 'scenes.write'],
  analyst: [...reading, 'scenes.write', 'identity.read', 'data.read', 'export'],
  engineer: [
    ...reading,
    'scenes.write',
    'identity.read',
    'identity.decide',
    'identity.manage',
    'ontology.manage',
    'data.read',
    'data.manage',
    'export',
    'operate',
  ],
  service: [...reading, 'identity.read', 'identity.decide', 'pii.reveal', 'consent.write'],
  administrator: permission.options,
};

/**
 * What an endpoint asks of its caller: a permission; `signedIn`: to be anybody known; `public`: nothing.
 */
export type Allow = Permission | 'signedIn' | 'public';

/** Who does something: an account, an API key, the command line of the machine that holds the data, or the product itself. */
export const actorRef = z.object({
  kind: z.enum(['user', 'key', 'command', 'system']),
  id: z.string(),
  name: z.string(),
});
export type ActorRef = z.infer<typeof actorRef>;
