"""Recognise the lines in which a page says that it was corrected, or that it is no longer there."""

import re

_CORRECTED = (
    r"(?:editor['’]s note|correction|corrections? (?:and|&) clarifications?|clarification|erratum|retraction)\b"
    r"\s*(?:\([^)]*\))?\s*[:—–-]",
    r"(?:this|the) (?:article|story|report|headline|piece) (?:was|has been|is) (?:amended|corrected)",
    r"an? (?:earlier|previous) version of this (?:article|story|headline|piece)",
    r"an? (?:earlier|previous) version of this report\b.{0,60}(?:incorrect|wrong|miss|erron)",
    r"(?:^\W*|\()(?:corrects|amends) (?:the|to|a|an|spelling|figure|name|date|paragraph|in paragraph)\b",
    r"this version of the .{0,30}(?:story|article|report) (?:has been corrected|corrects)",
    r"we (?:have corrected|regret the error|apologi[sz]e for the error)",
    r"(?:korrektur|berichtigung|richtigstellung|anmerkung der redaktion)\s*[:—–-]",
    r"in einer (?:früheren|vorherigen|ersten) (?:version|fassung)",
    r"(?:der|dieser) (?:artikel|text) wurde (?:nachträglich )?(?:korrigiert|berichtigt)",
    r"(?:correction|rectificatif|erratum|précision|note de la rédaction)\s*[:—–-]",
    r"(?:dans )?une (?:précédente|première|ancienne) version de (?:cet|l['’])\s?article",
    r"(?:cet|l['’])\s?article a été (?:corrigé|rectifié|modifié)",
    r"(?:fe de errores|fe de erratas|corrección|rectificación|nota de la redacción)\s*[:—–-]",
    r"(?:en )?una versión (?:anterior|previa) de (?:este|esta) (?:artículo|noticia)",
    r"(?:errata corrige|correzione|rettifica)\s*[:—–-]",
    r"(?:in )?una versione precedente di questo articolo",
    r"(?:correção|errata|retificação)\s*[:—–-]",
    r"(?:em )?uma versão anterior dest[ea] (?:artigo|matéria|reportagem|texto)",
    r"(?:sprostowanie|korekta|od redakcji|errata)\s*[:—–-]",
    r"w (?:poprzedniej|wcześniejszej|pierwotnej) wersji (?:tego )?(?:artykułu|tekstu)",
    r"(?:исправление|исправлено|поправка|уточнение|опровержение|от редакции)\s*[:.—–-]",
    r"в (?:предыдущей|более ранней|первой) версии (?:этого |этой |данной )?(?:статьи|материала|новости|текста)",
    r"(?:виправлення|виправлено|уточнення|спростування|від редакції)\s*[:.—–-]",
    r"у (?:попередній|первісній|першій) версії (?:цієї |цього )?(?:статті|матеріалу|новини|тексту)",
    r"(?:更正|勘误|澄清|更正启事|订正|編按)\s*[:：—]",
    r"(?:本文|此文)(?:较早|此前|先前)(?:的)?版本",
    r"(?:訂正|お詫びと訂正)\s*[:：—。して]",
    r"(?:düzeltme|tashih)\s*[:—–-]",
    r"bu haberin önceki (?:sürüm|versiyon)\w*",
)
_NOTICE = re.compile("|".join(_CORRECTED), re.IGNORECASE)
_SENTENCES = re.compile(r"(?<=[.!?…。！？])\s+|\n+|(?<=[。！？])")


def notices(text: str) -> tuple[str, ...]:
    """Return the sentences of a text in which it says that it was corrected, in order."""
    return tuple(sentence.strip() for sentence in _SENTENCES.split(text) if _NOTICE.search(sentence))
