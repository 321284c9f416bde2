import type { Migration } from '../platform/index.ts';

/**
 * Entries can only be added. The trigger keeps mistakes out, the chain shows malice: whoever may drop the trigger can
 * alter a row, but not without `verify` finding it. Retention removes the oldest entries by naming, for its transaction
 * alone, the place up to which it may, and leaves the hash that the rest begins with.
 */
export const auditMigrations: readonly Migration[] = [
  {
    id: 'audit-001-entry',
    sql: `
      CREATE TABLE audit_entry (
        seq bigint PRIMARY KEY, at bigint NOT NULL, actor_kind text NOT NULL, actor_id text NOT NULL, actor_name text NOT NULL,
        action text NOT NULL, subject text, outcome text NOT NULL, detail text NOT NULL, hash text NOT NULL);
      CREATE INDEX audit_entry_at ON audit_entry (at);
      CREATE INDEX audit_entry_action ON audit_entry (action, seq);
      CREATE INDEX audit_entry_actor ON audit_entry (actor_id, seq);
      CREATE INDEX audit_entry_subject ON audit_entry (subject, seq);
      CREATE TABLE audit_chain (
        one boolean PRIMARY KEY DEFAULT true CHECK (one), first_seq bigint NOT NULL, base text NOT NULL, last_seq bigint NOT NULL,
        head text NOT NULL);
      INSERT INTO audit_chain (first_seq, base, last_seq, head) VALUES (1, repeat('0', 64), 0, repeat('0', 64));
      CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'DELETE' AND OLD.seq <= coalesce(nullif(current_setting('guanxi.audit_expire', true), ''), '0')::bigint THEN
          RETURN OLD;
        END IF;
        RAISE EXCEPTION 'audit entries are never changed';
      END $$;
      CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_refuse();
      CREATE FUNCTION audit_refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'audit entries are never changed'; END $$;
      CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_truncate()`,
  },
];
