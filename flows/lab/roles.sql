-- Roles of a ledger on PostgreSQL. Run it in the ledger's database, once its tables exist, as a role that
-- may create roles:
--
--     psql -d ledger -f roles.sql
--
-- It may be run again. Give the roles passwords (\password pressloop_writer), and pg_hba.conf the
-- method scram-sha-256. Tables are made and brought up to date by the database's owner: run any command
-- once with the owner's address after an update of pressloop.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pressloop_writer') THEN
        CREATE ROLE pressloop_writer LOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pressloop_reader') THEN
        CREATE ROLE pressloop_reader LOGIN;
    END IF;
END
$$;

-- Nobody beside these roles and the owner.
REVOKE ALL ON SCHEMA public FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, pressloop_writer, pressloop_reader;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM PUBLIC, pressloop_writer, pressloop_reader;
GRANT USAGE ON SCHEMA public TO pressloop_writer, pressloop_reader;

-- Both read. Entries are appended and never changed: the writer has no UPDATE, DELETE or TRUNCATE.
GRANT SELECT ON entries, arrays, alembic_version TO pressloop_writer, pressloop_reader;
GRANT SELECT ON SEQUENCE entries_entry_id_seq TO pressloop_writer, pressloop_reader;
GRANT INSERT ON entries, arrays TO pressloop_writer;
GRANT USAGE ON SEQUENCE entries_entry_id_seq TO pressloop_writer;
