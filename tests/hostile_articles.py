"""Articles of every nasty kind, the same ones each time: titles and bodies as files, and a feed."""

import re
from random import Random
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

TITLES = [
    "",
    " ",
    "\u3000\u200b",
    "<b>Bold</b> news",
    "</title><script>alert(1)</script>",
    "]]> ends",
    "<![CDATA[ a ]]>",
    "AT&T &amp; &amp;amp; &nbsp; &copy;",
    "&#0; &#x1F; &#xD800;",
    "1 < 2 > 0 && x",
    "Bell \x07 and null \x00 and \x0b",
    "Win \x93quotes\x94 \x85",
    "lone \ud800 surrogate \udfff",
    "\u202eright to left\u202c",
    "\u2066isolated\u2069 \u200f",
    "\ufeffmark \ufffe\uffff \ufffd",
    "Emoji 👩‍👩‍👧‍👦 🏳️‍🌈 \U0001f9ff",
    "e\u0301 not composed \u0338 <\u0338",
    "Ã©tÃ© mis-decoded",
    "mail ada@example.org <ada@example.org>",
    "https://example.org/?a=1&b=<c>",
    "word " * 2_000,
    "a\u2028b\u2029c\x85d",
    "\t tabs\nand\r\nlines \r",
    "<!-- comment -->",
    "<?php echo 1 ?>",
    "%s %n {0}",
    "日本語の見出し",
    "العنوان بالعربية",
    "x" * 5_000,
    "&lt;i&gt;escaped&lt;/i&gt;",
    "</p></div>",
    "<svg/>",
]
BODIES = [
    "<p><div>mis<b>nested</p></b></div></section>",
    "<a href='/x'>one <a href='y'>two</a></a>",
    "<script>alert('</p>')</script><style>p{}</style>",
    "<svg><path d='M0'/><script>1</script></svg>",
    "<math><mi>x</mi><annotation-xml><p>y</annotation-xml></math>",
    "<iframe src='//v.example/1'>x</iframe>",
    "<object data=x><embed src=y><param name=z></object>",
    "<a href='javascript:alert(1)'>run</a>",
    "<a href=' jav&#x09;ascript:x'>run</a>",
    "<img src=data:image/png;base64,AAAA onerror=x()>",
    "<a href='../up?a=1&b=2#c d'>up</a>",
    "<a href='https://bücher.example/ü ö|{}?q=é'>books</a>",
    "<a href='http://[bad'>x</a><img src='http://'>",
    "<table><tr><td>1<table><td>2</table><p>3</table>",
    "<td>cell</td><tr>row<li>item<dd>x",
    "<ul><li>a<ul><li>b</ul><li>c",
    "<p/><br/><br></br><hr>",
    "<h1>a<h2>b</h1>c",
    "<font color=red size=7>big</font><center>c</center><blink>b</blink>",
    "&nbsp;&foo;&#0;&#x80;&#xD800;&#99999999;&amp &lt",
    "a < b && c > d <3 <- <",
    "<<p>>x<</p>>",
    "<!-- -- > --><!--[if IE]>x<![endif]-->",
    "<!-- never ended",
    "<![CDATA[ x ]]> ]]> <?xml x?>",
    "<p style='position:fixed;gap:1px' onclick=x class=y id=z>styled</p>",
    "<p lang='xx_YY' dir=up>p",
    "<custom-el><slot>x</slot></custom-el><o:p></o:p>",
    "<form action=/x><input><button>b</button></form>",
    "<select><option>a<option>b</select>",
    "<details><summary>s</summary>d</details><dialog open>d",
    "<pre>\n\n  code &lt;b&gt;  \n</pre><code>a\u0338</code>",
    "<video src=v.mp4 poster=p.jpg autoplay></video>",
    "<picture><source srcset='a.jpg 1x, b.jpg 2x'><img src=c.jpg srcset='d e f'></picture>",
    "<p>" * 600,
    "<b><i><u>" * 80 + "deep",
    "<base href='https://evil.example/'><link rel=x><meta charset=x>",
    "<template><p>t</template><noscript><p>n</noscript>",
    "<ruby>漢<rp>(<rt>kan<rp>)</ruby><bdo>x</bdo>",
    "\x00\x01\x08\x0b\x0c\x1f\x7f\x80\x9f\ufffe\uffff\ufdd0",
    "\ud83d lone \ude00 halves \u202e\u2066",
    "👩‍🚀 ✊🏿 e\u0301 ﬁ Å",
    "Ã¤Ã¶Ã¼ â€œx â€",
    "<p title='a\"b<c>&d'>t</p>",
    "<a name=x>n</a><a>none</a>",
    "<img src='t.gif' width=1 height=1><img>",
    "<plaintext>x",
    "<textarea>x",
    "<title>x",
    "<xmp><b>x",
    "<frameset><frame src=x></frameset>",
    "<body onload=x><html><head>",
    "long " * 6_000,
    "</" * 500,
]
DATES = [
    "2026-05-01",
    "1 May 2026",
    "2099-01-01",
    "0001-01-01",
    "1970-01-01T00:00:00Z",
    "not a date",
    "2026-02-31",
    "01/02/03",
    "Fri, 01 May 26 25:61:00 +9999",
    "2026-05-01T10:00:00+05:45",
    "",
    "20260501",
]
AUTHORS = [
    "Ada Lindqvist",
    "ada@example.org",
    "Ada <ada@example.org>",
    "ada@example.org (Ada)",
    "",
    "<b>A</b>",
    "A & B",
    "mailto:ada@example.org",
    "\u202eadA",
    "von Ünï 😀",
    "x" * 300,
    "a@b, c@d; e@f",
]
PROSE = (
    "The council of {0} met on pier {0} and spoke of crane {1}. Nobody had expected {1} so soon."
)
_NONE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
KINDS = ("txt", "md", "html")


def files(count: int, group: int) -> dict[str, bytes]:
    """`count` files by name, of text, Markdown and HTML; `group` makes other ones."""
    chance = Random(group)
    found = {}
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        title, prose = _title(chance, number), _prose(group, number)
        body = "\n\n".join([prose, *chance.sample(BODIES, 3), prose])
        author, date = chance.choice(AUTHORS), chance.choice(DATES)
        if kind == "md":
            text = f"---\nauthor: {author!r}\ndate: {date!r}\n---\n# {title}\n\n{body}"
        elif kind == "html":
            head = f"<title>{title}</title><meta name=author content={quoteattr(author)}>"
            head += f"<meta property='article:published_time' content={quoteattr(date)}>"
            text = f"<!DOCTYPE html><head>{head}</head><body><article>{body}</article></body>"
        else:
            text = f"{title}\n\n{body}\n"
        found[f"{number:04}.{kind}"] = text.encode("utf-8", "surrogatepass")
    return found


def upstream(count: int, group: int, site: str) -> bytes:
    """An RSS feed of `count` items, well-formed and nothing more, of the site at `site`."""
    chance = Random(group)
    items = []
    for number in range(count):
        prose = _prose(group, number)
        body = prose + "".join(f"<p>{part}</p>" for part in chance.sample(BODIES, 3)) + prose
        link = f"{site}/{group}/{number}?q={quote(chance.choice(TITLES[3:9]), errors='replace')}"
        items.append(
            f"<item><title>{_escaped(_title(chance, number))}</title>"
            f"<link>{escape(link)}</link><guid isPermaLink='false'>{group}-{number}</guid>"
            f"<pubDate>{_escaped(chance.choice(DATES))}</pubDate>"
            f"<author>{_escaped(chance.choice(AUTHORS))}</author>"
            f"<category>{_escaped(chance.choice(TITLES))[:200]}</category>"
            f"<enclosure url='{site}/ü {number}.mp3' length='{chance.choice(['-1', 'x', '12'])}' "
            f"type='{chance.choice(['mp3', 'audio/mpeg'])}'/>"
            f"<description>{_escaped(prose)}</description>"
            f"<content:encoded>{_escaped(body)}</content:encoded></item>"
        )
    return (
        "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel>"
        f"<title>Wire {group} &lt;b&gt; &amp;amp; ]]&gt;</title><link>{site}/</link>"
        f"{''.join(items)}</channel></rss>"
    ).encode()


def _title(chance: Random, number: int) -> str:
    title = chance.choice(TITLES)
    return title if not title.strip() or chance.random() < 0.2 else f"{title} {number}"


def _prose(group: int, number: int) -> str:
    """Two sentences that no other article has, so that none is a copy of another."""
    name = "".join(chr(ord("a") + int(digit)) for digit in f"{group}{number:04}")
    words = " ".join(f"{name}{Random(f'{name}{n}').randrange(9**6)}" for n in range(40))
    return PROSE.format(f"Lerwick{name}", f"gantry{name[::-1]}") + f" They said {words}."


def _escaped(text: str) -> str:
    """`text` for XML: what no XML can hold is left out, everything else reaches the reader."""
    kept = (
        ch
        for ch in text
        if ch in "\t\n\r" or " " <= ch < "\ud800" or "\ue000" <= ch < "\ufffe" or ch > "\uffff"
    )
    return escape("".join(kept))
