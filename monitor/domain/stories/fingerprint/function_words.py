"""List the function words of the commonest wire languages, and tell languages by them."""

from collections import Counter
from collections.abc import Iterable
from itertools import chain

from monitor.domain.topics.text.folding import fold_accents

_WORDS = """
en: the of and to in for on with at by from as is are was were be been being it its he she his her him they their
en: them that this these those an or but not no will would could can may might should has have had do does did who
en: what when where which why how than then there here about after before over under into out up down more most says
en: said say new news also just one two three first last year years day days week weeks we you your our us i my me
en: if so all any some other another between during while amid against via per off own only very still now today
en: yesterday monday tuesday wednesday thursday friday saturday sunday january february march april june july august
en: september october november december latest live update updates watch video
de: der die das den dem des ein eine einer eines einem einen und oder aber nicht ist sind war waren wird werden hat
de: haben mit von zu zum zur im in am an auf aus bei nach vor fur gegen uber unter durch um als auch wie es er sie
de: wir ihr sich noch nur schon mehr dass wenn was wer
fr: le la les un une des du de et ou mais ne pas est sont etait ont avec pour par sur dans en au aux ce cette ces
fr: qui que quoi dont il elle ils elles se sa son ses leur leurs plus apres avant
es: el los las una unos del y o pero no es son fue ha han con por para sobre en al se su sus que como mas un la de
es: lo le
pt: o os um uma do da dos das e em na no nas nos com ao que se por mais nao foi para de
it: il lo gli di che non con per sul nel della dei delle alla un una e la le si al da sono ha
pl: i w we z ze na do nie jest sa byl byla bylo byly sie to o od po za przez przy dla jak co kto ktory ktora ktore
pl: ktorzy a ale oraz lub czy tym tego tej ten ta te juz tylko pod nad przed jego jej ich roku lat dzis ma maja
ru: и в во на с со по к ко о об от до за из у не что как это для при а но или же бы ли он она они его ее их был была
ru: было были есть будет после года году з
uk: і й у в на з із від що як це про чи але або який яка які його її буде було був була не до за та
tr: ve bir bu da de ile icin
id: dan yang di ke dari untuk pada dengan ini itu akan tidak dalam
"""

_LANGUAGES: dict[str, tuple[str, ...]] = {}
for _line in fold_accents(_WORDS).strip().splitlines():
    _language, _, _rest = _line.partition(":")
    for _word in _rest.split():
        _LANGUAGES[_word] = (*_LANGUAGES.get(_word, ()), _language)

FUNCTION_WORDS = frozenset(_LANGUAGES)
"""In lower case and without accents, as `words.folded` leaves them."""


def language_of(words: Iterable[str]) -> str | None:
    """Return the language whose function words are commonest; None below two or on a tie.

    `words` are lower-case and folded. Not a language detector: it tells whether two short texts can be
    compared word by word.
    """
    betrayed = filter(None, map(_LANGUAGES.get, words))
    best = Counter(chain.from_iterable(betrayed)).most_common(2)
    if not best or best[0][1] < 2 or (len(best) > 1 and best[0][1] == best[1][1]):
        return None
    return best[0][0]
