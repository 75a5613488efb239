from django.db import migrations

SQL = """
CREATE FUNCTION evaluation_refuse_run_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'finished' THEN
        RAISE EXCEPTION 'a finished evaluation run cannot be changed or deleted' USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER finished_run_stays BEFORE UPDATE OR DELETE ON evaluation_evaluationrun
    FOR EACH ROW EXECUTE FUNCTION evaluation_refuse_run_change();

-- FOR SHARE waits for a run that is being finished and then sees its result.
CREATE FUNCTION evaluation_refuse_if_finished(run bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE found text;
BEGIN
    SELECT status INTO found FROM evaluation_evaluationrun WHERE id = run FOR SHARE;
    IF found = 'finished' THEN
        RAISE EXCEPTION 'the run is finished: its scores cannot change' USING ERRCODE = 'check_violation';
    END IF;
END $$;

CREATE FUNCTION evaluation_refuse_score_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM evaluation_refuse_if_finished(OLD.run_id);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM evaluation_refuse_if_finished(NEW.run_id);
        RETURN NEW;
    END IF;
    RETURN OLD;
END $$;

CREATE TRIGGER score_of_finished_run_stays BEFORE INSERT OR UPDATE OR DELETE ON evaluation_score
    FOR EACH ROW EXECUTE FUNCTION evaluation_refuse_score_change();
"""

REVERSE_SQL = """
DROP TRIGGER score_of_finished_run_stays ON evaluation_score;
DROP TRIGGER finished_run_stays ON evaluation_evaluationrun;
DROP FUNCTION evaluation_refuse_score_change();
DROP FUNCTION evaluation_refuse_if_finished(bigint);
DROP FUNCTION evaluation_refuse_run_change();
"""


class Migration(migrations.Migration):
    """A finished run and its scores: the database keeps them. What is still running may go on."""

    dependencies = [("evaluation", "0002_count_answers")]

    operations = [migrations.RunSQL(sql=SQL, reverse_sql=REVERSE_SQL)]
