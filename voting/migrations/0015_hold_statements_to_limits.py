from django.db import migrations


class Migration(migrations.Migration):
    """The database holds new texts to their conversation's limit, and merging to one conversation.

    Imported conversations came from elsewhere, with limits of their own.
    """

    dependencies = [("voting", "0014_add_merging_and_moderation_log")]

    operations = [
        migrations.RunSQL(
            sql="""
            ALTER TABLE voting_statement
                ADD CONSTRAINT statement_merged_in_conversation
                FOREIGN KEY (merged_into_id, conversation_id)
                REFERENCES voting_statement (id, conversation_id)
                DEFERRABLE INITIALLY DEFERRED;

            CREATE FUNCTION voting_hold_statement_to_limit() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE
                allowed integer;
            BEGIN
                SELECT statement_limit INTO allowed FROM voting_conversation
                WHERE id = NEW.conversation_id AND import_sha256 = '';
                IF char_length(NEW.text) > allowed THEN
                    RAISE EXCEPTION 'a statement of % characters; this conversation allows %',
                        char_length(NEW.text), allowed
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'statement_within_limit';
                END IF;
                RETURN NEW;
            END
            $$;

            CREATE TRIGGER statement_within_limit BEFORE INSERT OR UPDATE OF text ON voting_statement
            FOR EACH ROW WHEN (char_length(NEW.text) > 140) EXECUTE FUNCTION voting_hold_statement_to_limit();
            """,
            reverse_sql="""
            DROP TRIGGER statement_within_limit ON voting_statement;
            DROP FUNCTION voting_hold_statement_to_limit();
            ALTER TABLE voting_statement DROP CONSTRAINT statement_merged_in_conversation;
            """,
        ),
    ]
