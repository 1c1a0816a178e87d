"""Web pages made up for tests: articles in their furniture, and pages that are no articles."""

import json

SENTENCES = (
    "The envoys of both countries met on Sunday in the old customs house of Port Alba.",
    "They spoke for four hours about the ceasefire, the exchange of prisoners and the border crossings.",
    "A spokeswoman said that a second meeting would follow before the end of the month.",
    "Neither side gave details, but both called the mood serious and the talks useful.",
    "Observers had expected less after a week of accusations in both capitals.",
    "The hosts offered to keep the customs house open for as long as it was needed.",
    "Fishermen in the harbour watched the motorcades leave shortly after sunset.",
    "In the northern districts the shelling stopped for the first time in weeks.",
)


def paragraphs(count=8):
    return "".join(f"<p>{SENTENCES[n % len(SENTENCES)]} Part {n}.</p>" for n in range(count))


def page(body, title="Envoys meet in Port Alba", head="", aside="", nav=""):
    return (
        f"<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>{title}</title>{head}</head><body>"
        f"<nav><ul><li><a href='/'>Home</a></li><li><a href='/world'>World</a></li>{nav}</ul></nav>"
        f"<main><article><h1>{title}</h1>{body}</article></main>"
        f"<aside>{aside}</aside><footer><p>© The Herald of Port Alba. All rights reserved.</p></footer></body></html>"
    )


def _data(**facts):
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", **facts})}</script>'


WALLS = {
    "consent": page(
        "<p>We value your privacy.</p><p>We and our 843 partners store and/or access information on a device, such as "
        "cookies, and process personal data for personalised ads.</p><button>Accept all</button>",
        "Before you continue",
    ),
    "consent de": page(
        "<p>Mit Werbung weiterlesen</p><p>Wir verwenden Cookies und brauchen dafür Ihre Einwilligung. Sie können sie "
        "in den Datenschutzeinstellungen jederzeit widerrufen.</p><button>Alle akzeptieren</button>",
    ),
    "consent fr": page("<p>Nous utilisons des cookies.</p><p>Tout accepter</p><p>Continuer sans accepter</p>"),
    "consent pl": page("<p>My i nasi partnerzy zapisujemy pliki cookie na urządzeniu.</p><p>Zaakceptuj wszystko</p>"),
    "login": page(
        "<p>Log in to continue</p><form><input name='user'><input type='password'></form><p>Forgot your password?</p>"
        "<p>Don't have an account? Create an account in a minute.</p>",
        "Sign in",
    ),
    "login de": page("<p>Bitte melden Sie sich an, um weiterzulesen.</p><p>Passwort vergessen?</p>", "Anmelden"),
    "login ru": page("<p>Войдите в свой аккаунт, чтобы читать дальше.</p><p>Забыли пароль?</p>", "Вход"),
    "login zh": page("<p>请先登录后再继续阅读本文。</p><p>忘记密码</p>", "登录"),
    "paywall": page(f"<p>{SENTENCES[0]}</p><p>Subscribe to continue reading. Already a subscriber? Log in.</p>"),
    "paywall de": page(
        "<p>Die Gesandten trafen sich am Sonntag.</p><p>Jetzt weiterlesen mit Herald Plus. Bereits Abonnent?</p>"
    ),
    "paywall fr": page("<p>Les émissaires se sont réunis.</p><p>Article réservé à nos abonnés. Déjà abonné ?</p>"),
    "paywall es": page("<p>Los enviados se reunieron.</p><p>Contenido exclusivo para suscriptores del diario.</p>"),
    "paywall in data": page(f"<p>{SENTENCES[0]}</p>", head=_data(isAccessibleForFree="False")),
    "javascript": page("<noscript>Please enable JavaScript to view this page.</noscript><div id='app'></div>"),
    "javascript ru": page("<p>Для работы сайта включите JavaScript в настройках браузера.</p>", "Вестник"),
    "challenge": page("<p>Checking your browser before accessing the site.</p><p>Ray ID: 7ab3</p>", "Just a moment..."),
    "captcha": page("<p>Please verify you are a human by completing the challenge below.</p>", "Access denied"),
    "not found": page("<p>Sorry, the page you requested cannot be found. It may have moved.</p>", "Page not found"),
    "not found de": page("<p>Die gewünschte Seite wurde nicht gefunden.</p>", "404 - Seite nicht gefunden"),
    "not found zh": page("<p>抱歉，您访问的页面不存在或已被删除。</p>", "页面不存在"),
}
