"""When a word of a query is a word of a text with a typo: the rule that both engines are held to. Pure."""

from functools import lru_cache

ONE_TYPO_LETTERS = 5
TWO_TYPOS_LETTERS = 9
"""From how many letters a query word may be one or two typos away: Meilisearch's defaults."""


def allowed_typos(word: str) -> int:
    """How many typos a folded query word may be away from a word of a text."""
    if len(word) >= TWO_TYPOS_LETTERS:
        return 2
    return 1 if len(word) >= ONE_TYPO_LETTERS else 0


def distance(left: str, right: str, limit: int) -> int:
    """Typos between two words: insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).

    Anything over `limit` is answered as `limit + 1`.
    """
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    return min(_distances(left, right)[-1], limit + 1)


def prefix_distance(query: str, word: str, limit: int) -> int:
    """Typos between `query` and the nearest beginning of `word`; `limit + 1` for anything over it."""
    return min(*_distances(query, word[: len(query) + limit]), limit + 1)


def _distances(left: str, right: str) -> list[int]:
    """Typos between `left` and every beginning of `right`, from the empty one to the whole."""
    before: list[int] = []
    current = list(range(len(right) + 1))
    for row, char in enumerate(left, 1):
        above, current = current, [row]
        for column, other in enumerate(right, 1):
            best = min(above[column] + 1, current[-1] + 1, above[column - 1] + (char != other))
            if before and column > 1 and char == right[column - 2] and left[row - 2] == other:
                best = min(best, before[column - 2] + 1)
            current.append(best)
        before = above
    return current


@lru_cache(maxsize=65_536)
def matches(query: str, word: str, *, is_prefix: bool) -> bool:
    """Whether a folded query word finds a folded word of a text: the rule that both engines keep.

    Equal; or, for a query's last word, a beginning; or within `allowed_typos`, where a typo in the first letter
    counts twice, as in Meilisearch.
    """
    if query == word or (is_prefix and word.startswith(query)):
        return True
    limit = allowed_typos(query) - (query[:1] != word[:1])
    if limit <= 0:
        return False
    return (prefix_distance if is_prefix else distance)(query, word, limit) <= limit
