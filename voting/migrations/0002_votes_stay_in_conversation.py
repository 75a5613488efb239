from django.db import migrations


class Migration(migrations.Migration):
    """A vote, its statement and its participant belong to one conversation: the database sees to it."""

    dependencies = [("voting", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql="""
            ALTER TABLE voting_vote
                ADD CONSTRAINT vote_statement_in_conversation
                FOREIGN KEY (statement_id, conversation_id)
                REFERENCES voting_statement (id, conversation_id)
                DEFERRABLE INITIALLY DEFERRED,
                ADD CONSTRAINT vote_participant_in_conversation
                FOREIGN KEY (participant_id, conversation_id)
                REFERENCES voting_participant (id, conversation_id)
                DEFERRABLE INITIALLY DEFERRED;
            """,
            reverse_sql="""
            ALTER TABLE voting_vote
                DROP CONSTRAINT vote_statement_in_conversation,
                DROP CONSTRAINT vote_participant_in_conversation;
            """,
        ),
    ]
