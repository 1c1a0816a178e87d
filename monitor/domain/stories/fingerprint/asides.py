"""Recognise headlines of questions, explainers, footage and reactions.

Such pieces are about a story without reporting it.
"""

import re

from monitor.domain.topics.text.folding import fold_accents

_OPENINGS = (
    "how|why|what|who|when|where|which|is|are|was|can|could|will|would|should|does|do|did|has|have|inside|meet"
    "|here s|here are"
    "|watch|video|listen|see|hear|photos?|pictures|in pictures|gallery|podcast|analysis|opinion|explainer|explained"
    "|factbox"
    "|timeline|profile|fact check|editorial|column|letters?|review|interview|briefing|your|read|the take|all to know"
    "|(?:three|four|five|six|seven|eight|nine|ten|[3-9]|10) (?:things|ways|reasons|takeaways|questions|facts)"
    "|wie|warum|wieso|weshalb|wer|kommentar|analyse|hintergrund|interview|bilder|podcast"
    "|comment|pourquoi|qui|que sait on|ce que|analyse|portrait|decryptage|tribune|entretien"
    "|como|por que|quien|que sabemos|claves|analisis|opinion|video|asi"
    "|jak|dlaczego|kto|kim jest|czy|co wiemy|komentarz|analiza|opinia|wywiad|zdjecia|wideo|zobacz"
    "|как|почему|кто|зачем|что известно|мнение|анализ|видео|фото|интервью"
    "|як|чому|хто|навіщо|що відомо|думка|аналіз|відео|інтерв'ю"
)
_TEXT = (
    rf"^\W*(?:{_OPENINGS})\b"
    r"|\?\W*$|[–—|:-]\s*(?:video|in pictures|photos?|gallery|podcast|opinion|analysis|explained|explainer|briefing"
    r"|live blog|wideo|zdjecia|opinia|analiza|kommentar|analyse|видео|фото)\W*$"
    r"|\b(?:slams?|slammed|blasts|blasted|mocks?|mocked|ripped|rips|reacts?|reacted|roasts?|praises?|praised|hails?|hailed"
    r"|applauds?|applauded|condemns?|condemned|critici[sz]es?|critici[sz]ed|denounces?|denounced|eviscerates?|eviscerated"
    r"|torched|tears? into)\b"
    r"|\b(?:what we know|what to know|everything you need|explained|takeaways|key moments|seen in video)\b"
    r"|\b(?:briefing|newsletter|at a glance|quiz|cartoon|morning report|q a)\b"
    r"|为何|如何|谁是|视频|评论[:：]|分析[:：]"
)
_ASIDE = re.compile(fold_accents(_TEXT), re.IGNORECASE)


def is_aside(title: str) -> bool:
    """Decide whether a folded headline announces something else than the report of an event."""
    return _ASIDE.search(title.replace("’", " ").replace("'", " ")) is not None
