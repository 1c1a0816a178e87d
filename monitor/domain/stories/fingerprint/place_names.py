"""List the best-known names of states, capitals and people in many spellings."""

import re
from collections.abc import Iterator

from monitor.domain.topics.text.folding import fold_accents

_NAMES = """
ukraine: ukraine ukrainian ukrainians ukraina ukrainy ukrainie ukrainisch украина украины украине украину
ukraine: україна україни україні україну ucrania ucraina 乌克兰 烏克蘭 ウクライナ
russia: russia russian russians rosja rosji rosje rosyjski rosyjska rosyjskie rosyjskiego russland russisch
russia: russie russe rusia россия россии россию росія росії росию 俄罗斯 俄羅斯 俄方 ロシア
china: china chinese chiny chin chinski chinska chinskie chinami chinesisch chine chinois китай китая китае
china: китаю китаї 中国 中國 中方
usa: america american americans usa stany amerykanski amerykanska amerykanskie сша америка 美国 美國 美方
usa: アメリカ 米国
britain: britain british uk brytania brytyjski brytyjska grossbritannien britisch великобритания британия 英国
britain: 英國
germany: germany german niemcy niemiec niemiecki deutschland deutsche deutschen allemagne германия германии
germany: німеччина 德国 德國 ドイツ
france: france french francja francji francuski frankreich franzosisch франция франции франція 法国 法國
france: フランス
poland: poland polish polska polski polsce polske polen польша польши польща 波兰
japan: japan japanese japonia japonii japonski японія япония японии 日本
israel: israel israeli izrael izraela izraelski израиль израиля ізраїль 以色列 イスラエル
iran: iran iranian iranu iranski иран ирана іран 伊朗 イラン
turkey: turkey turkish turcja turcji turkei turquie turkiye турция турции туреччина 土耳其
india: india indian indie indii indyjski индия индии індія 印度 インド
belarus: belarus belarusian bialorus bialorusi белоруссия беларусь білорусь 白俄罗斯 ベラルーシ
syria: syria syrian syrii syrien syrie сирия сирии сирія 叙利亚
venezuela: venezuela venezuelan wenezuela wenezueli венесуэла венесуэлы 委内瑞拉
taiwan: taiwan taiwanese tajwan tajwanu тайвань тайваня 台湾 台灣
korea: korea korean koreans korei coree корея кореи 韩国 朝鲜 北韓 韓国 北朝鮮
hungary: hungary hungarian wegry wegier ungarn hongrie венгрия венгрии угорщина 匈牙利
saudi: saudi saudyjska saudyjskiej саудовская 沙特
canada: canada canadian kanada kanady канада канады 加拿大
mexico: mexico mexican meksyk meksyku mexiko мексика 墨西哥
greenland: greenland grenlandia grenlandii gronland гренландия гренландии 格陵兰
kyiv: kyiv kiev kijow kijowie kijowa kiew киев киева киеве київ києві 基辅 キーウ
moscow: moscow moskwa moskwie moskwy moskau moscou москва москвы москве москву 莫斯科 モスクワ
beijing: beijing pekin pekinie pekinu peking пекин пекина пекіна пекине 北京
kremlin: kremlin kreml kremla кремль кремля кремле 克里姆林
nato: nato нато 北约 北約
eu: eu ue ес євросоюз евросоюз unia unii 欧盟 歐盟
un: un onz uno onu оон 联合国 聯合國 国連
putin: putin putina putinem poutine путин путина путину путін путіна 普京 プーチン
zelensky: zelensky zelenskyy zelenskiy zelenski zelenskim zelenskiego zelenskyi selenskyj zelenskij зеленский
zelensky: зеленского зеленским зеленському зеленський 泽连斯基 ゼレンスキー
trump: trump trumpa trumpem trumps трамп трампа трампом 特朗普 川普 トランプ
biden: biden bidena bidenem байден байдена 拜登 バイデン
xi: xi си 习近平 習近平
lavrov: lavrov lawrow lawrowem lawrowa lawrowowi lawrov лавров лаврова лавровым 拉夫罗夫
tariff: tariff tariffs cla cel zolle zoll тариф тарифы пошлины мито 关税 關稅
war: war wojna wojny wojnie wojne krieg guerre guerra война войны войне війна війни 战争
"""
"""One name a line, and how it is spelt; inflected forms are listed where stemming does not reach them."""

_ONE_BY_SPELLING = {
    word: "=" + name
    for name, spellings in (line.split(":") for line in fold_accents(_NAMES).strip().splitlines())
    for word in spellings.split()
}
_IDEOGRAPHIC = re.compile(
    "|".join(sorted((word for word in _ONE_BY_SPELLING if word >= "\u3000"), key=len, reverse=True))
)


def world_name(word: str) -> str | None:
    """Return the world name that a lower-case folded word spells, if any."""
    return _ONE_BY_SPELLING.get(word)


def ideographic_names(text: str) -> Iterator[str]:
    """Yield the world names written in ideographs or kana in a text."""
    return (_ONE_BY_SPELLING[found.group()] for found in _IDEOGRAPHIC.finditer(text))
