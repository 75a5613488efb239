from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def keep_hidden(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    conversations = apps.get_model("voting", "Conversation").objects
    conversations.filter(shows_results=False).update(results_shown="hidden")


def hide_what_is_not_at_once(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    conversations = apps.get_model("voting", "Conversation").objects
    conversations.exclude(results_shown="at_once").update(shows_results=False)


class Migration(migrations.Migration):
    """Results that were hidden stay hidden, also where the conversation is closed."""

    dependencies = [("voting", "0009_add_results_shown")]

    operations = [migrations.RunPython(keep_hidden, hide_what_is_not_at_once)]
