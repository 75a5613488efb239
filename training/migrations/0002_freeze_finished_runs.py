from django.db import migrations

SQL = """
CREATE FUNCTION training_refuse_run_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'finished' THEN
        RAISE EXCEPTION 'a finished generation run cannot be changed or deleted' USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER finished_run_stays BEFORE UPDATE OR DELETE ON training_generationrun
    FOR EACH ROW EXECUTE FUNCTION training_refuse_run_change();
"""

REVERSE_SQL = """
DROP TRIGGER finished_run_stays ON training_generationrun;
DROP FUNCTION training_refuse_run_change();
"""


class Migration(migrations.Migration):
    """A finished run: the database keeps it. What is still running may go on."""

    dependencies = [("training", "0001_initial")]

    operations = [migrations.RunSQL(sql=SQL, reverse_sql=REVERSE_SQL)]
