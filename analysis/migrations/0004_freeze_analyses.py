from django.db import migrations

FROZEN_TABLES = [
    "analysis_analysis",
    "analysis_opiniongroup",
    "analysis_position",
    "analysis_statementresult",
    "analysis_support",
]

CREATE_FUNCTION = """
CREATE FUNCTION analysis_refuse_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A finished analysis is frozen: make a new one instead of changing %.', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;
"""


def freeze(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        sql=f"""
        CREATE TRIGGER {table}_is_frozen BEFORE UPDATE ON {table}
        FOR EACH ROW EXECUTE FUNCTION analysis_refuse_update();
        """,
        reverse_sql=f"DROP TRIGGER {table}_is_frozen ON {table};",
    )


class Migration(migrations.Migration):
    """Nobody changes a finished analysis by any path; rows still go with a deleted conversation."""

    dependencies = [("analysis", "0003_current_analysis")]

    operations = [
        migrations.RunSQL(sql=CREATE_FUNCTION, reverse_sql="DROP FUNCTION analysis_refuse_update();"),
        *[freeze(table) for table in FROZEN_TABLES],
    ]
