"""Short articles in eight languages, as many as possible with headlines or sentences like those of walls."""

ARTICLES: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (
        (
            "403 lambs born at the island farm",
            "The farm on Gull Island counted 403 lambs on Sunday, more than ever before. The vet called the flock healthy. Buyers from Port Alba have ordered half of them for the autumn market, the farmer said.",
        ),
        (
            "Access denied: anglers kept off the pier",
            "Anglers were turned away from the west pier on Saturday after a storm tore off its railing. The harbour master said repairs would take three weeks. Tackle shops along the quay complained of empty tills.",
        ),
        (
            "Not found: the lost bell of Saint Orm",
            "Divers searched the bay for four days and did not find the bell of Saint Orm. The museum will try again in spring with a larger boat. The bell sank with the ferry Alma two centuries ago.",
        ),
        (
            "Library opens its archive to all",
            "“Please sign in to continue,” the old screens used to say. From Monday the library's archive is open to everybody without an account, the director said. It holds nine thousand letters of sailors and their families.",
        ),
        (
            "Court rules on cookie banners",
            "The court in Port Alba ruled that a “reject all” button must be as large as “accept all”. The Herald had appealed against a fine of two thousand crowns. Its lawyers will study the judgment, they said.",
        ),
        (
            "Paper mill ends subscribers' discount",
            "The mill will sell its paper at one price to all from May. Until now a discount was for subscribers only, which small printers had called unfair. The cartel office welcomed the decision.",
        ),
        (
            "Security check at ferry terminal takes an hour",
            "Passengers waited an hour at the ferry terminal on Friday because a scanner had failed. Two ferries left late, and one was cancelled. The port promised a second scanner before the holidays.",
        ),
        (
            "Town site works without JavaScript again",
            "The town's web site works without JavaScript again after a complaint by the association of the blind. Forms had failed on older devices since March. The council thanked the volunteers who found the fault.",
        ),
    ),
    "de": (
        (
            "Zugriff verweigert: Stadt sperrt Archiv für Forscher",
            "Die Stadt Altenhafen hat ihr Archiv für Forscher gesperrt, weil das Dach undicht ist. Die Arbeiten dauern nach Angaben des Bauamts bis zum Herbst. Historiker kritisierten die Entscheidung am Montag scharf.",
        ),
        (
            "Seite 404 fehlt: Verlag ruft Chronik zurück",
            "Der Verlag ruft zweitausend Exemplare seiner Ortschronik zurück. In allen Büchern fehlt die Seite 404 mit der Liste der Bürgermeister. Käufer bekommen im Juni ein neues Exemplar, teilte der Verlag mit.",
        ),
        (
            "Bitte warten: Fähre nach Norden hat Verspätung",
            "Die Fähre nach Norden ist am Dienstag drei Stunden später ausgelaufen. Grund war ein Schaden an der Rampe. Der Reeder entschuldigte sich und zahlte den Fahrgästen die Hälfte des Preises zurück.",
        ),
        (
            "Abonnenten des Theaters zahlen mehr",
            "Das Theater hebt die Preise für Abonnenten um ein Zehntel an. Einzelkarten bleiben gleich teuer. Der Intendant begründete den Schritt mit den Kosten der Heizung, die sich verdoppelt haben.",
        ),
        (
            "Gericht: Einwilligung in Cookies muss freiwillig sein",
            "Das Gericht gab der Verbraucherzentrale recht. Die Einwilligung in Werbung darf nicht an den Zugang geknüpft werden, heißt es im Urteil. Der Betreiber des Portals kündigte Berufung an.",
        ),
        (
            "Brücke von Altenhafen bleibt bis Mai gesperrt",
            "Die alte Brücke bleibt bis Mai gesperrt. Taucher fanden Risse in zwei Pfeilern, teilte das Amt mit. Lastwagen müssen einen Umweg von dreißig Kilometern fahren.",
        ),
        (
            "Schule ersetzt vergessene Passwörter durch Karten",
            "Die Schüler der Hafenschule melden sich künftig mit einer Karte an. „Passwort vergessen“ war laut Rektor der häufigste Satz im Unterricht. Die Karten kosten die Stadt fünftausend Kronen.",
        ),
        (
            "Forscher finden Krebs, den niemand kannte",
            "Im Hafenbecken lebt ein Krebs, den bisher niemand beschrieben hat. Forscher fanden ihn an der Nordmole. Der Artikel über den Fund erscheint im Juli.",
        ),
    ),
    "fr": (
        (
            "Accès refusé : les pêcheurs bloquent le port",
            "Les pêcheurs ont bloqué l'entrée du port pendant toute la journée de lundi. Ils demandent une baisse du prix du gazole. La préfecture doit les recevoir mercredi matin.",
        ),
        (
            "Introuvable depuis un an, le tableau revient au musée",
            "Le tableau volé l'an dernier est de retour au musée de la Marine. Un antiquaire l'avait acheté sans le savoir. La police a arrêté deux suspects dans la banlieue de Valmer.",
        ),
        (
            "Un instant de silence pour les marins disparus",
            "La ville a observé une minute de silence pour les douze marins disparus en mer. Les familles ont déposé des fleurs sur la jetée. Une enquête doit établir les causes du naufrage.",
        ),
        (
            "Le théâtre perd un tiers de ses abonnés",
            "Le théâtre municipal a perdu un tiers de ses abonnés en deux ans. Des soirées leur seront réservées en automne, a annoncé la directrice. Les prix ne changeront pas avant l'été.",
        ),
        (
            "La régie fait payer le bouton « tout accepter »",
            "L'autorité a infligé une amende à une régie dont le bouton « tout accepter » était plus grand que l'autre. La société dispose de deux mois pour se conformer. Elle emploie trois cents personnes.",
        ),
        (
            "Le pont de Valmer rouvre aux camions",
            "Le pont de Valmer est de nouveau ouvert aux camions depuis dimanche. Les travaux ont duré six mois. Le syndicat des transporteurs salue la fin des détours.",
        ),
        (
            "Les robots trient désormais le courrier",
            "Deux robots trient le courrier au centre de Valmer depuis le début du mois. Ils traitent neuf mille lettres par heure. Le syndicat craint pour une vingtaine d'emplois.",
        ),
        (
            "La page se tourne pour le dernier phare habité",
            "Le dernier gardien de phare a quitté l'île jeudi. La lampe sera désormais commandée depuis la côte. Le bâtiment deviendra un refuge pour les oiseaux.",
        ),
    ),
    "es": (
        (
            "Acceso denegado a la reserva por la sequía",
            "La reserva de los flamencos cierra desde el lunes por la sequía. Los guardas vigilarán los caminos hasta octubre. Los hoteles de la comarca piden ayudas al gobierno regional.",
        ),
        (
            "El 404, autobús de los mineros, deja de circular",
            "El autobús 404 hizo su último viaje el viernes por la noche. Durante cuarenta años llevó a los mineros desde el puerto hasta la sierra. La empresa culpa a la falta de viajeros.",
        ),
        (
            "Los suscriptores del teatro piden su dinero",
            "Los suscriptores del teatro reclaman el precio de tres funciones suspendidas. El contenido del acuerdo es secreto, según el ayuntamiento. La temporada nueva empieza en septiembre.",
        ),
        (
            "Multa a un portal por sus avisos de cookies",
            "La agencia multó a un portal cuyo aviso solo tenía el botón “aceptar todo”. El portal ha recurrido la decisión. La multa asciende a veinte mil coronas.",
        ),
        (
            "Hallan intacto el faro hundido",
            "Los buzos hallaron el faro hundido a treinta metros de profundidad. La linterna conserva sus cristales. El museo del puerto quiere mostrarla el año próximo.",
        ),
        (
            "Verificación de seguridad retrasa los trenes",
            "Una verificación de los frenos retrasó ayer doce trenes en la línea de la costa. No hubo heridos. La compañía revisará toda la flota antes del verano.",
        ),
        (
            "El alcalde olvidó la contraseña del archivo",
            "El archivo municipal estuvo cerrado dos días porque el alcalde olvidó la contraseña. Un técnico abrió la puerta el jueves. La oposición pide explicaciones en el pleno.",
        ),
        (
            "Vuelve el mercado de ostras",
            "El mercado de ostras vuelve al muelle viejo este fin de semana. Participan treinta criadores de la bahía. La entrada es libre y habrá música.",
        ),
    ),
    "pl": (
        (
            "Odmowa dostępu do portu oburza rybaków",
            "Rybacy z Białej Przystani nie mogli w poniedziałek wejść do portu. Straż zamknęła bramę z powodu wycieku oleju. Kapitanat zapowiada otwarcie nabrzeża w środę rano.",
        ),
        (
            "Nie znaleziono skarbu z wraku",
            "Nurkowie przez tydzień badali wrak i nie znaleziono w nim skarbu. Odkryto za to dzwon okrętowy z nazwą statku. Muzeum pokaże go jesienią.",
        ),
        (
            "Teatr zaskakuje prenumeratorów",
            "Teatr wysłał prenumeratorom bilety na sztukę, której nie będzie. Dyrekcja przeprosiła i zwróci pieniądze. Nowa premiera odbędzie się w maju.",
        ),
        (
            "Kara za baner z plikami cookie",
            "Urząd ukarał portal, którego baner miał tylko przycisk „zaakceptuj wszystko”. Kara wynosi dwadzieścia tysięcy koron. Spółka odwoła się do sądu.",
        ),
        (
            "Proszę czekać, mówi nowy dworzec",
            "Nowy dworzec w Białej Przystani otworzy się rok później. Winna jest ekipa, która zgubiła plany dachu. Pasażerowie jeszcze zimą będą czekać pod gołym niebem.",
        ),
        (
            "Robot policzył foki na plaży",
            "Robot policzył w sobotę sto dwadzieścia fok na plaży za latarnią. To dwa razy więcej niż w zeszłym roku. Biolodzy mówią o dobrym znaku dla zatoki.",
        ),
        (
            "Uczniowie bez haseł",
            "Szkoła portowa zastąpiła hasła kartami. Nauczyciele tracili na logowanie kwadrans dziennie, powiedziała dyrektorka. Miasto wyda na karty pięć tysięcy koron.",
        ),
        (
            "Most kolejowy znów otwarty",
            "Most kolejowy nad zatoką znów jest otwarty. Pociągi pojadą po nim od niedzieli. Remont trwał osiem miesięcy i kosztował mniej, niż planowano.",
        ),
    ),
    "ru": (
        (
            "Доступ запрещён: рыбаков не пускают к причалу",
            "Рыбаков посёлка Синий Мыс третий день не пускают к причалу. Портовая служба объяснила это ремонтом опор. Работы обещают закончить к пятнице.",
        ),
        (
            "403 тюленя насчитали учёные в заливе",
            "Учёные насчитали в заливе 403 тюленя, вдвое больше, чем год назад. Помогли запрет на сети и холодная весна. Отчёт опубликуют осенью.",
        ),
        (
            "Страница истории: маяку исполнилось двести лет",
            "Маяку на Синем Мысу исполнилось двести лет. К празднику его покрасили и открыли для гостей. Смотритель рассказал школьникам о старых лампах.",
        ),
        (
            "Подписчикам театра вернут деньги",
            "Театр вернёт деньги подписчикам за три отменённых спектакля. Директор объяснил отмену болезнью актёров. Новый сезон откроется в сентябре.",
        ),
        (
            "Не робот: вор обманул склад",
            "Вор две ночи подряд обманывал охранную систему склада. Он переоделся роботом-погрузчиком, сообщила полиция. Товары нашли в гараже на окраине.",
        ),
        (
            "Суд оштрафовал портал за файлы cookie",
            "Суд оштрафовал портал, у которого была только кнопка «принять все». Ответчик подаст жалобу. Штраф составил двадцать тысяч крон.",
        ),
        (
            "Школа отказалась от паролей",
            "Портовая школа заменила пароли карточками. Ученики тратили на вход четверть часа в день, рассказала директор. Карточки обошлись городу в пять тысяч крон.",
        ),
        (
            "Мост открыли раньше срока",
            "Мост через залив открыли на два месяца раньше срока. Первым по нему проехал автобус с ветеранами стройки. Грузовики пустят с понедельника.",
        ),
    ),
    "uk": (
        (
            "Доступ заборонено: рибалок не пускають до причалу",
            "Рибалок селища Синій Мис третій день не пускають до причалу. Портова служба пояснила це ремонтом опор. Роботи обіцяють завершити до п'ятниці.",
        ),
        (
            "404 кілометри вітрилами подолала школярка",
            "Школярка з Синього Мису подолала під вітрилами 404 кілометри. Подорож тривала дев'ять днів. На березі її зустрів увесь клас.",
        ),
        (
            "Сторінку історії перегорнуто: маяк згас",
            "Маяк на Синьому Мисі згас уперше за двісті років. Лампу замінять на нову до осені. Судна поки йдуть за радіосигналом.",
        ),
        (
            "Передплатникам театру повернуть гроші",
            "Театр поверне гроші передплатникам за три скасовані вистави. Директор пояснив скасування хворобою акторів. Новий сезон відкриють у вересні.",
        ),
        (
            "Портал оштрафували за файли cookie",
            "Суд оштрафував портал, який мав лише кнопку «прийняти все». Відповідач подасть скаргу. Штраф становив двадцять тисяч крон.",
        ),
        (
            "Робот порахував тюленів",
            "Робот порахував у затоці сто двадцять тюленів. Торік їх було вдвічі менше. Біологи кажуть, що допомогла заборона сіток.",
        ),
        (
            "Школа відмовилася від паролів",
            "Портова школа замінила паролі картками. Учні витрачали на вхід чверть години щодня, розповіла директорка. Картки коштували місту п'ять тисяч крон.",
        ),
        (
            "Міст відкрили раніше строку",
            "Міст через затоку відкрили на два місяці раніше строку. Першим проїхав автобус із будівельниками. Вантажівки пустять із понеділка.",
        ),
    ),
    "zh": (
        (
            "禁止访问：渔民被挡在码头外",
            "蓝角镇的渔民周一被挡在码头外。港务局说码头的桩基正在维修，预计周五完工。渔民协会要求赔偿三天的损失，镇政府表示会研究。",
        ),
        (
            "404号渡轮准时返航",
            "404号渡轮周日准时返航，船上有两百名乘客。上周它因为发动机故障在海上停了六个小时。船公司说全部渡轮将在夏天之前检查完毕。",
        ),
        (
            "会员制剧院退还票款",
            "剧院将退还三场取消演出的票款。院长说演员生病是取消的原因。新的演出季九月开始，票价保持不变。",
        ),
        (
            "法院罚款一家门户网站",
            "法院裁定，网站的“接受所有”按钮不得大于拒绝按钮。该公司表示将上诉。罚款为两万克朗，是今年同类案件中最高的一笔。",
        ),
        (
            "机器人数清海湾里的海豹",
            "一台机器人周六在海湾里数到一百二十只海豹。这一数字是去年的两倍。生物学家认为禁止拖网起了作用，报告将在秋天发表。",
        ),
        (
            "学校不再使用密码",
            "港口学校用卡片代替了密码。校长说学生每天花一刻钟登录系统。这些卡片花费了五千克朗，由市政府支付。",
        ),
        (
            "跨海大桥提前开通",
            "跨海大桥比计划提前两个月开通。第一辆通过大桥的是载着建设者的客车。卡车从下周一起可以通行，过桥费暂时不收。",
        ),
        (
            "灯塔两百年来首次熄灭",
            "蓝角灯塔两百年来首次熄灭。新的灯将在秋天之前装好，船只暂时依靠无线电信号航行。灯塔守护人说他会想念那束光。",
        ),
    ),
}
