import type { Permission, Role } from '@guanxi/contracts';
import type { Migration } from '../platform/index.ts';

export const migrations: readonly Migration[] = [
  {
    id: 'access-001-accounts',
    sql: `CREATE TABLE account (
      id text PRIMARY KEY, email text NOT NULL UNIQUE, name text NOT NULL, role text NOT NULL, password text,
      disabled boolean NOT NULL DEFAULT false, created_at timestamptz NOT NULL, signed_in_at timestamptz);
    CREATE TABLE account_identity (
      issuer text NOT NULL, subject text NOT NULL, account_id text NOT NULL REFERENCES account ON DELETE CASCADE,
      PRIMARY KEY (issuer, subject));
    CREATE TABLE account_link (
      id text PRIMARY KEY, token_hash text NOT NULL UNIQUE, kind text NOT NULL, email text NOT NULL, role text,
      account_id text REFERENCES account ON DELETE CASCADE, created_by text NOT NULL, created_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL);
    CREATE INDEX account_link_email ON account_link (email);
    CREATE TABLE account_session (
      id text PRIMARY KEY, token_hash text NOT NULL UNIQUE, account_id text NOT NULL REFERENCES account ON DELETE CASCADE,
      created_at timestamptz NOT NULL, seen_at timestamptz NOT NULL, address text NOT NULL, agent text NOT NULL);
    CREATE INDEX account_session_account ON account_session (account_id);
    CREATE TABLE api_key (
      id text PRIMARY KEY, key_hash text NOT NULL UNIQUE, name text NOT NULL, scopes text[] NOT NULL,
      account_id text REFERENCES account ON DELETE CASCADE, owner text NOT NULL, created_at timestamptz NOT NULL,
      expires_at timestamptz, used_at timestamptz, revoked_at timestamptz);
    CREATE TABLE sign_in_failure (subject text NOT NULL, at timestamptz NOT NULL);
    CREATE INDEX sign_in_failure_subject ON sign_in_failure (subject, at);
    CREATE TABLE sign_on_attempt (
      token_hash text PRIMARY KEY, state text NOT NULL, nonce text NOT NULL, verifier text NOT NULL,
      return_to text NOT NULL, expires_at timestamptz NOT NULL);
    CREATE TABLE setup_code (one boolean PRIMARY KEY DEFAULT true CHECK (one), code_hash text NOT NULL)`,
  },
];

export interface AccountRow {
  id: string;
  email: string;
  name: string;
  role: Role;
  password: string | null;
  disabled: boolean;
  created_at: Date;
  signed_in_at: Date | null;
}

export interface LinkRow {
  id: string;
  token_hash: string;
  kind: 'invitation' | 'reset';
  email: string;
  role: Role | null;
  account_id: string | null;
  created_by: string;
  created_at: Date;
  expires_at: Date;
}

export interface SessionRow {
  id: string;
  token_hash: string;
  account_id: string;
  created_at: Date;
  seen_at: Date;
  address: string;
  agent: string;
}

export interface KeyRow {
  id: string;
  key_hash: string;
  name: string;
  scopes: Permission[];
  account_id: string | null;
  owner: string;
  created_at: Date;
  expires_at: Date | null;
  used_at: Date | null;
  revoked_at: Date | null;
}
