"""A participant's statement is checked and kept by one statement to the database, as a vote is.

It holds the conversation's row, so that two people who write the same at the same moment follow one another.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION voting_write_statement(
    wanted_conversation bigint, wanted_author bigint, wanted_text text, wanted_language text,
    OUT outcome text, OUT statement_id bigint
) LANGUAGE plpgsql AS $$
DECLARE
    held voting_conversation%ROWTYPE;
    writer voting_participant%ROWTYPE;
BEGIN
    SELECT * INTO held FROM voting_conversation WHERE id = wanted_conversation FOR NO KEY UPDATE;
    IF held.id IS NULL OR held.status <> 'open' THEN
        outcome := 'closed';
        RETURN;
    END IF;
    SELECT * INTO writer FROM voting_participant
    WHERE id = wanted_author AND conversation_id = wanted_conversation;
    IF writer.id IS NULL OR writer.is_screened_out
       OR (held.consent_id IS NOT NULL AND held.consent_id IS DISTINCT FROM writer.consent_id)
       OR (held.asks_questions AND writer.answered_at IS NULL) THEN
        outcome := 'step';
        RETURN;
    END IF;
    SELECT id INTO statement_id FROM voting_statement
    WHERE conversation_id = wanted_conversation AND upper(text) = upper(wanted_text)
    ORDER BY number LIMIT 1;
    IF statement_id IS NOT NULL THEN
        outcome := 'known';
        RETURN;
    END IF;
    UPDATE voting_conversation SET last_statement_number = last_statement_number + 1
    WHERE id = wanted_conversation RETURNING * INTO held;
    INSERT INTO voting_statement (
        conversation_id, author_id, number, text, language, status, rejection_reason,
        is_seed, is_metadata, priority, created_at
    ) VALUES (
        wanted_conversation, wanted_author, held.last_statement_number, wanted_text, wanted_language,
        'pending', '', false, false, 1.0, now()
    ) RETURNING id INTO statement_id;
    outcome := 'added';
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("voting", "0016_allow_showings_without_a_chance"),
    ]

    operations = [
        migrations.RunSQL(
            CREATE, "DROP FUNCTION voting_write_statement(bigint, bigint, text, text, OUT text, OUT bigint)"
        ),
    ]
