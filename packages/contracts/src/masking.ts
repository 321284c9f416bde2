import type { z } from 'zod';
import { customerRow, trait } from './customer.ts';
import { importsEndpoints } from './endpoints/imports.ts';
import { eventDetail, eventSummary, quarantined } from './event.ts';
import { graphNode, nodeDetail } from './graph.ts';
import { identifier, personIdentity } from './identity.ts';
import { consentStatement } from './privacy.ts';

/**
 * What a field of an answer may hold of a customer; it decides how it is masked. Some are told by the object around:
 * an identifier by its `kind`, a label by its node's `type`, a trait by its `name`, an example by its column's `name`.
 */
export type Holds =
  | 'identifier'
  | 'personName'
  | 'trait'
  | 'otherTraits'
  | 'label'
  | 'attributes'
  | 'json'
  | 'jsonText'
  | 'text'
  | 'examples'
  | 'cell';

const columns = importsEndpoints.importSample.response.shape.columns.element;
const errors = importsEndpoints.importCheck.response.shape.errors.element;
const made = eventDetail.shape.effects.shape.nodes.element;

/** The fields that hold something of a customer. A field of an answer is here, or declared harmless, or a test fails. */
export const holdings: ReadonlyMap<z.core.$ZodType, Holds> = new Map<z.core.$ZodType, Holds>([
  [identifier.shape.value, 'identifier'],
  [customerRow.shape.name, 'personName'],
  [trait.shape.value, 'trait'],
  [trait.shape.others, 'otherTraits'],
  [graphNode.shape.key, 'label'],
  [graphNode.shape.label, 'label'],
  [made.shape.key, 'label'],
  [made.shape.label, 'label'],
  [made.shape.attributes, 'attributes'],
  [nodeDetail.shape.attributes, 'attributes'],
  [eventSummary.shape.name, 'text'],
  [eventSummary.shape.subject, 'text'],
  [eventSummary.shape.reason, 'text'],
  [eventDetail.shape.raw, 'json'],
  [eventDetail.shape.event, 'json'],
  [quarantined.shape.raw, 'jsonText'],
  [quarantined.shape.name, 'text'],
  [quarantined.shape.message, 'text'],
  [personIdentity.shape.history.element.shape.detail, 'text'],
  [consentStatement.shape.evidence, 'text'],
  [columns.shape.examples, 'examples'],
  [importsEndpoints.importSample.response.shape.rows, 'json'],
  [importsEndpoints.importCheck.response.shape.preview, 'json'],
  [errors.shape.value, 'cell'],
  [errors.shape.message, 'text'],
]);

/**
 * Texts that say nothing of customers: ids of ours, names of types and kinds, what members of the team write about their
 * work, and settings. `**` stands for everything below. Settings come back as they were saved, to be changed and saved.
 */
export const harmless: readonly string[] = [
  // The team itself, and its work.
  ...[
    'session',
    'setUp',
    'signIn',
    'sessions',
    'linkLook',
    'linkAccept',
    'signOut',
    'passwordChange',
    'members',
    'memberInvite',
    'memberUpdate',
    'memberReset',
  ],
  ...[
    'apiKeys',
    'apiKeyCreate',
    'apiKeyRevoke',
    'auditList',
    'auditVerify',
    'scenes',
    'scene',
    'sceneDelete',
    'sceneRestore',
  ],
  ...[
    'sceneCreate',
    'sceneUpdate',
    'status',
    'alerts',
    'jobs',
    'job',
    'jobCancel',
    'jobRetry',
    'rebuild',
    'importRun',
    'upload',
    'backup',
    'backups',
    'backupVerify',
    'restore',
    'demoStatus',
    'demoLoad',
    'demoClear',
  ],
  // Settings.
  ...['sources', 'sourceCreate', 'sourceUpdate', 'identityRules', 'identityRulesUpdate', 'ontology', 'ontologyUpdate'],
  ...['privacySettings', 'privacySettingsUpdate'],
  // Receipts and what leads to them name nobody: the person is a salted hash, reasons are asked for without personal data.
  ...['erasurePreview', 'erasureRequest', 'erasures', 'erasure', 'retentionRun'],
  ...['importSample.file', 'importSample.proposal'],
]
  .map((path) => `${path}.**`)
  .concat([
    // What somebody with the right to asked to see.
    'reveal.**',
    'importSample.columns[].name',
    'importCheck.skipped[].reason',
    'importCheck.errors[].field',
    'quarantine.groups[].field',
    'quarantine.groups[].name',
    '**.next',
    '**.type',
    '**.types[].type',
    '**.edgeType',
    '**.nodeType',
    '**.kind',
    '**.rule',
    '**.by',
    '**.id',
    '**.field',
    '**.sourceId',
    '**.channel',
    '**.channels[]',
    '**.activity[].name',
    'customer.traits[].name',
    'customerCorrect.traits[].name',
    '**.purpose',
    '**.purposes[].name.zh',
    '**.purposes[].name.en',
    '**.purposes[].categories[]',
    '**.history[].actor',
    'edgeEvents.items[].name',
  ]);
