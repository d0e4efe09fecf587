"""Groups of words that may each stand for every other: synonyms, spellings, abbreviations, numerals. Separated by semicolons."""

GROUPS = """
    10 ten; 12 twelve; 2 two; 3 three; 4 four; 5 five; 6 six; 7 seven; 8 eight; 9 nine; abort cancel interrupt;
    absent missing lacking; accident crash failure; account balance money; ache pain hurt; action step
    operation; add append insert include; address location place; adjust tune calibrate; adore love like; afraid
    worried fear; agree decide settle; airport flight plane; alert alarm warning notification notify; allergy
    allergic; allow permit enable; alternative substitute replacement; always constantly permanently; amount
    quantity number; animal pet creature; ankle foot leg; annoyed angry upset complain; answer reply response;
    anxious nervous worried stress; apartment flat house home; appointment meeting; arg argument; argue quarrel
    dispute; argument parameter; arm wrist hand; arrange organise organize plan; arrive come reach; ask query
    request question; async asynchronous; attach connect join; auth authentication authorization; author writer;
    available present ready; baby infant newborn; bad wrong broken faulty; bake cook; ban forbid prohibit
    disallow; battery accumulator; beach sea coast ocean; begin start commence; behaviour behavior; bicycle bike
    cycle; big large huge; bill invoice; block obstruct prevent; boat ship ferry; book novel; bool boolean; born
    birth birthday; boss manager director; bottom lowest end; boyfriend girlfriend partner; breakfast lunch
    dinner meal food; brother sister sibling; bug defect fault; build compile assemble; bus coach; buy purchase
    order; bytes binary; calculate compute work; call invoke run execute; capacity size limit; car vehicle;
    careful cautious; case uppercase lowercase; cash money; cat kitten pet; catalog catalogue; category kind
    type sort; cause reason; celebrate celebration party; celebration ceremony festival; center centre; ceramics
    pottery clay; certificate cert; change modify alter edit; charity donation volunteer; charset encoding;
    cheap inexpensive; check verify validate inspect; chef cook; child kid pupil; choose select pick; city town;
    clean clear wipe; clock time; close shut; clothes dress shirt; cmd command; coach trainer teacher; coat
    jacket; cold freezing frost; colour color; combine merge join concatenate; command instruction; company firm
    employer; compare diff; competition contest tournament; complete finish done; compress zip gzip squeeze;
    computer machine host; concert gig show; condition state status; conf config configuration; config
    configuration setting option preference; conflict clash collision; conn connection; connection socket link;
    contain hold include; convert transform translate; copy duplicate clone; coroutine async; cost price pay fee
    expense; cottage cabin house; couch sofa; count number; course lesson; create make build generate produce;
    credential password secret passphrase; ctx context; current present; customer client; cut split divide
    separate; damage destroy break; danger risk; dash hyphen; database store; date day; db database; dead gone
    lost; deadline timeout limit; debt loan; debug trace diagnose; decode decompress; decrease reduce lower; del
    delete; delay wait pause sleep; delete remove erase discard drop; deny refuse reject decline; deprecated
    obsolete; dessert cake; detect notice recognise; device hardware; diary journal; dict dictionary; different
    other various; digest hash checksum fingerprint; diploma degree; dir directory; disable deactivate suppress;
    discount reduction; dish meal recipe; disk drive storage; dislike hate; dismiss fire; display show print;
    dissertation thesis; divorce separate; doc documentation; doctor physician hospital clinic; document file
    text; dog puppy pet; donate give; download fetch; dream goal wish; drug medicine medication pill tablet;
    duration time length; early morning; earn salary wage; earnings income profit money; editor vim; elapsed
    duration; electricity power mains; elevator lift; email mail; empty blank; encrypt encryption cipher tls
    ssl; end finish stop; endless infinite forever; enroll enrol register sign; env environment; environment
    surroundings; err error; error failure exception fault; estimate guess approximate; exam test; example
    sample; exec execute; exercise workout gym fitness; exhausted tired; exhibition show gallery; exit quit
    leave; expire lapse; expiry expire ttl; fail break crash; fair market; fast quick speed rapid; father dad
    parent; fiance engaged; field attribute property; fill populate; film movie; find search locate; fix repair
    mend; flag switch option; flatmate roommate; flight fly plane; fn func function; folder directory; follow
    track; forest wood; forget lose; fracture break broken injure; free release; friend colleague; fun enjoy;
    function method procedure; furniture chair table; garden greenhouse; garden yard; gateway proxy; get obtain
    retrieve fetch receive; gift present; glad happy joy; grandfather grandpa; grandmother grandma; gray grey;
    grow increase rise; guest visitor; guide manual handbook documentation; halt stop terminate end; hang freeze
    stuck stall; happen occur; header heading title; heal recover; heat hot warm temperature; height tall high;
    help assist support; hide conceal invisible; hike walk trail; hill mountain; hire employ recruit; history
    past; hobby interest pastime; holiday vacation trip; honeymoon newlyweds wedding; hurt injure injury burn
    wound; husband spouse partner; idea suggestion proposal; idle inactive unused; ignore skip; ill sick disease
    infected; image picture photo; img image; immutable frozen readonly; improve better; index catalogue; init
    initialise initialize setup; initial first; input enter type; install setup; instrument guitar piano violin
    cello; int integer; integer number numeric; internet web network; issue problem trouble; item element entry;
    iter iterate loop; job career profession occupation; job task work; jog run; journey trip travel; keep
    retain preserve; keyboard key; kill terminate; knee leg; lake river; landlord owner; language tongue; laptop
    computer; last final; late overdue; launch start boot; lawyer attorney; lease rent; lecture talk
    presentation speech; lend borrow; length size; letter character; level degree; lib library; library package
    module; licence license; lifetime ttl; limit maximum cap bound restrict; line row; list enumerate; load
    read; lock mutex; log logging record; lookup search; luggage suitcase bag; mandatory required compulsory;
    marathon race run; marry marriage wedding; max maximum; maximum most highest upper; measure meter; mem
    memory; member participant; memory ram; message notice; min minimum; minimum least lowest lower; mistake
    error; money budget fund; mother mom mum parent; move transfer relocate; msg message; music song; name title
    label; nation country; neighbour neighbor; neighbourhood street; nephew niece; new latest recent; nickname
    name; night evening; noise loud sound; none nothing nobody; notify inform tell; num number; nurse hospital;
    obj object; old former previous earlier; open unlock; optional voluntary; order sequence; output result;
    oven kiln stove; own custom; pack bundle; page sheet; paint draw; painting art picture; parallel concurrent
    simultaneously; param parameter; parcel package; parse interpret; part piece chunk fragment; password
    passphrase pin; path route; people person user everyone; permission access right; persist save store; phone
    telephone mobile; photographer photo camera; picnic lunch; pkg package; plan schedule; plant flower
    vegetable; pleased happy proud; port socket; postpone reschedule; power energy; pref preference; prefix
    beginning; pregnant expecting baby; previous before earlier; private hidden internal; prize award medal
    trophy; proc process; process program; program application app software; project repository; promotion
    career; prompt ask; protect guard; pub bar restaurant; public open; puzzle game; pwd password; quality
    grade; quiet silent mute; quit resign leave; raise throw; random arbitrary; range interval limits; receive
    accept; recommend suggest advise; redirect forward; ref reference; regex pattern; rehearse practise;
    relative cousin family; relax rest; release version; remember store; repeat again retry multiple; replace
    substitute swap; repo repository; report announce; req request requirement; request call; require need must;
    rescue save; reserve book; reset restore revert rollback; reside live; resp response; restart reboot;
    restaurant cafe; result outcome; return yield; reward bonus; road street; rob steal; rule policy; rumour
    gossip; sad unhappy upset; salary pay; sanitise sanitize escape; save store write; scared afraid; school
    college; screen terminal display console; security safety; send transmit post; sensor probe detector;
    serialise serialize dump; server host; shoes boots; shop store mall; shorten abbreviate truncate; shutdown
    stop down; sign signature; sing singer; single one only; sketch draw; skill ability; slow latency; soccer
    football; son daughter child; sort order; soup stew; souvenir gift; speak talk; spec specification; sprain
    injury; src source; stdin input; stdout output; str string; stream chunk; string text; strip remove; student
    pupil learner; studio workshop; study learn; style format; subclass inherit extend; succeed success; suffix
    extension ending; sugar sweet; surgery operation; surprised astonished; switch toggle; symlink link; sync
    synchronous; table grid; teacher instructor tutor coach; team group club; team squad; temp tmp temporary;
    tent camp; test check; therapist counselor therapy; together jointly; traceback stack; train practise
    practice; truck lorry; trust verify; typo misspelled; uninstall remove; unique distinct; unit piece; unknown
    unrecognised; update upgrade refresh; upload send; url address link; val value; value setting; var variable;
    vegan vegetarian meat; village town; visit trip; volunteer help; vote election; vulnerable vulnerability
    security; wallet purse; water rain; weather rain; website site page; weight heavy; whitespace blank space;
    whole entire complete; wife spouse partner; win victory; wine drink; wire cable; wool knit; word term;
    worker employee; young youth
"""
