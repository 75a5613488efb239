from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('voting', '0010_keep_hidden_results_hidden'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='conversation',
            name='shows_results',
        ),
    ]
