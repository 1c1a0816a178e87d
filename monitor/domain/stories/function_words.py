"""Words that say nothing about an event, in the languages of most of the world's wires."""

from monitor.domain.stories.words import folded

_WORDS = """
the of and to in for on with at by from as is are was were be been being it its he she his her him they their
them that this these those an or but not no will would could can may might should has have had do does did who
what when where which why how than then there here about after before over under into out up down more most says
said say new news also just one two three first last year years day days week weeks we you your our us i my me
if so all any some other another between during while amid against via per off own only very still now today
yesterday monday tuesday wednesday thursday friday saturday sunday january february march april june july august
september october november december latest live update updates watch video
der die das den dem des ein eine einer eines einem einen und oder aber nicht ist sind war waren wird werden hat
haben mit von zu zum zur im in am an auf aus bei nach vor fur gegen uber unter durch um als auch wie es er sie
wir ihr sich noch nur schon mehr dass wenn was wer
le la les un une des du de et ou mais ne pas est sont etait ont avec pour par sur dans en au aux ce cette ces
qui que quoi dont il elle ils elles se sa son ses leur leurs plus apres avant
el los las una unos del y o pero no es son fue ha han con por para sobre en al se su sus que como mas os um uma
do da dos das e em na nas nos com ao il lo gli di che non per sul nel della dei delle alla
i w we z ze na do nie jest sa byl byla bylo byly sie to o od po za przez przy dla jak co kto ktory ktora ktore
ktorzy a ale oraz lub czy tym tego tej ten ta te juz tylko pod nad przed jego jej ich roku lat dzis ma maja
и в во на с со по к ко о об от до за из у не что как это для при а но или же бы ли он она они его ее их был была
было были есть будет после года году і й та з із від що як це про чи але або який яка які його її буде було
ve bir bu da de ile icin dan yang di ke dari untuk pada dengan
"""
"""In lower case and without accents. English, German, French, Spanish, Portuguese, Italian, Polish, Russian, Ukrainian,
Turkish, Indonesian."""

FUNCTION_WORDS = frozenset(folded(_WORDS).split())
