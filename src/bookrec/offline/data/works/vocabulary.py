"""Words of titles that say nothing of which work it is, and words that say it is another one."""

from __future__ import annotations

import re
from typing import Final


def _list(text: str) -> list[str]:
    return text.split()


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FILLER: Final = _words("the a an and of")
"""Words that editions add, drop or abbreviate anywhere in a title."""

FUNCTION_WORDS: Final = _words(
    "the a an and of in into on to for from with by at as how why what who your my our its his her is "
    "are that this it or be der die das und von"
)
"""Words that two descriptions share by chance."""

ARTICLES: Final = {
    _words("der die das ein eine"): _words(
        "der die das den dem des und von im zum zur mit ist nicht ein eine am auf fuer fur"
    ),
    _words("le la les l un une"): _words(
        "le la les de des du et au aux dans sur une en pour mon sans"
    ),
    _words("el la los las un una"): _words("el la los las de del y en por para con una su"),
    _words("il lo la i gli le l un una"): _words(
        "il lo gli di del della dei delle che e nel con una per"
    ),
    _words("o a os as um uma"): _words("do da dos das uma em no na com"),
    _words("de het een"): _words("het van een voor met op uit naar"),
}
"""Leading articles by language, and the words that show a title to be in that language."""

NUMBERS: Final = {
    **{
        word: str(number)
        for number, word in enumerate(
            _list(
                "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
                "fifteen sixteen seventeen eighteen nineteen twenty"
            )
        )
    },
    **{
        roman: str(number)
        for number, roman in enumerate(
            _list("ii iii iv _ vi vii viii ix _ xi xii xiii xiv xv xvi xvii xviii xix xx"), start=2
        )
    },
}
"""Number words and Roman numerals of two letters or more, as digits."""
ORDINALS: Final = {
    word: str(number)
    for number, word in enumerate(
        _list("first second third fourth fifth sixth seventh eighth ninth tenth"), start=1
    )
}
ROMAN_LETTERS: Final = {"i": "1", "v": "5", "x": "10"}
"""Roman numerals that are also words; numbers only after a word of `VOLUME_WORDS`."""

SPELLINGS: Final = {"mt": "mount", "st": "saint", "vs": "versus", "grey": "gray", "ed": "edition"}

VOLUME_WORDS: Final = _words(
    "no nr number book books bk vol volume part pt episode issue band bd teil tome tomo buch v"
)

ENLARGED: Final = re.compile(
    r"^(?:(?:the )?(?:tragedy|tragical history|life and death|strange case|personal history) of "
    r"(?:the )?|"
    r"illustrated (?=\w+ \w+ ))"
)
"""Words before a title that only some editions have: `The Tragedy of Macbeth`."""
ENLARGED_WORDS: Final = _words("the tragedy tragical life strange personal illustrated")
"""First words of what `ENLARGED` finds."""

FORMATS: Final = re.compile(
    r"(?:^| )(?:(?:the |a )?(?:unabridged|abridged|large print|cassettes?|audio(?:books?)?|cds?|"
    r"hardcover|hardback|paperback|softcover|reissue|enriched classics?|(?:movie |film |tv )?tie in|"
    r"(?:first |second |third |fourth |fifth |sixth |seventh |eighth |ninth |tenth |"
    r"\d+(?:st|nd|rd|th) |new |revised |updated |limited |special |"
    r"illustrated |deluxe |collector s |collectors |anniversary |uk |us |english |german |french |"
    r"spanish |large print |tie in |movie tie in |international |paperback |leather )+(?:edition|ed)|"
    r"edition))+$"
)
"""A format or edition at the end of a folded title."""

FORMAT_ENDS: Final = _words(
    "unabridged abridged print cassette cassettes audio audiobook audiobooks cd cds hardcover hardback "
    "paperback softcover reissue classic classics in ed edition"
)
"""Last words of what `FORMATS` finds."""

_GENRE_WORDS: Final = _words(
    "novel novels roman romans romanzo novela romance memoir memoirs thriller mystery mysteries "
    "autobiography biography stories story tale tales novella erzahlungen krimi kriminalroman "
    "adventure fantasy western play poems fable whodunit nightmare saga trilogy legend novelle "
    "lovestory parable"
)
GENRES: Final = "|".join([*sorted(_GENRE_WORDS), "roman policier", "mystery (?:with )?recipes"])
GENERIC_TAIL: Final = re.compile(
    rf"(?!and )(?:(?:an?|the|ein|une?|eine) )?(?:\w+ ){{0,4}}(?:{GENRES})\d*|"
    rf"(?!and )(?:\w+ ){{0,5}}(?:edition|editon|version)|illustrated|(?:film|tv) tie in|"
    rf"sonderausgabe|taschenbuch|bolsillo|pbk|"
    rf"(?:(?:an?|the) )?(?:\w+ ){{0,2}}(?:novel|roman|story|memoir|play|thriller) "
    rf"(?:of|in|about|by) .+|"
    rf"(?:(?:an?|the) )?(?:corrected|restored|authoritative|definitive|complete) (?:text|edition)\b.*|"
    rf"(?:backgrounds?|texts?|complete text) .*\bcriticism|.*\bcase study in .*criticism|"
    rf"complete and unabridged|(?:the )?\d{{4}} text|"
    rf"(?:(?:new|short|two|three|four|five) )?(?:fiction|essays|novellas)|a tale of .+|"
    rf"with (?:an?|new) .*\b(?:bibliography|essays|criticism|(?:introduction|foreword) by .+)|"
    rf"story and pictures(?: by .+)?|(?:finalista )?premio .+ \d{{4}}"
)
"""A subtitle, folded, that names genre or edition and no more."""
EDITION: Final = re.compile(
    r"(?:the )?(?:(?:updated|revised|expanded|complete|completed|unexpurgated|unabridged|and|new|"
    r"student|school|library|definitive|restored|authoritative|critical|annotated|special|"
    r"commemorative|\w+ anniversary) )+edition|complete and unabridged|complete and (?:\w+ )+edition|"
    r"the (?!kids|teen|junior|young|children|travel|holiday)(?:\w+ ){1,2}edition|the complete guide"
)
"""A subtitle, folded, that names an edition; `FORMATS` would leave words of it."""
GENERIC_TAIL_WORDS: Final = _GENRE_WORDS | _words(
    "policier recipes edition editon version illustrated tie text criticism unabridged fiction essays "
    "novellas tale bibliography introduction foreword sonderausgabe taschenbuch bolsillo pbk"
)
"""Words of which each match of `GENERIC_TAIL` has one, unless it has a number."""

BOX: Final = re.compile(
    r"\bboxed\b|\bbox(?:ed)? ?(?:set|gift)\b|\b(?:gift|in a) box\b|\bomnibus\b|"
    r"\b(?:\d|two|three|four|five|six|seven) (?:books?|volumes|novels|titles) in\b|"
    r"\bin one\b|\b(?:gift|collection|book|library|trilogy) set\b|\b\d in 1\b|"
    r"\b(?:two|three|four|five) complete (?:novels|books)\b|\bslipcase\b|\bcontains\b|\b\d+ books\b"
)
"""Several works in one."""
BOX_WORDS: Final = _words(
    "box boxed boxset boxedset boxgift boxedgift omnibus in set complete slipcase contains books"
)
"""Words of which each match of `BOX` has one."""
DERIVED: Final = re.compile(
    r"\bcompanion\b|\bpost ?cards?\b|\bpop ?up\b|\bcolou?ring\b|\bcalendar\b|"
    r"\bwork ?book\b|\bstickers?\b|\bstudy guide\b|\bcliffs?(?:s)? ?notes\b|\bspark ?notes\b|"
    r"\bmonarch\b|\bbarrons? book notes\b|"
    r"\bcook ?book\b|\bscreenplay\b|\bshooting script\b|"
    r"(?<!\band )(?<!\bin )\bthe making of\b|\badapt(?:ed|ation)\b|"
    r"\bboard books?\b|\beasy to read\b|\bpocket guide\b|\bjournal\b|\bactivity book\b|\bposter\b|"
    r"\bstory ?book\b|"
    r"\bgraphic novel\b|\bmanga\b|\bunauthori[sz]ed\b|\breaders? guide\b"
)
"""A work about, or made from, another one."""
DERIVED_WORDS: Final = _words(
    "companion postcard postcards card cards popup up colouring coloring calendar workbook book "
    "sticker stickers guide cliffnotes cliffsnotes cliffssnotes sparknotes notes monarch cookbook "
    "screenplay script making adapted adaptation board read journal activity poster graphic manga "
    "unauthorised unauthorized storybook"
)
"""Words of which each match of `DERIVED` has one."""
CONTINUED: Final = re.compile(
    r"^and\b|\bsequel\b|\bnext generation\b|\bnew generation\b|\bthe return\b|\bcontinu|\bfor "
    r"(?:women|men|kids|teens|mothers|dads|moms|fathers|couples|children|boys|girls)\b|\band other\b|"
    r"\bvolume \d|\banthology\b"
)
"""A subtitle that makes a title another work."""
MORE: Final = re.compile(r"\bmore\b(?! than\b)")
"""A subtitle of a further volume, unless the head has its number."""
PLACE_IN_SERIES: Final = re.compile(
    r"sequel to |"
    r"(?:his |her )?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last|\d+) "
    r"(?:book|novel|volume|part)(?: of | in |$)|"
    r"(?:book|volume|part) \d+ (?:of|in) "
)
"""Start of a subtitle that says which volume of a series the head names."""

SERIES_PLACE: Final = re.compile(
    r"(?:\w+ ){1,4}(?:trilogy|cycle|chronicles|saga|series|novels|narratives|quartet|mysteries)"
    r"(?: (?:book|volume|part))? (\d+)"
)
"""A subtitle that gives the series and the head's number in it."""
PERIOD: Final = re.compile(
    r"\d{2,} (?:b c|bc|a d|ad)\b|\b\d{3}0 ?s\b|\bcentur(?:y|ies)\b|\b[12]\d{3} (?:to )?[12]\d{3}\b"
)
"""The years that a book is about: no number of a volume."""

COLLECTIONS: Final = _words(
    "selected collected complete poems poetry letters stories story works plays essays tales short "
    "novels best diary diaries notebooks writings sonnets reader journals major great favorite "
    "classic new early later prose verse bible fables fairy cookbook autobiography memoirs "
    "volume book collection treasury anthology"
)
"""Words of titles that many books of one author share: `Selected Poems`."""

HONORIFICS: Final = _words(
    "jr sr dr sir prof md phd ii iii lady lord rev mrs mr by ed eds editor illustrator translator "
    "trans pere fils et al the ph"
)
SHORT_NAMES: Final = {
    "tom": "thomas", "bob": "robert", "bill": "william", "jim": "james", "dick": "richard",
    "mike": "michael", "jack": "john", "liz": "elizabeth", "tony": "anthony", "kate": "katherine",
    "ted": "edward", "peggy": "margaret", "nick": "nicholas", "chuck": "charles", "zz": "z",
    "andy": "andrew", "mattie": "matthew", "rick": "richard", "larry": "lawrence",
    "charlie": "charles", "billy": "william", "bobby": "robert", "johnny": "john", "jimmy": "james",
    "betty": "elizabeth", "hank": "henry", "harry": "harold", "jerry": "gerald", "terry": "terence",
    "ned": "edward", "meg": "margaret", "kathy": "katherine", "cathy": "catherine", "sandy": "sandra",
    "tim": "timothy", "becky": "rebecca", "debbie": "deborah", "jenny": "jennifer", "abby": "abigail",
}  # fmt: skip
