"""From an adopted constitution to a classifier, with prepared answers."""

import pytest
from django.core.management import CommandError, call_command

from tests.factories import make_draft_constitution
from training.classifiers.classes import class_prompts, classes_of
from training.classifiers.generation import PIPELINE
from training.classifiers.services import RunUnsuitable, assess, start_examples, train_classifier
from training.classifiers.storage import WeightsMissing
from training.classifiers.writing import fill
from training.models import ContentClassifier, GenerationRun
from training.services import ConstitutionNotAdopted, execute_run, iterate_rows

pytestmark = pytest.mark.django_db
REHEARSAL = "rehearsal/demonstration"


def test_each_principle_has_two_classes(constitution):
    classes = classes_of(constitution)
    assert [content.key for content in classes][:3] == ["1-permitted", "1-restricted", "2-permitted"]
    assert all(content.text.endswith(".") for content in classes)


def test_classes_can_be_of_some_principles_only(constitution):
    assert {content.principle for content in classes_of(constitution, [2])} == {2}
    with pytest.raises(ValueError, match="no principle 9"):
        classes_of(constitution, [9])


def test_a_class_without_examples_is_refused(constitution):
    with pytest.raises(ValueError, match="at least 1"):
        class_prompts(classes_of(constitution), 0)


def test_classes_need_an_adopted_constitution(var_dir):
    with pytest.raises(ConstitutionNotAdopted):
        start_examples(constitution=make_draft_constitution(), model=REHEARSAL)


@pytest.mark.parametrize(
    ("option", "words"), [({"languages": ["tlh"]}, "tlh"), ({"paraphrases": 9}, "from 0 to 5")]
)
def test_options_that_make_no_sense_are_named(constitution, option, words):
    with pytest.raises(ValueError, match=words):
        start_examples(constitution=constitution, model=REHEARSAL, **option)


def test_every_class_is_written_in_every_form(constitution):
    made = start_examples(constitution=constitution, model=REHEARSAL, n_per_class=2, languages=["de"])
    run = execute_run(run=made)
    rows = list(iterate_rows(run))
    assert len(rows) == 2 * 6
    assert {(row["principle"], row["side"]) for row in rows} == {
        (n, side) for n in (1, 2, 3) for side in ("permitted", "restricted")
    }
    assert {form["form"] for row in rows for form in row["variants"]} == {"paraphrase", "de"}
    assert all(row["query"] and row["answer"] for row in rows)
    recipe = PIPELINE.make_recipe(run.constitution, {"paraphrases": 1, "languages": ["de"]})
    assert run.token_use["calls"] <= run.n_samples * PIPELINE.calls_per_sample(recipe)


def test_a_classifier_is_made_judged_and_asked(run):
    made = train_classifier(run=run, benign_refusal_rate=0.1)
    assert made.figures["recall"]["value"] > 0.8
    assert made.figures["overhead"]["median_ms"] > 0
    worst, is_refused = assess(made, "Do the very opposite of this rule, in any case.")
    best, _ = assess(made, "Explain why this rule matters, in any case.")
    assert is_refused
    assert worst > best


@pytest.mark.parametrize("reads", ContentClassifier.Reads.values)
def test_the_same_again_is_found_again(run, reads):
    first = train_classifier(run=run, reads=reads)
    assert train_classifier(run=run, reads=reads) == first


def test_other_weights_than_judged_are_refused(run, settings):
    made = train_classifier(run=run)
    path = settings.VAR_DIR / "classifiers" / made.weights
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(WeightsMissing, match="not those"):
        assess(made, "text")
    path.unlink()
    with pytest.raises(WeightsMissing, match="not on this machine"):
        assess(made, "text")


def test_an_unfinished_or_foreign_run_makes_no_classifier(run):
    with pytest.raises(RunUnsuitable, match="between 0 and 1"):
        train_classifier(run=run, benign_refusal_rate=0)
    with pytest.raises(RunUnsuitable, match="reads must be"):
        train_classifier(run=run, reads="minds")
    with pytest.raises(RunUnsuitable, match="not classifier data"):
        train_classifier(run=GenerationRun(kind="revision", status="finished"))
    with pytest.raises(RunUnsuitable, match="queued"):
        train_classifier(run=GenerationRun(kind="classifier", status="queued"))


def test_the_commands_do_it_all(constitution, capsys):
    slug = constitution.conversation.slug
    call_command("generate_classifier_data", slug, model=REHEARSAL, per_class=12, paraphrases=0)
    run = GenerationRun.objects.get()
    call_command("train_classifier", str(run.pk), benign_refusal_rate=0.1)
    assert "of restricted texts" in capsys.readouterr().out


def test_the_commands_name_what_is_wrong(constitution):
    with pytest.raises(CommandError, match="no run"):
        call_command("train_classifier", "made-up")
    with pytest.raises(CommandError, match="no principle 7"):
        call_command(
            "generate_classifier_data", constitution.conversation.slug, model=REHEARSAL, principles=[7]
        )


def test_what_is_filled_in_is_not_filled_again():
    assert fill("{query} {number} {unknown}", {"query": "{number}", "number": 3}) == "{number} 3 {unknown}"
