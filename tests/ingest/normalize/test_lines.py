"""Lines of pages that are no part of the article go; prose that says the same words stays."""

import pytest

from tests.ingest.normalize.documents import FILES, PROSE, make, page

# One line each that asks to read on, share, subscribe, take a newsletter or cookies, look at an
# advertisement, go to the article before or after, or take a summary; then prose with such words.
SPOKEN = {
    "en": (
        "Read more|Share this on Facebook|Subscribe now|Sign up for our newsletter|Accept cookies|"
        "Advertisement|Previous article|Next article|Get a summary",
        "She asked readers to share this on Facebook and to read more of the newsletter.",
    ),
    "de": (
        "Weiterlesen|Auf Facebook teilen|Jetzt abonnieren|Newsletter abonnieren|"
        "Cookies akzeptieren|Anzeige|Vorheriger Artikel|Nächster Artikel|Zusammenfassung abrufen",
        "Er wollte die Anzeige auf Facebook teilen und den Newsletter abonnieren, sagte er.",
    ),
    "fr": (
        "Lire la suite|Partager sur Facebook|Abonnez-vous|S'abonner à la newsletter|"
        "Accepter les cookies|Publicité|Article précédent|Article suivant|Obtenir un résumé",
        "Il faut partager sur Facebook la publicité et lire la suite du livre, dit-elle.",
    ),
    "es": (
        "Leer más|Compartir en Facebook|Suscríbete|Suscríbete a nuestra newsletter|"
        "Aceptar cookies|Publicidad|Artículo anterior|Artículo siguiente|Obtener un resumen",
        "La publicidad invita a compartir en Facebook y a leer más cada día, dijo ella.",
    ),
    "it": (
        "Leggi tutto|Condividi su Facebook|Abbonati|Iscriviti alla newsletter|"
        "Accetta i cookie|Pubblicità|Articolo precedente|Articolo successivo|Ottieni un riassunto",
        "La pubblicità dice: condividi su Facebook e leggi tutto prima di sera.",
    ),
    "pt": (
        "Leia mais|Compartilhe no Facebook|Assine|Assine nossa newsletter|Aceitar cookies|"
        "Publicidade|Artigo anterior|Próximo artigo|Obter um resumo",
        "A publicidade pede que se leia mais e que alguém assine nossa newsletter.",
    ),
    "nl": (
        "Lees meer|Deel op Facebook|Abonneren|Abonneer je op onze nieuwsbrief|"
        "Cookies accepteren|Advertentie|Vorig artikel|Volgend artikel|Vraag een samenvatting",
        "Wie deze advertentie wil delen op Facebook moet zich eerst abonneren, zei zij.",
    ),
    "pl": (
        "Czytaj więcej|Udostępnij na Facebook|Subskrybuj|Zapisz się do newslettera|"
        "Akceptuj cookies|Reklama|Poprzedni artykuł|Następny artykuł|Pobierz streszczenie",
        "Ta reklama każe czytać więcej i zapisać się do newslettera, powiedziała.",
    ),
    "ru": (
        "Читать далее|Поделиться в Facebook|Подписаться|Подпишитесь на нашу рассылку|"
        "Принять cookies|Реклама|Предыдущая статья|Следующая статья|Получить краткое содержание",
        "Эта реклама просит поделиться в Facebook и читать далее, сказала она.",
    ),
    "uk": (
        "Читати далі|Поділитися в Facebook|Підписатися|Підписатися на розсилку|"
        "Прийняти cookies|Реклама|Попередня стаття|Наступна стаття|Отримати стислий виклад",
        "Ця реклама просить поділитися в Facebook і читати далі, сказала вона.",
    ),
    "tr": (
        "Devamını oku|Facebook'ta paylaş|Abone ol|Bültenimize abone olun|Çerezleri kabul et|"
        "Reklam|Önceki yazı|Sonraki yazı|Özet al",
        "Bu reklam herkesi abone olmaya ve devamını okumaya çağırıyor, dedi.",
    ),
    "ar": (
        "اقرأ المزيد|شارك على Facebook|اشترك الآن|اشترك في النشرة البريدية|"
        "قبول ملفات تعريف الارتباط|إعلان|المقال السابق|المقال التالي|احصل على ملخص",
        "قال إن هذا إعلان يدعو القراء إلى قراءة المزيد ومشاركة المقال على الموقع.",
    ),
    "zh": (
        "阅读更多|分享到Facebook|订阅|订阅我们的新闻通讯|接受cookie|广告|上一篇|下一篇|获取摘要",
        "她说这则广告请大家分享到Facebook，然后再阅读更多的内容。",
    ),
    "ja": (
        "続きを読む|Facebookでシェア|購読する|ニュースレターに登録|cookieを受け入れる|広告|"
        "前の記事|次の記事|要約を見る",
        "彼女はこの広告をFacebookでシェアして続きを読むように頼んだ。",
    ),
}


@pytest.mark.parametrize("language", SPOKEN)
def test_lines_of_copied_pages_go_in_every_language_and_prose_stays(language: str) -> None:
    spoken, prose = SPOKEN[language]
    lines = spoken.split("|")
    buttons = "".join(f"<p>{line}</p>" for line in lines[:6] + lines[8:])
    # The line behind the label of a neighbouring article would be taken for its title.
    ends = f"<p>{lines[6]}</p><p>{PROSE}</p><p>{lines[7]}</p><p>{prose}</p>"
    body = f"<h1>Storm</h1><p>{prose}</p>{buttons}<p>{PROSE}</p>{ends}"
    for text in (make(body, "text/html", origin="a.html").text, page(body).text):
        assert [line for line in text.split("\n") if line in lines] == []
        assert text.count(prose) == 2


def test_a_phrase_within_a_sentence_is_prose() -> None:
    body = f"<p>You can <a href='/s'>subscribe</a> to it, or <span>share</span> it.</p><p>{PROSE}"
    for text in (make(body, "text/html", origin="a.html").text, page(body).text):
        assert "You can subscribe to it, or share it." in text


def test_a_row_of_buttons_goes_and_a_led_in_link_stays() -> None:
    row = "<p><a href='/t'>Tweet</a> | <a href='/f'>Share on Facebook</a> <span>Print</span></p>"
    lead = "<p><b>Read more:</b> <a href='/o'>The other storm</a></p>"
    text = make(f"<p>{PROSE}</p>{row}{lead}", "text/html", origin="a.html").text
    assert text == f"{PROSE}\n\nRead more: The other storm"


def test_a_link_to_the_rest_goes_from_the_end_of_a_sentence() -> None:
    text = make(f"<p>{PROSE} <a href='/o'>Read more</a></p>", "text/html", origin="a.html").text
    assert text == PROSE


def test_a_cell_of_a_table_is_no_button() -> None:
    table = "<table><tr><td>Print</td><td>Ctrl+P</td></tr></table>"
    assert "Print" in make(f"<p>{PROSE}</p>{table}", "text/html", origin="a.html").text


FILE = f"""<html><head><title>Storm</title></head><body><h1>Storm</h1>
<p class="byline">By Ann Bee</p><p>5 January 2026</p><p>{PROSE}</p>
<p>Share this on Facebook</p></body></html>"""


def test_a_file_does_not_repeat_what_readers_are_shown_above_it() -> None:
    draft = make(FILE, "text/html", origin="a.html", rules=FILES)
    assert (draft.authors, draft.published is not None) == (("Ann Bee",), True)
    assert draft.text == PROSE


def test_a_byline_of_somebody_else_and_another_date_stay() -> None:
    head = (
        '<meta name="author" content="Jo Roe">'
        '<meta property="article:published_time" content="2025-03-01">'
    )
    draft = make(FILE.replace("<title>", head + "<title>"), "text/html", origin="a.html")
    assert draft.text.startswith("By Ann Bee\n\n5 January 2026\n\n")


def test_a_first_heading_that_is_not_the_title_stays() -> None:
    prose = "".join(f"<p>{PROSE} Part {n}.</p>" for n in range(3))
    head = "<title>What the harbour cost</title>"
    assert page(f"<article><h1>Storm</h1>{prose}</article>", head).html.startswith("<h1>Storm</h1>")


def test_a_heading_that_ends_an_article_belongs_to_what_went() -> None:
    prose = "".join(f"<p>{PROSE} Part {n}.</p>" for n in range(3))
    body = f"<article><h1>Storm</h1>{prose}<h3>From our partners</h3><aside>Buy</aside></article>"
    assert "partners" not in page(body).text
