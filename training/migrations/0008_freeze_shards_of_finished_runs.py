from django.db import migrations

SQL = """
CREATE FUNCTION training_refuse_shard_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM training_generationrun WHERE id = OLD.run_id AND status = 'finished') THEN
        RAISE EXCEPTION 'a shard of a finished generation run cannot be changed or deleted'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER shard_of_finished_run_stays BEFORE UPDATE OR DELETE ON training_generationshard
    FOR EACH ROW EXECUTE FUNCTION training_refuse_shard_change();
"""

REVERSE_SQL = """
DROP TRIGGER shard_of_finished_run_stays ON training_generationshard;
DROP FUNCTION training_refuse_shard_change();
"""


class Migration(migrations.Migration):
    """The parts of a finished run stay as they are, like the run itself."""

    dependencies = [("training", "0007_add_shards_and_budgets")]

    operations = [migrations.RunSQL(sql=SQL, reverse_sql=REVERSE_SQL)]
