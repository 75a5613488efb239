from django.db import migrations

SQL = """
CREATE FUNCTION constitution_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'draft' THEN
            RAISE EXCEPTION 'a constitution begins as a draft' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.status = 'adopted' THEN
        RAISE EXCEPTION 'an adopted constitution cannot be changed or deleted' USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER adopted_stays_as_it_is BEFORE INSERT OR UPDATE OR DELETE ON constitution_constitution
    FOR EACH ROW EXECUTE FUNCTION constitution_refuse_change();

-- FOR SHARE waits for an adoption under way and then sees its result.
CREATE FUNCTION constitution_refuse_if_adopted(constitution bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE found text;
BEGIN
    SELECT status INTO found FROM constitution_constitution WHERE id = constitution FOR SHARE;
    IF found = 'adopted' THEN
        RAISE EXCEPTION 'the constitution is adopted: its principles cannot change' USING ERRCODE = 'check_violation';
    END IF;
END $$;

CREATE FUNCTION constitution_refuse_part_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM constitution_refuse_if_adopted(OLD.constitution_id);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM constitution_refuse_if_adopted(NEW.constitution_id);
        RETURN NEW;
    END IF;
    RETURN OLD;
END $$;

CREATE TRIGGER principle_of_adopted_stays BEFORE INSERT OR UPDATE OR DELETE ON constitution_principle
    FOR EACH ROW EXECUTE FUNCTION constitution_refuse_part_change();
CREATE TRIGGER edit_of_adopted_stays BEFORE INSERT OR UPDATE OR DELETE ON constitution_draftedit
    FOR EACH ROW EXECUTE FUNCTION constitution_refuse_part_change();

CREATE FUNCTION constitution_refuse_source_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM constitution_refuse_if_adopted(constitution_id)
            FROM constitution_principle WHERE id = OLD.principle_id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM constitution_refuse_if_adopted(constitution_id)
            FROM constitution_principle WHERE id = NEW.principle_id;
        RETURN NEW;
    END IF;
    RETURN OLD;
END $$;

CREATE TRIGGER source_of_adopted_stays BEFORE INSERT OR UPDATE OR DELETE ON constitution_principlesource
    FOR EACH ROW EXECUTE FUNCTION constitution_refuse_source_change();

CREATE FUNCTION constitution_refuse_rule_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a saved rule cannot be changed: save a new one' USING ERRCODE = 'check_violation';
END $$;

CREATE TRIGGER saved_rule_stays BEFORE UPDATE ON constitution_rule
    FOR EACH ROW EXECUTE FUNCTION constitution_refuse_rule_change();
"""

REVERSE_SQL = """
DROP TRIGGER saved_rule_stays ON constitution_rule;
DROP TRIGGER source_of_adopted_stays ON constitution_principlesource;
DROP TRIGGER edit_of_adopted_stays ON constitution_draftedit;
DROP TRIGGER principle_of_adopted_stays ON constitution_principle;
DROP TRIGGER adopted_stays_as_it_is ON constitution_constitution;
DROP FUNCTION constitution_refuse_rule_change();
DROP FUNCTION constitution_refuse_source_change();
DROP FUNCTION constitution_refuse_part_change();
DROP FUNCTION constitution_refuse_if_adopted(bigint);
DROP FUNCTION constitution_refuse_change();
"""


class Migration(migrations.Migration):
    """An adopted constitution, its principles, their sources and its rule: the database keeps them."""

    dependencies = [("constitution", "0002_draft_edit")]

    operations = [migrations.RunSQL(sql=SQL, reverse_sql=REVERSE_SQL)]
