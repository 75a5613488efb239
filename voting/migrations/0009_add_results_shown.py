from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('voting', '0008_drop_a_constraint_that_others_imply'),
    ]

    operations = [
        migrations.AddField(
            model_name='conversation',
            name='results_shown',
            field=models.CharField(choices=[('at_once', 'At once, to everybody'), ('after_voting', 'To those who have voted enough; to everybody once it is closed'), ('when_closed', 'When the conversation is closed'), ('hidden', 'Not at all: only those who run it see them')], db_default='at_once', default='at_once', help_text='When participants and the public may see results; facilitators always may.', max_length=12),
        ),
        migrations.AddConstraint(
            model_name='conversation',
            constraint=models.CheckConstraint(condition=models.Q(('results_shown__in', ['at_once', 'after_voting', 'when_closed', 'hidden'])), name='conversation_results_shown_known'),
        ),
    ]
