from services.common.words import words
from services.search.highlight import CLOSE, MAX_CHARACTERS, OPEN, highlight


def test_what_was_found_is_marked_and_nothing_else() -> None:
    assert highlight("La cantine de l'école", "fr", words("ecole cantines")) == (
        "La <em>cantine</em> de l&#x27;<em>école</em>"
    )
    assert highlight("La cantine", "fr", words("compost")) is None


def test_the_rest_of_the_text_is_escaped() -> None:
    text = "<script>alert('cantine')</script> & \"bio\""
    html = highlight(text, "fr", words("cantine script"))
    assert html is not None
    assert html == (
        "&lt;<em>script</em>&gt;alert(&#x27;<em>cantine</em>&#x27;)&lt;/<em>script</em>&gt; &amp; &quot;bio&quot;"
    )
    bare = html.replace(OPEN, "").replace(CLOSE, "")
    assert "<" not in bare


def test_tags_in_a_text_are_no_marks() -> None:
    assert highlight("<em>cantine</em>", "fr", words("cantine")) == "&lt;em&gt;<em>cantine</em>&lt;/em&gt;"


def test_the_last_word_marks_what_begins_with_it() -> None:
    assert highlight("cantines et cantons", "fr", words("can")) == "<em>cantines</em> et <em>cantons</em>"
    assert highlight("cantines", "fr", words("can"), last_is_prefix=False) is None


def test_stems_of_the_texts_own_language_are_marked() -> None:
    assert highlight("produits locaux", "fr", words("local "), last_is_prefix=False) == "produits <em>locaux</em>"
    assert highlight("produits locaux", "de", words("local "), last_is_prefix=False) is None


def test_arabic_is_marked_whatever_its_spelling() -> None:
    assert highlight("مُكافحة الهَدْر", "ar", words("هدر")) == "مُكافحة <em>الهَدْر</em>"


def test_a_long_text_is_cut_around_the_first_word_found_at_spaces() -> None:
    text = "mot " * 100 + "cantine" + " mot" * 100
    html = highlight(text, "fr", words("cantine"))
    assert html is not None
    assert "<em>cantine</em>" in html
    assert html.startswith("…mot ")
    assert html.endswith("mot…")
    assert len(html) <= MAX_CHARACTERS + len("<em></em>……")
