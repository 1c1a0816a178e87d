"""Recognise lines that lead to another article: "READ MORE: ...", "Читайте также: ...".

The rule: a cue at the beginning, then nothing but links; or in plain text a cue, a colon or bar, and no full stop.
"""

import re

_CUES = (
    r"read (?:more|also|next|on|this|(?:the )?full story|our full coverage)",
    r"read more (?:on|about|here|at)\b[^:|]{0,40}(?=\s*[:|])",
    r"(?:also|must|recommended|further) read(?:ing)?",
    r"see (?:also|more)",
    r"more (?:on this(?: story| topic)?|from [\w .]{2,40}(?=\s*(?:[:|]|$))|stories|coverage|like this|news)",
    r"related(?: (?:articles?|stories|story|coverage|content|news|topics?|links?|posts?))?",
    r"(?:you )?(?:may|might) also like",
    r"don['’]t miss",
    r"(?:watch|listen)(?: (?:also|now|more))?",
    r"(?:top|trending) (?:stories|now)",
    r"recommended(?: (?:for you|stories|articles?))?",
    r"explained",
    r"(?:lesen sie|lies) (?:auch|mehr|dazu|weiter)(?: (?:dazu|zum thema|hier))?",
    r"mehr (?:zum thema|dazu|lesen|nachrichten|über[^:|]{0,40}(?=\s*[:|]))",
    r"(?:auch|weitere) interessant",
    r"(?:siehe|sehen sie) auch",
    r"à lire (?:aussi|également)",
    r"lire (?:aussi|également|la suite)",
    r"(?:voir|à voir) (?:aussi|également)",
    r"(?:sur le même sujet|pour aller plus loin)",
    r"(?:lea|lee|leer|ver|vea|mire) (?:también|además|más)",
    r"(?:te|le) puede interesar",
    r"(?:noticias|artículos?) relacionad[oa]s?",
    r"leggi anche",
    r"(?:potrebbe interessarti|approfondisci)(?: anche)?",
    r"(?:leia|veja) (?:também|mais)",
    r"(?:czytaj|przeczytaj|zobacz|sprawdź|polecamy|warto przeczytać)(?: (?:też|także|również|więcej))?",
    r"(?:читайте|смотрите|читать|см)\.? (?:также|ещ[её]|далее|дальше|по теме|в этом сюжете)",
    r"(?:по теме|материалы по теме|другие новости|похожие новости|рекомендуем)",
    r"(?:читайте|дивіться|читати) (?:також|ще|більше|далі|за темою)",
    r"(?:за темою|матеріали за темою|рекомендуємо)",
    r"(?:ayrıca|şunu da) (?:okuyun?|bakınız?)",
    r"(?:ilgili haberler?|devamını oku|bunlar da ilginizi çekebilir)",
    r"lees (?:ook|meer|verder)",
    r"(?:läs|les) (?:också|mer|även|også)",
    r"(?:相关|更多|延伸|推荐)(?:阅读|新闻|报道|文章)",
    r"(?:延伸閱讀|相關(?:閱讀|新聞|報導)|更多新聞)",
    r"(?:あわせて読みたい|関連(?:記事|ニュース)|こちらも読む)",
    r"(?:관련(?:기사| 기사| 뉴스)|더 ?보기)",
    r"اقرأ (?:أيضا|أيضاً|المزيد|كذلك)",
)
_CUE = "|".join(_CUES)
_LEAD = r"^[\W_]{0,12}(?:(?:" + _CUE + r"))"
_CUE_ALONE = re.compile(_LEAD + r"[\W_]{0,12}$", re.IGNORECASE)
_WITH_SIGN = re.compile(_LEAD + r"\s*(?:[:|»>→▶►•·–—】\])]|-\s|\.{3}|…)\s*(?=\S)", re.IGNORECASE)
_CUE_START = re.compile(_LEAD + r"(?!\w)", re.IGNORECASE)
_ENDS = re.compile(r"[.。][\"”’»)\]]*\s*$")


_MAY_BE_CUE = re.compile(
    r"[\W_]{0,12}(?:rea|als|mus|rec|fur|see|mor|rel|you|may|mig|don|wat|lis|top|tre|exp|les|lie|meh|auc|wei|sie|seh"
    r"|à l|lir|voi|à v|sur|pou|lea|lee|ver|vea|mir|te |le |not|art|leg|pot|app|lei|vej|czy|prz|zob|spr|pol|war|чит|смо"
    r"|см|по |мат|дру|пох|рек|див|за |ayr|şun|ilg|dev|bun|läs|相|更|延|推|あわ|関|こち|관|더|اقر)",
    re.IGNORECASE,
)
"""How a cue begins, looked for first: several times faster than all the cues."""


def may_be_cue(words: str) -> bool:
    """Tell whether a text might begin with a cue."""
    return bool(_MAY_BE_CUE.match(words))


def is_cue(words: str) -> bool:
    """Tell whether a line is a cue and nothing else."""
    return len(words) < 80 and bool(_CUE_ALONE.match(words.strip()))


def is_teaser(words: str, linked: str) -> bool:
    """Tell whether a line is a cue and then nothing but the `linked` words."""
    text, link = " ".join(words.split()), " ".join(linked.split())
    found = _CUE_START.match(text)
    if found is None or (_CUE_START.match(link) and not _WITH_SIGN.match(link)):
        return False
    rest = re.sub(r"[\W_]+", "", text[found.end() :])
    said = re.sub(r"[\W_]+", "", _CUE_START.sub("", link))
    return bool(said) and len(rest) <= len(said) + 3


def without_teasers(text: str) -> str:
    """Drop lines of plain text that are a cue with its sign and a headline."""
    if not any(map(_WITH_SIGN.match, lines := text.split("\n"))):
        return text
    return "\n".join(line for line in lines if not is_plain_teaser(line))


def is_plain_teaser(line: str) -> bool:
    """Tell whether a line without links is a teaser: a cue, its sign, and a headline, which has no full stop."""
    return len(line) < 250 and bool(_WITH_SIGN.match(line)) and not _ENDS.search(line)
