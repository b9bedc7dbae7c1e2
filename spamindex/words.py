"""The words and signs recognised in headings and cells: units, totals, comments, blanks, months.

These are plain tables of words in the form of ``meaning.normalize``: to support a heading in another
language, add its words to a line. The functions that ask for them are in ``meaning``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

_T = TypeVar("_T")


def _phrases(table: str) -> frozenset[str]:
    """Phrases separated by commas; a line break counts as a blank."""
    return frozenset(" ".join(phrase.split()) for phrase in table.split(","))


def _lines(table: str) -> tuple[frozenset[str], ...]:
    return tuple(map(_phrases, table.split(";")))


def _by_phrase(tables: Mapping[_T, str]) -> dict[str, _T]:
    return {phrase: of for of, table in tables.items() for phrase in _phrases(table)}


# ---- Columns of a table of shares ----

OS_HEADINGS = _phrases("""
    os, oses, operating system, operating systems, os name, os family, os version, os versions,
    operating system name, operating system version, platform, os platform, betriebssystem,
    betriebssysteme, besturingssysteem, système d exploitation, système, systeme d exploitation,
    sistema operativo, sistema operacional, sistemas operativos, operativsystem, käyttöjärjestelmä,
    styresystem, system operacyjny, operační systém, operačný systém, operációs rendszer, işletim
    sistemi, операционная система, ос, операційна система, 操作系统, 作業系統, オペレーティングシステム, 운영체제, 운영 체제
""")
# Headings that leave open what the names under them are.
NAME_HEADINGS = _phrases("""
    name, names, label, system, systems, item, key, title, bezeichnung, nom, nombre, nome, naam,
    navn, namn, nazwa, название, 名称, 名前, 이름
""")
PERIOD_HEADINGS: dict[str, str | None] = _by_phrase({
    "day": """
        date, day, dates, datum, tag, jour, fecha, día, dia, giorno, dag, dato, päivä, päivämäärä,
        dzień, tarih, gün, дата, день, 日期, 日付, 날짜
    """,
    "week": """
        week, weeks, wk, woche, kalenderwoche, kw, semaine, semana, settimana, vecka, uge, viikko, tydzień,
        неделя, hafta, týden, hét, 周, 週, 주
    """,
    "month": """
        month, months, monat, mois, mes, mês, mese, maand, månad, måned, kuukausi, miesiąc, měsíc,
        hónap, ay, месяц, місяць, 月, 月份, 월
    """,
    "quarter": """
        quarter, quarters, qtr, quartal, trimestre, çeyrek, kwartaal, kvartal, neljännes, kwartał, квартал, 季度, 四半期, 분기
    """,
    "year": """
        year, years, jahr, année, annee, año, ano, anno, jaar, år, vuosi, rok, év, yıl, yılı, boekjaar, год, рік,
        年, 年份, 연도, fiscal year, financial year, fy, geschäftsjahr, wirtschaftsjahr, exercice,
        ejercicio, academic year, school year, season, saison, temporada
    """,
    None: """
        period, periods, time, timestamp, zeitraum, periode, période, periodo, período, okres,
        период, 期间, 期間, 기간
    """,
})  # fmt: skip
# Measures that are counted, in order of preference; the words up to a semicolon are one measure.
COUNT_WORDS = _lines("""
    messages, message, mails, mail count, emails, e mails, nachrichten, mensajes, mensagens,
    messaggi, berichten, meddelanden, wiadomości, сообщений, сообщения, письма, 消息, 邮件, メッセージ;
    visits, visit, besuche, aufrufe, visites, visitas, visite, bezoeken, besök, besøg, käynnit,
    wizyty, odwiedziny, návštěvy, ziyaretler, посещения, визиты, 访问量, 訪問数;
    sessions, session count, sitzungen, sesiones, sessões, sessioni, sessies, sessioner, istunnot,
    sesje, oturumlar, сеансы, сессии, 会话, セッション;
    visitors, visitor, besucher, visiteurs, visitantes, visitatori, bezoekers, besökare, kävijät,
    ziyaretçiler, посетители, 访客, 訪問者;
    users, user, nutzer, benutzer, anwender, utilisateurs, usuarios, usuários, utenti, gebruikers,
    användare, brugere, käyttäjät, użytkownicy, uživatelé, kullanıcılar, пользователи, 用户, ユーザー,
    developers, entwickler;
    machines, devices, computers, hosts, clients, senders, installs, installations, installed base,
    units, geräte, rechner, installationen, appareils, ordinateurs, dispositivos, equipos,
    dispositivi, apparaten, enheter, urządzenia, cihazlar, устройства, 设备, デバイス;
    page views, pageviews, seitenaufrufe, pages vues, páginas vistas, views;
    hits, zugriffe, treffer;
    requests, anfragen, requêtes, queries;
    count, counts, frequency, freq, number, anzahl, stück, nombre, effectif, recuento, cantidad,
    número, contagem, quantidade, conteggio, numero, aantal, antal, lukumäärä, liczba, ilość,
    počet, adet, sayı, количество, число, кількість, 数量, 件数, 개수
""")
PERCENT_WORDS = _phrases("""
    %, percentage, percentages, percent, percents, perc, pct, prozent, pourcent, pourcentage,
    porcentaje, porcentagem, percentuale, percentual, percentagem, procent, prosent, prosentti,
    procento, százalék, yüzde, процент, проценты, 百分比, パーセント, 퍼센트
""")
SHARE_WORDS = PERCENT_WORDS | _phrases("""
    share, shares, fraction, fractions, proportion, proportions, anteil, anteile, part, parts,
    cuota, cuotas, quota, participación, participação, proporción, proporção, aandeel, andel, osuus,
    udział, podíl, podiel, részesedés, pay, payı, доля, частка, 份额, 占比, 比例, シェア, 割合, 점유율, ‰,
    permille, promille, bps
""")
# A heading with one of these is not one of shares or counts of the whole.
OTHER_WORDS = _phrases("""
    average, avg, mean, median, durchschnitt, mittel, moyenne, promedio, media, média, gemiddelde,
    среднее, bounce, rate, duration, seconds, minutes, dauer, durée, duración, durata, score,
    scores, level, rating, confidence, probability, weight, price, change, changes, delta,
    difference, diff, growth, trend, yoy, mom, qoq, increase, decrease, gain, loss, δ, änderung,
    veränderung, wachstum, variation, évolution, croissance, cambio, variación, crecimiento,
    variação, crescita, variazione, groei, verandering, zmiana, изменение, рост, 变化, cum,
    cumulative, running, rolling, ytd, kumuliert, cumulé, acumulado, acumulada, acumulados, acumuladas, cumulatief, narastająco, 累計, 累计, rank, ranking, position, rang, platz, id,
    index, code, codes, kod, version, released, release, introduced, established, founded,
    expected, target, goal, forecast, predicted, projected, planned, budget, estimate, erwartet,
    soll, ziel, prognose, plan, attendu, prévu, objectif, esperado, previsto, objetivo, atteso,
    verwacht, ожидаемая, цель, last, previous, prior, prev, former, old, earlier, ago, vormonat,
    vorjahr, vorher, letzter, letztes, précédent, précédente, dernier, anterior, pasado, passado,
    scorso, precedente, vorige, forrige, poprzedni, предыдущий, прошлый, 上月, 上期, 前月, 前年, ham,
    legit, legitimate, clean, delivered, wanted, new, neue, nouveaux, nuevos, returning, engaged,
    benchmark, ly, converted, conversion, conversions, length, отказы,
    error, errors, margin, low, high, lower, upper, min, max, std, stddev, variance, relative,
    even, effect, clusters
""")
# Headings of the unit or the multiplier of the figures in a row.
UNIT_HEADINGS = _phrases("""
    unit, unit of measure, unit mult, unit multiplier, multiplier, power code, power code code,
    einheit, unité, unidad, unidade, unità, eenheid, единица
""")
VERSION_WORDS = _phrases("""
    version, versions, release, build, versión, versão, versione, versie, wersja, verze, версия,
    版本, バージョン, 버전
""")
# Words between two measures; the first one is what is counted: actions per visit.
RATE_WORDS = _phrases("per, pro, par, por, je, op")
# Words of OTHER_WORDS that can be counted: user_id Count.
COUNTABLE = _phrases("id, code, codes, version, release")
COMMENTS = ("#", "//")  # how a line that is not part of the table starts
NOTE_WORDS = _phrases("""
    note, notes, remark, remarks, comment, comments, footnote, footnotes, source, sources,
    bemerkung, bemerkungen, anmerkung, anmerkungen, kommentar, hinweis, quelle, remarque,
    remarques, commentaire, observaciones, observações, nota, notas, opmerking, opmerkingen, uwagi,
    poznámka, примечание, 备注, 備考, 비고
""")
# More words that make a heading of a wide table a measure: Unique users, All devices.
OF_MEASURES = _phrases("unique, all, total, distinct, combined")

# ---- Units in headings and cells ----

PER_MILLE = _phrases("‰, permille, per mille, promille, per mil, per thousand")
BASIS_POINTS = _phrases("bps, bp, basis points, basis point, basispunkte")
# The factor that converts each unit into percent.
OF_PERCENT = {PER_MILLE: 0.1, BASIS_POINTS: 0.01, PERCENT_WORDS: 1.0}
FRACTION_WORDS = _phrases("fraction, fractions, proportion, proportions")
# Multipliers of counts; those of one or two letters count only in brackets, or after "in".
MULTIPLES: dict[str, float] = _by_phrase({
    100.0: "100, hundred, hundreds, hundert, cientos, centaines",
    1000.0: """
        k, 1000, 1 000, x1000, x 1000, x 1 000, ×1000, × 1000, × 1 000, 1000s, 1 000s, tsd, thousand, thousands, 000, 000s,
        tausend, milliers, miles, mila, duizend, tusen, tusental, tys, тыс, тысяч, 千, 千件
    """,
    1000000.0: """
        m, mm, mn, mio, mill, million, millions, millionen, millones, milhões, milioni, miljoen,
        miljoner, mln, млн, миллионы, 百万
    """,
    1000000000.0: """
        b, bn, bil, billion, billions, mrd, milliarden, milliards, miliardi, miljard, mld, млрд,
        миллиарды, 十亿
    """,
    10000.0: "万, 萬, 만",
    100000.0: "lakh, lakhs",
    10000000.0: "crore, crores",
})  # fmt: skip

# ---- Rows that are not systems ----

TOTALS = _phrases("""
    total, totals, grand total, subtotal, sub total, sum, all, overall, sum total, ergebnis,
    gesamtergebnis, teilergebnis, gesamt, gesamtsumme, insgesamt, summe, zwischensumme, alle, total
    général, total general, total geral, totaux, ensemble, sous total, tous, totale, totaal,
    totalt, totalen, suma, summa, razem, ogółem, celkem, spolu, összesen, yhteensä, toplam, genel
    toplam, σύνολο, всего, итого, разом, усього, סך הכל, المجموع, 合計, 合计, 总计, 總計, 小计, 小計, 총계, 합계,
    всі, все
""")
# Totals or places: such a row is a total only if no other row is larger.
TOTALS_OR_NAMES = _phrases("any, somme, global, worldwide, mundial, mondial")
TOTALS_IN_REMARKS = TOTALS | _phrases("any")  # Linux (any)
# Words that make a total together with "all" or a word for a total: All devices, Total visits.
COUNTED = frozenset().union(*COUNT_WORDS) | _phrases("""
    systems, os, oses, operating systems, browsers, countries, versions, platforms, others, regions,
    providers, spam, traffic
""")
ALL = _phrases("all, alle, tous")
GROUPS = _phrases("""
    world, welt, monde, mundo, mondo, wereld, świat, dünya, мир, 世界, 세계, asia, asien, asie, azië,
    azja, asya, азия, 亚洲, アジア, europe, europa, avrupa, европа, 欧洲, ヨーロッパ, africa, afrika, afrique,
    áfrica, afryka, африка, 非洲, america, americas, amerika, amérique, amérique du nord, north
    america, south america, latin america, central america, nordamerika, südamerika, américa del
    norte, américa del sur, norteamérica, sudamérica, северная америка, oceania, ozeanien, océanie,
    oceanía, antarctica, european union, europäische union, union européenne, unión europea, eu,
    ue, ea, euro area, eurozone, oecd, ocde, g7, g20, brics, emea, apac,
    asean, nato, commonwealth, arab world, middle east, rest of world, latam, apj, mena, dach,
    benelux, nordics, scandinavia, skandinavien, high income, low income, middle income
""")
# Kinds of device: groups in a column of systems, parts in a column of their own.
DEVICES = _phrases("""
    desktop, mobile, tablet, desktops, mobiles, smartphones, tablets, console, computers, pc, pcs,
    phones
""")
# How the name of a part starts: of which Windows 10.
PARTS = _phrases("""
    of which, thereof, including, incl, davon, darunter, darin, inkl, dont, y compris, de los
    cuales, de las cuales, dos quais, di cui, waarvon, waarvan, därav, varav, heraf, herav, hvorav,
    w tym, z toho, из них, в том числе, 其中
""")
FOOTERS = _phrases("""
    updated, generated, last updated, created, exported, as of, date, stand, aktualisiert,
    erstellt, mis à jour, actualizado, aggiornato, bijgewerkt, source, quelle, fuente, fonte, bron,
    copyright, note, notes, report date, rows, records, zeilen, base, sample size, respondents,
    basis, обновлено, источник, 更新日, 更新时间
""")
ROWS = _phrases("row, rows, record, records, zeile, zeilen, ligne, lignes, fila, filas, 行")
DATES = _phrases("date, datum, fecha, dato, дата, 日期, 日付")
BEFORE_DATES = _phrases("on, at, as, am, vom, le, el, em, il, op, den, на, от")
MISSING = frozenset(
    {"", "-", "--", "---", "–", "—", "..", "...", "…", "n/a", "#n/a", "na", "n.a.", "n.a", "nan",
     "null", "none", "nil", "\\n", "(empty)", "(null)", "(none)", "(blank)", "<null>", "<na>",
     "k. a.", "k.a.", "keine angabe", "s.o.", "nd", "n.d.", "н/д", "不详"}
)  # fmt: skip
# In a column of names, these mean the same as above.
DITTO = frozenset({"〃", "″", '"', ",,", "''", "ditto", "idem"})
NO_NAMES = frozenset(
    {"n/a", "#n/a", "null", "\\n", "(empty)", "(null)", "(none)", "(blank)", "<null>", "<na>"}
)  # fmt: skip

# ---- What may follow the name of a system ----

# Anywhere after the name.
ARCHITECTURES = _phrases("""
    bit, bits, 32 bit, 64 bit, 32bit, 64bit, x86, x32, x64, x86_64, x86 64, i386, i486, i586, i686,
    i86pc, ia32, ia64, itanium, amd64, intel, wow64, win32, win64, arm, armhf, armel, armv6l,
    armv7, armv7l, armv8, armv8l, arm64, aarch64, apple silicon, ppc, ppc64, ppc64le, ppc32,
    powerpc, power, sparc, sparc64, sun4u, sun4v, mips, mips64, alpha, riscv64, s390, s390x,
    universal, generic, smp, pae
""")
# Before a version: Windows Server 2019, Darwin Kernel Version 19.6.0.
BEFORE_VERSIONS = _phrases("version, ver, release, build, kernel, server")
# Between two versions, or between a version and a release: 7 or 8, 10 and later.
BETWEEN_VERSIONS = _phrases("or, and, to, through, seldom, oder, und, bis, ou, et, y")
# After a version of any system; a number may follow directly (SP3).
RELEASES = _phrases("""
    sp, service pack, pack, rtm, final, stable, beta, alpha, rc, preview, pre, insider, developer
    preview, update, patch, version, release, build, edition, editions, lts, ltsc, ltsb, kernel,
    server, desktop, based, system, systems, newer, later, above, up, upwards, higher, older,
    earlier, before, below, lower, neuer, später, älter, früher, höher,
    while downloading
""")
# By family: after a version, or a name that implies one (Vista, Ubuntu).
EDITIONS = {
    "Windows": _phrases("""
        pro, professional, home, enterprise, education, ultimate, starter, premium, basic,
        business, standard, datacenter, web, advanced, essentials, foundation, storage, core, n,
        kn, k, s, s mode, se, me, osr2, workstation, workstations, for, iot, embedded, rt, team,
        single language, sl, tablet pc, media center, multi session, creators, fall creators,
        anniversary, may, october, november, april
    """),
    "Windows Phone": _phrases("enterprise, professional, classic, standard, mango"),
    "Linux": _phrases("""
        linux, enterprise, workstation, cloud, core, minimal, netinst, testing, unstable, sid,
        rolling, stream, leap, tumbleweed, microos, atomic, silverblue, kinoite, spin, kde, plasma,
        gnome, xfce, mate, cinnamon, lxde, lxqt, budgie, es, as, ws, holo, buzz, rex, bo, hamm,
        slink, potato, woody, sarge, etch, lenny, squeeze, wheezy, jessie, stretch, buster,
        bullseye, bookworm, trixie, forky, warty, hoary, breezy, dapper, edgy, feisty, gutsy,
        hardy, hardy heron, intrepid, jaunty, karmic, lucid, lucid lynx, maverick, natty, oneiric,
        precise, precise pangolin, quantal, raring, saucy, trusty, trusty tahr, utopic, vivid,
        wily, xenial, xenial xerus, yakkety, zesty, artful, bionic, bionic beaver, cosmic, disco,
        eoan, focal, focal fossa, groovy, hirsute, impish, jammy, jammy jellyfish, kinetic, lunar,
        mantic, noble, noble numbat, oracular, plucky, questing, ada, barbara, bea, bianca,
        cassandra, celena, daryna, elyssa, felicia, gloria, helena, isadora, julia, katya, lisa,
        maya, nadia, olivia, petra, qiana, rebecca, rafaela, rosa, sarah, serena, sonya, sylvia,
        tara, tessa, tina, tricia, ulyana, ulyssa, uma, una, vanessa, vera, victoria, virginia,
        wilma, xia, zara
    """),
    "iOS": _phrases("touch, pro, pro max, max, plus, mini, air, se"),
    "Xbox": _phrases("x, s"),
    "PlayStation": _phrases("pro, slim"),
    "Nintendo": _phrases("lite, xl, oled"),
    "Symbian": _phrases("belle, anna"),
}  # fmt: skip
# By family: words that are versions by themselves: macOS Sonoma, Xbox One.
CODENAMES = {
    "macOS": _phrases("""
        cheetah, puma, jaguar, panther, tiger, leopard, snow leopard, lion, mountain lion,
        mavericks, yosemite, el capitan, sierra, high sierra, mojave, catalina, big sur, monterey,
        ventura, sonoma, sequoia, tahoe
    """),
    "Android": _phrases("""
        cupcake, donut, eclair, froyo, gingerbread, honeycomb, ice cream sandwich, jelly bean,
        jellybean, kitkat, lollipop, marshmallow, nougat, oreo, pie, tiramisu, upside down cake,
        vanilla ice cream
    """),
    "Xbox": _phrases("one, series"),
    "Tizen": _phrases("tv"),
    "webOS": _phrases("tv"),
}  # fmt: skip
# A remark in brackets with one of these makes it another system: Windows 10 (mobile).
NO_REMARKS = _phrases("mobile, mobiles, phone, phones, smartphone, without, except")
# Parts of a browser's platform that are not systems: X11; U; Linux i686.
PLATFORMS = _phrases("x11, wayland, u, i, n, mobile, smart-tv")
# Families beside which a browser's platform also has Linux: Linux; Android 4.4.
ON_LINUX = _phrases("""
    Android, Chrome OS, Firefox OS, KaiOS, Maemo, MeeGo, Sailfish OS, Tizen, webOS
""")

# ---- Months and flags ----

MONTHS = _lines("""
    jan, january, januar, jänner, janvier, janv, enero, ene, janeiro, gennaio, gen, januari,
    styczeń, leden, январь, янв;
    feb, february, februar, février, févr, fév, febrero, fevereiro, fev, febbraio, februari, luty,
    únor, февраль, фев;
    mar, march, märz, mär, mars, marzo, março, maart, mrt, marzec, březen, март;
    apr, april, avril, avr, abril, abr, aprile, kwiecień, duben, апрель, апр;
    may, mai, mayo, maio, maggio, mag, mei, maj, květen, май;
    jun, june, juni, juin, junio, junho, giugno, giu, czerwiec, červen, июнь, июн;
    jul, july, juli, juillet, juil, julio, julho, luglio, lug, lipiec, červenec, июль, июл;
    aug, august, août, aout, agosto, ago, augustus, augusti, sierpień, srpen, август, авг;
    sep, sept, september, septembre, septiembre, setembro, set, settembre, wrzesień, září,
    сентябрь, сен;
    oct, october, oktober, okt, octobre, octubre, outubro, out, ottobre, ott, październik, říjen,
    октябрь, окт;
    nov, november, novembre, noviembre, novembro, listopad, ноябрь, ноя;
    dec, december, dezember, dez, décembre, déc, diciembre, dic, dezembro, dicembre, grudzień,
    prosinec, декабрь, дек
""")
MONTH_NUMBERS = {name: i for i, names in enumerate(MONTHS, start=1) for name in names}
TRUE = _phrases("""
    true, t, 1, 1.0, yes, y, on, spam, wahr, ja, j, vrai, oui, o, verdadero, sí, si, s, verdadeiro, sim,
    vero, sì, waar, sant, sann, tosi, kyllä, prawda, tak, pravda, ano, igaz, igen, doğru, evet,
    истина, да, так, 真, 是, はい, 참, 예
""")
FALSE = _phrases("""
    false, f, 0, 0.0, no, n, off, ham, falsch, nein, faux, non, falso, não, nao, onwaar, nee, falskt,
    usann, nej, nei, epätosi, ei, fałsz, nie, nepravda, ne, hamis, nem, yanlış, hayır, ложь, нет,
    ні, 假, 否, 偽, いいえ, 거짓, 아니요
""")

# ---- Columns of records ----

# The words up to a semicolon are equally good, and better than those after it; two columns with
# equally good headings are ambiguous. Unix time is best, because it needs no time zone.
RECORD_HEADINGS = {
    "os": _lines("os, os fp, os fingerprint, os name, operating system, client os"),
    "client": _lines("""
        client ip, client, client address, client addr, clientip, c ip, ip, src, src ip, source ip,
        source ip address, id orig h, remote ip, remote addr, address
    """),
    "time": _lines("unix time; time, timestamp, datetime, date time, date, ts, received"),
    "spam": _lines("spam, is spam, isspam, spam flag, spamflag, is spam flag, x spam flag"),
}
# Texts in place of a missing address.
NO_ADDRESS = MISSING | _phrases("""
    unknown, undef, undefined, local, localhost, (unknown), not set, (not set)
""")
# Like OS_HEADINGS, in records.
OF_FINGERPRINTS = _phrases("fingerprint, fingerprints, fp, p0f, satori, genre")
# Like COUNT_WORDS, in records; and words that may stand beside them: count_star(), n_mails.
RECORD_COUNTS = _phrases("""
    n, cnt, msgs, msg, total, qty, quantity, doc, docs, documents, records, rows, events,
    occurrences
""")
BESIDE_COUNTS = _phrases("""
    n, nb, no, num, nr, of, der, de, star, sum, distinct, spam, anzahl, number, total, count,
    counts, cnt, nombre, numero, número, antal, aantal, sent, received
""")
# More words that may stand beside spam in a heading of counted spam.
BESIDE_SPAM = _phrases("""
    n, nb, num, nr, e, the, of, in, by, from, der, des, von, de, du, di, da, do, van, af, av, is,
    flag, mail, email, volume, traffic, sent, received, seen
""")
