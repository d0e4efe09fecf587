"""Words that are used for each other in questions about programs, projects and everyday affairs.

A small list made by hand, in ordinary English. A related word found is weaker evidence than the word asked for (`core.scoring`).
"""

from __future__ import annotations

from functools import cache

from ifmem.core.text import terms_of

# Synonyms, spellings, abbreviations, numerals. A word may stand in several groups; groups are not joined through it.
_GROUPS = """
    10 ten; 12 twelve; 2 two; 3 three; 4 four; 5 five; 6 six; 7 seven; 8 eight; 9 nine; abort cancel interrupt;
    absent missing lacking; accident crash failure; account balance money; action step operation;
    add append insert include; address location place; adjust tune calibrate; afraid worried fear;
    agree decide settle; alert alarm warning notification notify; allow permit enable;
    alternative substitute replacement; always constantly permanently; amount quantity number;
    annoyed angry upset complain; answer reply response; apartment flat house home; arg argument; argument parameter;
    arrive come reach; ask query request question; async asynchronous; attach connect join;
    auth authentication authorization; author writer; automatic automatically; available present ready;
    bad wrong broken faulty; ban forbid prohibit disallow; battery accumulator; begin start commence;
    behaviour behavior; big large huge; bill invoice; block obstruct prevent; bool boolean; boss manager director;
    bottom lowest end; breakfast lunch dinner meal food; bug defect fault; build compile assemble; buy purchase order;
    bytes binary; calculate compute work; call invoke run execute; capacity size limit; car vehicle; careful cautious;
    case uppercase lowercase; catalog catalogue; category kind type sort; cause reason; center centre;
    change modify alter edit; cheap inexpensive; check verify validate inspect; child kid pupil; choose select pick;
    city town; clean clear wipe; clock time; close shut; cmd command; cold freezing frost; colour color;
    combine merge join concatenate; command instruction; company firm employer; compare diff; complete finish done;
    compress zip gzip squeeze; computer machine host; condition state status; conf config configuration;
    config configuration setting option preference; conflict clash collision; conn connection; connection socket link;
    contain hold include; convert transform translate; copy duplicate clone; cost price pay fee expense; count number;
    create make build generate produce; credential password secret passphrase; ctx context; current present;
    cut split divide separate; damage destroy break; danger risk; dash hyphen; database store; date day; db database;
    dead gone lost; deadline timeout limit; debug trace diagnose; decode decompress; decrease reduce lower;
    del delete; delay wait pause sleep; delete remove erase discard drop; deny refuse reject decline;
    deprecated obsolete; detect notice recognise; device hardware; dict dictionary; different other various;
    dir directory; disable deactivate suppress; disk drive storage; display show print; doc documentation;
    document file text; download fetch; duration time length; early morning; earn salary wage; editor vim;
    electricity power mains; email mail; empty blank; encrypt encryption cipher tls ssl; end finish stop;
    env environment; environment surroundings; err error; error failure exception fault; estimate guess approximate;
    example sample; exec execute; exit quit leave; expire lapse; expiry expire ttl; explain describe;
    fail break crash; fast quick speed rapid; father dad parent; field attribute property; fill populate; film movie;
    find search locate; fix repair mend; flag switch option; fn func function; folder directory; follow track;
    forget lose; free release; friend colleague; function method procedure; garden greenhouse; gateway proxy;
    get obtain retrieve fetch receive; gift present; gray grey; grow increase rise;
    guide manual handbook documentation; halt stop terminate end; hang freeze stuck stall; happen occur;
    header heading title; heat hot warm temperature; help assist support; hide conceal invisible; history past;
    holiday vacation trip; hurt injure injury burn wound; idea suggestion proposal; ignore skip;
    ill sick disease infected; image picture photo; img image; improve better; index catalogue;
    init initialise initialize setup; initial first; input enter type; install setup; int integer;
    integer number numeric; internet web network; issue problem trouble; item element entry; iter iterate loop;
    job task work; keep retain preserve; keyboard key; kill terminate; language tongue; large big; last final;
    late overdue; launch start boot; length size; letter character; level degree; lib library; library package module;
    licence license; license licence; limit maximum cap bound restrict; line row; list enumerate; load read;
    lock mutex; log logging record; lookup search; max maximum; maximum most highest upper; measure meter;
    meet meeting; mem memory; member participant; memory ram; message notice; min minimum; minimum least lowest lower;
    mistake error; money budget fund; move transfer relocate; msg message; name title label; neighbour neighbor;
    new latest recent; night evening; noise loud sound; none nothing nobody; notify inform tell; num number;
    obj object; old former previous earlier; open unlock; optional voluntary; order sequence; output result;
    own custom; pack bundle; page sheet; parallel concurrent simultaneously; param parameter; parse interpret;
    part piece chunk fragment; password passphrase pin; path route; pause wait; people person user everyone;
    permission access right; persist save store; phone telephone mobile; pkg package; plan schedule;
    plant flower vegetable; port socket; power energy; pref preference; prefix beginning; previous before earlier;
    private hidden internal; proc process; process program; program application app software; prohibit forbid;
    project repository; prompt ask; protect guard; public open; pwd password; quality grade; quiet silent mute;
    raise throw; random arbitrary; range interval limits; read load; receive accept; redirect forward; ref reference;
    regex pattern; release version; remember store; repeat again retry multiple; replace substitute swap;
    repo repository; report announce; req request requirement; request call; require need must;
    reset restore revert rollback; resp response; restart reboot; result outcome; return yield; rule policy;
    save store write; say tell; school college; screen terminal display console; security safety; send transmit post;
    sensor probe detector; serialise serialize dump; server host; shorten abbreviate truncate; shut close;
    shutdown stop down; sign signature; single one only; size length; slow latency; socket connection; sort order;
    speak talk; spec specification; src source; str string; stream chunk; string text; strip remove; style format;
    subclass inherit extend; succeed success; suffix extension ending; switch toggle; sync synchronous; table grid;
    team group club; temp tmp temporary; test check; together jointly; trust verify; unique distinct; unit piece;
    unknown unrecognised; update upgrade refresh; upload send; url address link; util utility; val value;
    value setting; var variable; visit trip; warm heat; warn warning; water rain; website site page;
    whole entire complete; wire cable; word term; worker employee; write save
"""


@cache
def _groups() -> dict[str, tuple[str, ...]]:
    others: dict[str, dict[str, None]] = {}
    for words in _GROUPS.split(";"):
        group = dict.fromkeys(terms_of(words))
        for term in group:
            others.setdefault(term, {}).update(group)
    return {term: tuple(other for other in group if other != term) for term, group in others.items()}


def related(term: str) -> tuple[str, ...]:
    """The terms that may stand for `term`, itself not among them."""
    return _groups().get(term, ())
