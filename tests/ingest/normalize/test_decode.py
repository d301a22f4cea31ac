import codecs
import random
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import ReadError
from ingest.normalize.decode import decode

GERMAN = "Über die Straße – “schön” und ein naïves Café, 10 €"
CHINESE = "这是一个关于城市的长篇文章，讲述了很多人的故事。" * 3
GREEK = "Η καταιγίδα έφτασε στην ακτή τη Δευτέρα το βράδυ και πήρε τις στέγες των σπιτιών."
JAPANESE = "嵐は月曜日の夜に海岸に到達し、四十軒の家の屋根を持ち去りました。"
KOREAN = "폭풍은 월요일 밤 해안에 도달하여 마흔 채의 집 지붕을 가져갔습니다."
RUSSIAN = "Это довольно длинный русский текст о том, как живут люди в городе."


NOISE = random.Random(1).randbytes(3_000)


@pytest.mark.parametrize(
    ("body", "charset", "wanted"),
    [
        (GERMAN.encode(), "", GERMAN),
        (codecs.BOM_UTF8 + GERMAN.encode(), "latin-1", GERMAN),
        (codecs.BOM_UTF16_LE + GERMAN.encode("utf-16-le"), "", GERMAN),
        (codecs.BOM_UTF16_BE + GERMAN.encode("utf-16-be"), "utf-8", GERMAN),
        (codecs.BOM_UTF32_LE + GERMAN.encode("utf-32-le"), "", GERMAN),
        (GERMAN.encode("utf-16-le"), "", GERMAN),
        (GERMAN.encode("cp1252"), "", GERMAN),
        (GERMAN.encode("cp1252"), "iso-8859-1", GERMAN),
        (GERMAN.encode("cp1252"), "utf-8", GERMAN),
        (GERMAN.encode(), "iso-8859-1", GERMAN),
        (GERMAN.encode(), "no-such-charset", GERMAN),
        (GERMAN.encode("cp1252"), "idna", GERMAN),
        (GERMAN.encode(), "punycode", GERMAN),
        (GERMAN.encode(), "base64", GERMAN),
        (RUSSIAN.encode("cp1251"), "", RUSSIAN),
        (RUSSIAN.encode("koi8-r"), "koi8-r", RUSSIAN),
        (CHINESE.encode("gb18030"), "", CHINESE),
        (CHINESE.encode("gbk"), "gb2312", CHINESE),
        (b"caf\xe9", "", "café"),
        (codecs.BOM_UTF32_BE + GERMAN.encode("utf-32-be"), "", GERMAN),
        (RUSSIAN.encode("utf-16-le"), "", RUSSIAN),
        (GREEK.encode("utf-16-be"), "iso-8859-7", GREEK),
        (CHINESE.encode("utf-16-le"), "utf-8", CHINESE),
        (CHINESE.encode("utf-16-be"), "", CHINESE),
        (KOREAN.encode("utf-16-be"), "utf-16", KOREAN),
        (GERMAN.encode("utf-32-le"), "", GERMAN),
        (CHINESE.encode("utf-32-be"), "", CHINESE),
        (("😀 " + RUSSIAN * 200).encode("utf-16-le"), "", "😀 " + RUSSIAN * 200),
        (GREEK.encode("cp1253"), "", GREEK),
        (JAPANESE.encode("shift_jis"), "", JAPANESE),
        (JAPANESE.encode("shift_jis"), "Shift_JIS", JAPANESE),
        ((JAPANESE * 3).encode("euc-jp"), "", JAPANESE * 3),
        (JAPANESE.encode("euc-jp"), "euc-jp", JAPANESE),
        (JAPANESE.encode("iso-2022-jp"), "", JAPANESE),
        (JAPANESE.encode("iso-2022-jp"), "utf-8", JAPANESE),
        (KOREAN.encode("euc-kr"), "", KOREAN),
        (KOREAN.encode("euc-kr"), "ks_c_5601-1987", KOREAN),
        (RUSSIAN.encode("iso8859-5"), "", RUSSIAN),
        (codecs.BOM_UTF8 + GERMAN.encode("cp1252"), "", GERMAN),
    ],
)
def test_texts_in_any_encoding(body: bytes, charset: str, wanted: str) -> None:
    assert decode(body, charset) == wanted


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ('<title>{0}</title><meta charset="gbk">', "gbk"),
        ("<!-- <meta charset=utf-8> --><meta charset=gb18030><title>{0}</title>", "gb18030"),
        ("<!-- --><!-- " + "<!--" * 100 + "<meta charset=gb18030><title>{0}</title>", "gb18030"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=big5">{1}', "big5"),
        ('<?xml version="1.0" encoding="gbk"?><p>{0}', "gbk"),
        ("<script>" + "x" * 5_000 + "</script><meta charset='gbk'>{0}", "gbk"),
        ("<meta charset=utf-16>{0}", "utf-8"),
        ("<title>{1}</title><meta charset=x-sjis>", "shift_jis"),
        ("<title>{1}</title><meta charset=euc-jp>", "euc-jp"),
        ("<title>{1}</title>" + " " * 2_000 + "<meta charset=windows-949>{1}", "cp949"),
        ("<title>{0}</title>", "utf-16-le"),
        ("<title>{0}</title><meta charset=utf-16>", "utf-16-be"),
    ],
)
def test_pages_declare_their_encoding_anywhere_in_the_head(head: str, encoding: str) -> None:
    page = head.format("标题很重要", "標題")
    assert decode(page.encode(encoding), html=True) == page


@pytest.mark.parametrize(
    ("declared", "charset", "encoding", "text"),
    [
        ("windows-1251", "iso-8859-1", "cp1251", RUSSIAN),
        ("", "windows-1251", "cp1251", RUSSIAN),
        ("iso-8859-1", "iso-8859-1", "utf-8", RUSSIAN),
        ("utf-8", "", "cp1252", GERMAN),
        ("gb2312", "utf-8", "gb18030", CHINESE),
        ("iso-2022-jp", "utf-8", "iso-2022-jp", "記事の投稿"),
        ("utf-16", "", "utf-8", CHINESE),
    ],
)
def test_xml_knows_its_encoding_better_than_the_server(
    declared: str, charset: str, encoding: str, text: str
) -> None:
    head = f'<!-- x -->\n<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    document = f"{head}<a>{text}<meta charset=big5></a>"
    assert decode(document.encode(encoding), charset, xml=True) == document


def test_a_broken_character_makes_no_other_encoding_of_the_rest() -> None:
    assert decode((RUSSIAN + "é").encode()[:-1] + b" ab") == RUSSIAN + "\ufffd ab"
    assert decode(GERMAN.encode("cp1252")) == GERMAN


@pytest.mark.parametrize("body", [b"", b"  \n\t ", codecs.BOM_UTF8, b"\x00\x00", b"\xff\xfe"])
def test_an_empty_file_is_said_to_be_empty(body: bytes) -> None:
    with pytest.raises(ReadError, match="it is empty"):
        decode(body)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "PNG"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(range(256)), "PDF"),
        (b"PK\x03\x04" + bytes(60), "ZIP"),
        (bytes(range(256)) * 20, "binary"),
        (codecs.BOM_UTF16_LE + NOISE, "begins like UTF-16"),
        (codecs.BOM_UTF16_BE + NOISE, "begins like UTF-16"),
        (codecs.BOM_UTF32_LE + NOISE, "begins like UTF-32"),
        (codecs.BOM_UTF8 + NOISE, "binary"),
        (b"".join(n.to_bytes(2, "little") for n in range(0, 9_000, 7)), "binary"),
        (b"".join((n * n % 9_999).to_bytes(4, "little") for n in range(900)), "binary"),
    ],
)
def test_binary_data_is_refused_in_plain_words(body: bytes, said: str) -> None:
    with pytest.raises(ReadError, match=said):
        decode(body)


def test_a_text_about_a_format_or_with_a_stray_nul_is_a_text() -> None:
    assert decode(b"RIFFs are short phrases in music.") == "RIFFs are short phrases in music."
    assert "words" in decode(b"some\x00 words " + b"and more of them " * 10)


@given(st.binary(max_size=200), st.text(max_size=10), st.sampled_from(["html", "xml", "neither"]))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_text_or_refused(body: bytes, charset: str, kind: str) -> None:
    with suppress(ReadError):
        found = decode(body, charset, html=kind == "html", xml=kind == "xml")
        assert isinstance(found, str)
