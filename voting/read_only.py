"""The admin of rows that nobody changes by hand."""

from django.contrib import admin


def refuse(*_: object, **__: object) -> bool:
    return False


class ReadOnlyAdmin(admin.ModelAdmin):
    """Shows rows; neither adds, changes nor deletes any. For many of them the database would refuse too."""

    has_add_permission = has_change_permission = has_delete_permission = refuse
