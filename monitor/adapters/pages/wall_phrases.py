"""List the phrases of walls in the languages of the shipped feeds, one a line.

All of it is in lower case, as the text it is looked for in must be: several times faster than to ignore case.
"""

import re


def _any(*patterns: str, start: bool = False) -> re.Pattern[str]:
    joined = "|".join(patterns)
    return re.compile(f"^(?:{joined})" if start else joined)


CHALLENGE_TITLE = _any(
    r"just a moment",
    r"attention required",
    r"access denied",
    r"access to this page has been denied",
    r"are you a (?:robot|human)",
    r"robot check",
    r"security check",
    r"one more step",
    r"please wait",
    r"checking your browser",
    r"ddos-guard",
    r"pardon our interruption",
    r"verify(?:ing)? (?:that )?you are (?:a )?human",
    r"human verification",
    r"bot verification",
    r"forbidden",
    r"403",
    r"429 ",
    start=True,
)
"""Titles of pages that check for robots, from their start."""

CHALLENGE = _any(
    r"checking (?:if the site connection is secure|your browser)",
    r"verify(?:ing)? (?:that )?you(?:'re| are) (?:a |not a )?(?:human|robot)",
    r"enable cookies and reload",
    r"unusual (?:traffic|activity) from your",
    r"complete the (?:captcha|security check)",
    r"needs to review the security of your connection",
    r"ray id",
    r"please (?:turn|switch) off your ad ?blocker",
    r"press (?:and|&) hold",
    r"confirm you are (?:a )?human",
    r"подтвердите, что вы не робот",
    r"请完成(?:安全)?验证",
)
"""What such pages say."""

SCRIPT = _any(
    r"(?:enable|activate|turn on|requires?|needs?|without) javascript",
    r"javascript (?:is|must be|has been|wird|ist|est|está)\s\w*",
    r"(?:aktivieren sie|bitte) javascript",
    r"activer (?:le )?javascript",
    r"habilit[ae]r? (?:o )?javascript",
    r"включите javascript",
    r"увімкніть javascript",
    r"włącz (?:obsługę )?javascript",
    r"请(?:启用|开启)\s?javascript",
    r"javascriptを有効",
)
"""Pages that want JavaScript."""

NOT_FOUND = _any(
    r"\b404\b",
    r"page (?:not found|cannot be found|can't be found|is no longer available|you requested)",
    r"page (?:doesn't|does not) exist",
    r"(?:article|story|content) (?:not found|is no longer available|has been removed|no longer exists)",
    r"(?:seite|artikel) (?:wurde )?nicht gefunden",
    r"(?:page|article) (?:introuvable|non trouvée?)",
    r"página no encontrada",
    r"pagina non trovata",
    r"página não encontrada",
    r"nie znaleziono (?:strony)?",
    r"strona nie istnieje",
    r"страница не найдена",
    r"сторінку не знайдено",
    r"页面不存在",
    r"找不到(?:该|此|这个)?(?:页面|网页)",
    r"ページが見つかりません",
    r"sayfa bulunamadı",
    r"الصفحة غير موجودة",
)
"""Pages that were not found and answer 200."""

LOGIN = _any(
    r"(?:log|sign) ?in (?:to|or) (?:continue|read|view|access|your account|register|create)",
    r"please (?:log|sign) in",
    r"forgot(?:ten)? (?:your )?password",
    r"create (?:a free |an )?account",
    r"don't have an account",
    r"keep me (?:logged|signed) in",
    r"bitte (?:melden sie sich|einloggen|anmelden)",
    r"passwort vergessen",
    r"mot de passe oublié",
    r"connectez-vous",
    r"inici[ae]r? sesión",
    r"olvid(?:ó|aste) (?:su|tu) contraseña",
    r"zaloguj się",
    r"войдите (?:в|или)",
    r"забыли пароль",
    r"увійдіть",
    r"请(?:先)?登录",
    r"忘记密码",
    r"ログインしてください",
)
"""Login and registration pages."""

PAYWALL = _any(
    r"subscribe (?:now )?(?:to|for) (?:continue|read|unlock|keep|full|unlimited|get)",
    r"(?:only|exclusive(?:ly)?) (?:for|to|available to) (?:our )?subscribers",
    r"already a subscriber",
    r"for subscribers only",
    r"subscribers? only",
    r"to (?:continue|keep) reading",
    r"unlock (?:this|the full) (?:article|story)",
    r"start your (?:free )?trial",
    r"this (?:article|content|story) is (?:for|reserved for|available to|exclusive)",
    r"you(?:'ve| have) (?:reached|read) your (?:\w+ )?(?:limit|free)",
    r"read the full (?:article|story) with",
    r"jetzt (?:weiterlesen|abonnieren)",
    r"weiterlesen mit",
    r"nur für abonnenten",
    r"bereits abonnent",
    r"réservé (?:à nos|aux) abonnés",
    r"article réservé",
    r"il vous reste \d+ ?% de cet article",
    r"déjà abonné",
    r"solo para suscriptores",
    r"exclusivo para suscriptores",
    r"contenido exclusivo",
    r"riservato agli abbonati",
    r"dla subskrybentów",
    r"dostęp do (?:całego )?artykułu",
    r"только для подписчиков",
    r"по подписке",
    r"для передплатників",
    r"会员专享",
    r"订阅后(?:阅读|继续)",
    r"有料会員",
    r"この記事は有料",
)
"""The end of what is free."""

CONSENT = _any(
    r"we (?:value|care about|respect) your privacy",
    r"before you continue to",
    r"(?:we|our site) (?:and|&) our (?:\d[\d,. ]*)?partners",
    r"store and/or access information on a device",
    r"accept (?:all|and continue|& continue)",
    r"reject all",
    r"manage (?:preferences|options|settings|choices|my choices)",
    r"(?:we|this (?:web)?site) uses? cookies",
    r"use of cookies",
    r"cookie (?:policy|settings|preferences|consent)",
    r"legitimate interest",
    r"personali[sz]ed (?:ads|advertising|content)",
    r"withdraw your consent",
    r"your (?:privacy|cookie) choices",
    r"alle akzeptieren",
    r"wir verwenden cookies",
    r"einwilligung",
    r"datenschutzeinstellungen",
    r"mit werbung",
    r"tout accepter",
    r"nous utilisons des cookies",
    r"continuer sans accepter",
    r"aceptar (?:todo|y continuar|todas)",
    r"utilizamos cookies",
    r"accetta tutti",
    r"zaakceptuj",
    r"pliki cookie",
    r"nasi partnerzy",
    r"принять все",
    r"файлы cookie",
    r"ми використовуємо",
    r"accepteren",
    r"акцептувати",
)
"""Privacy and cookie questions."""
