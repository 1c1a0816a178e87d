"""Walls in eight languages: what they say, each with its title. None of them is an article."""

LEADS = {
    "en": "The envoys of both countries met on Sunday in the old customs house and spoke about",
    "de": "Die Gesandten beider Länder trafen sich am Sonntag im alten Zollhaus und sprachen über",
    "fr": "Les émissaires des deux pays se sont réunis dimanche à l'ancienne douane et ont parlé de",
    "es": "Los enviados de ambos países se reunieron el domingo en la antigua aduana y hablaron de",
    "pl": "Wysłannicy obu krajów spotkali się w niedzielę w starym domu celnym i rozmawiali o",
    "ru": "Посланники двух стран встретились в воскресенье в старой таможне и говорили о",
    "uk": "Посланці двох країн зустрілися в неділю на старій митниці й говорили про",
    "zh": "两国特使周日在旧海关大楼会面，讨论了",
}
"""The free beginning of an article behind a paywall, cut in the middle of a sentence."""

WALLS: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (
        (
            "Page not found | The Herald",
            "Sorry, we can't find that page. It may have moved, or the link may be old. Try the search, or go back to the home page.",
        ),
        (
            "The Herald",
            "This article has been removed. It was deleted at the request of its author. Return to our front page for the latest news.",
        ),
        (
            "Just a moment...",
            "Checking your browser before accessing herald.example. This process is automatic. Your browser will redirect to your requested content shortly.",
        ),
        (
            "403 Forbidden",
            "Forbidden\nYou don't have permission to access this resource.\nApache Server at herald.example Port 443",
        ),
        (
            "Sign in",
            "Sign in to your account\nEmail address\nPassword\nForgot your password?\nNew to The Herald? Create a free account.",
        ),
        (
            "Before you continue",
            "We value your privacy\nWe and our 312 partners store and/or access information on a device for personalised ads. You can change your mind at any time.\nAccept all\nReject all",
        ),
        (
            "Envoys meet in Port Alba",
            "{lead}\nSubscribe to continue reading\nAlready a subscriber? Log in. Start your free trial today and cancel at any time.",
        ),
        ("The Herald", "Please enable JavaScript to view this page. Our site needs it to show you the news."),
    ),
    "de": (
        (
            "Seite nicht gefunden - Bote",
            "Die gewünschte Seite wurde leider nicht gefunden. Bitte prüfen Sie die Adresse oder kehren Sie zur Startseite zurück.",
        ),
        (
            "Bote",
            "Dieser Artikel ist nicht mehr verfügbar. Der Artikel wurde nicht gefunden oder gelöscht. Bitte nutzen Sie die Suche.",
        ),
        (
            "Sicherheitsüberprüfung",
            "Bitte bestätigen Sie, dass Sie kein Roboter sind. Wir haben ungewöhnliche Aktivität aus Ihrem Netzwerk festgestellt.",
        ),
        (
            "Zugriff verweigert",
            "Sie haben keine Berechtigung, diese Seite aufzurufen. Wenden Sie sich bitte an den Betreiber. Referenznummer 18.2a.",
        ),
        (
            "Anmelden",
            "Bitte melden Sie sich an, um weiterzulesen.\nE-Mail\nPasswort\nPasswort vergessen?\nNoch kein Konto? Jetzt registrieren.",
        ),
        (
            "Bote - Datenschutz",
            "Mit Werbung weiterlesen\nWir verwenden Cookies und brauchen dafür Ihre Einwilligung. Sie können sie jederzeit widerrufen.\nAlle akzeptieren",
        ),
        (
            "Gesandte treffen sich",
            "{lead}\nJetzt weiterlesen mit Bote Plus\nBereits Abonnent? Hier anmelden. Den ersten Monat lesen Sie gratis.",
        ),
        ("Bote", "Bitte aktivieren Sie JavaScript in Ihrem Browser. Ohne JavaScript ist diese Seite nicht nutzbar."),
    ),
    "fr": (
        (
            "Page introuvable | Le Phare",
            "La page demandée est introuvable. Elle a peut-être été déplacée. Vous pouvez revenir à l'accueil ou utiliser la recherche.",
        ),
        ("Le Phare", "Cet article n'existe plus. Vous pouvez retrouver toute notre actualité sur la page d'accueil."),
        (
            "Vérification de sécurité",
            "Confirmez que vous n'êtes pas un robot. Nous avons détecté une activité inhabituelle sur votre réseau.",
        ),
        (
            "Accès refusé",
            "Vous n'avez pas l'autorisation d'accéder à cette page. Veuillez contacter l'administrateur du site.",
        ),
        (
            "Connexion",
            "Connectez-vous pour lire la suite\nAdresse électronique\nMot de passe\nMot de passe oublié ?\nVous n'avez pas de compte ? Inscrivez-vous.",
        ),
        (
            "Votre vie privée",
            "Nous utilisons des cookies pour vous proposer des publicités. Vous pouvez changer d'avis à tout moment.\nTout accepter\nContinuer sans accepter",
        ),
        (
            "Les émissaires se réunissent",
            "{lead}\nArticle réservé à nos abonnés\nIl vous reste 80 % de cet article à lire. Déjà abonné ? Connectez-vous.",
        ),
        (
            "Le Phare",
            "Vous devez activer JavaScript pour consulter ce site. Vérifiez les réglages de votre navigateur.",
        ),
    ),
    "es": (
        (
            "Página no encontrada - El Faro",
            "La página que busca no existe o ha cambiado de dirección. Vuelva a la portada o utilice el buscador.",
        ),
        ("El Faro", "Esta noticia ya no está disponible. Vuelva a la portada para leer lo último."),
        (
            "Verificación de seguridad",
            "Confirme que no es un robot. Hemos detectado actividad inusual en su red. Complete la prueba para continuar.",
        ),
        (
            "Acceso denegado",
            "Usted no tiene permiso para ver esta página. Si cree que es un error, escriba al administrador.",
        ),
        (
            "Iniciar sesión",
            "Inicie sesión para seguir leyendo\nCorreo electrónico\nContraseña\n¿Ha olvidado su contraseña?\n¿No tiene cuenta? Regístrese.",
        ),
        (
            "Su privacidad",
            "Utilizamos cookies propias y de terceros para mostrarle publicidad. Usted puede cambiar su decisión cuando quiera.\nAceptar todo",
        ),
        (
            "Los enviados se reúnen",
            "{lead}\nContenido exclusivo para suscriptores\nSuscríbase para seguir leyendo. ¿Ya es suscriptor? Inicie sesión.",
        ),
        ("El Faro", "Active JavaScript en su navegador para ver esta página. JavaScript está desactivado."),
    ),
    "pl": (
        (
            "Nie znaleziono strony | Kurier",
            "Strona, której szukasz, nie istnieje. Sprawdź adres albo wróć na stronę główną.",
        ),
        ("Kurier", "Artykuł został usunięty. Wróć na stronę główną, by przeczytać najnowsze wiadomości."),
        (
            "Weryfikacja",
            "Potwierdź, że nie jesteś robotem. Wykryliśmy nietypowy ruch z Twojej sieci. To potrwa chwilę.",
        ),
        (
            "Odmowa dostępu",
            "Nie masz uprawnień do wyświetlenia tej strony. Skontaktuj się z administratorem, jeśli to pomyłka.",
        ),
        (
            "Zaloguj się",
            "Zaloguj się, aby czytać dalej\nAdres e-mail\nHasło\nNie pamiętasz hasła?\nNie masz konta? Załóż je za darmo.",
        ),
        (
            "Twoja prywatność",
            "My i nasi partnerzy zapisujemy pliki cookie na Twoim urządzeniu. Możesz to zmienić w każdej chwili.\nZaakceptuj wszystko",
        ),
        (
            "Wysłannicy spotkali się",
            "{lead}\nDostęp do całego artykułu tylko dla subskrybentów\nMasz już prenumeratę? Zaloguj się i czytaj dalej.",
        ),
        ("Kurier", "Włącz obsługę JavaScript w przeglądarce, aby zobaczyć tę stronę. Bez niej serwis nie działa."),
    ),
    "ru": (
        (
            "Страница не найдена — Вестник",
            "Страница, которую вы ищете, не существует. Проверьте адрес или вернитесь на главную.",
        ),
        ("Вестник", "Материал был удалён. Вернитесь на главную страницу, чтобы прочитать последние новости."),
        ("Проверка браузера", "Подтвердите, что вы не робот. Мы заметили подозрительную активность из вашей сети."),
        (
            "Доступ ограничен",
            "Доступ к сайту ограничен. Если вы считаете, что это ошибка, обратитесь к администратору.",
        ),
        (
            "Вход",
            "Войдите в свой аккаунт, чтобы читать дальше\nПочта\nПароль\nЗабыли пароль?\nНет аккаунта? Зарегистрируйтесь.",
        ),
        (
            "Настройки",
            "Мы используем файлы cookie, чтобы показывать вам рекламу. Вы можете изменить решение в любое время.\nПринять все",
        ),
        (
            "Посланники встретились",
            "{lead}\nМатериал доступен только для подписчиков\nОформите подписку и читайте без ограничений. Уже подписаны? Войдите в аккаунт.",
        ),
        ("Вестник", "Для работы сайта включите JavaScript в настройках вашего браузера."),
    ),
    "uk": (
        ("Сторінку не знайдено — Вісник", "Сторінку не знайдено. Перевірте адресу або поверніться на головну."),
        ("Вісник", "Статтю видалено. Поверніться на головну, щоб прочитати останні новини."),
        ("Перевірка безпеки", "Підтвердьте, що ви не робот. Ми помітили незвичну активність із вашої мережі."),
        ("Доступ заборонено", "Доступ до сайту обмежено. Якщо ви вважаєте, що це помилка, напишіть адміністратору."),
        ("Вхід", "Увійдіть, щоб читати далі\nПошта\nПароль\nЗабули пароль?\nНемає облікового запису? Зареєструйтеся."),
        (
            "Приватність",
            "Ми використовуємо файли cookie, щоб показувати вам рекламу. Ви можете змінити рішення будь-коли.\nПрийняти все",
        ),
        (
            "Посланці зустрілися",
            "{lead}\nЦей матеріал лише для передплатників\nОформіть передплату та читайте без обмежень. Вже передплачуєте? Увійдіть.",
        ),
        ("Вісник", "Увімкніть JavaScript у налаштуваннях вашого браузера, щоб переглянути сторінку."),
    ),
    "zh": (
        ("页面不存在 - 海港日报", "抱歉，您访问的页面不存在或已被删除。请检查地址，或返回首页。"),
        ("海港日报", "文章已被删除。请返回首页阅读最新消息。"),
        ("安全验证", "请完成安全验证。我们检测到您的网络有异常访问，验证后即可继续。"),
        ("访问被拒绝", "您没有权限访问此页面。如有疑问，请联系管理员。"),
        ("登录", "请先登录后再继续阅读本文\n邮箱\n密码\n忘记密码？\n还没有账号？请注册。"),
        ("隐私设置", "我们使用cookie向您展示广告。您可以随时更改您的隐私设置。\n接受所有cookie"),
        ("两国特使会面", "{lead}\n会员专享\n订阅后继续阅读全文。已是会员？请登录。"),
        ("海港日报", "请启用JavaScript以查看本页面。您的浏览器不支持脚本。"),
    ),
}
