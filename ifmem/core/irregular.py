"""Forms of English words that a stemmer cannot lead back. Ambiguous ones (`left`, `saw`, `led`) are not among them."""

from __future__ import annotations

_FORMS = """
    appendix appendices; arise arose arisen; axis axes; bacterium bacteria; bad worse worst; beat beaten; become
    became; begin began begun; bend bent; big bigger biggest; bite bitten; bleed bled; blow blew blown; break broke
    broken; breed bred; bring brought; build built; burn burnt; buy bought; cactus cacti; calf calves; catch caught;
    chairman chairmen; cheap cheaper cheapest; child children; choose chose chosen; cling clung; come came; creep
    crept; crisis crises; criterion criteria; deal dealt; dig dug; draw drew drawn; dream dreamt; drink drank; drive
    drove driven; eat ate eaten; fall fell fallen; fast faster fastest; feed fed; feel felt; fight fought; fireman
    firemen; flee fled; fly flew flown; foot feet; forbid forbade forbidden; foresee foresaw foreseen; forget forgot
    forgotten; forgive forgave forgiven; freeze froze frozen; fungus fungi; give gave given; go went; goose geese;
    grandchild grandchildren; grow grew grown; half halves; hang hung; happy happier happiest; hear heard; heavy
    heavier heaviest; hide hid hidden; hold held; hypothesis hypotheses; index indices; keep kept; kneel knelt;
    knife knives; know knew known; large larger largest; lay laid; lean leant; leap leapt; learn learnt; lend lent;
    lie lain; light lit; loaf loaves; long longer longest; lose lost; make made; man men; matrix matrices; mean
    meant; meet met; mislead misled; mistake mistook mistaken; mouse mice; old older oldest; overcome overcame;
    override overrode overridden; oversee oversaw overseen; overtake overtook overtaken; overwrite overwrote
    overwritten; parenthesis parentheses; pay paid; person people; phenomenon phenomena; policeman policemen;
    rebuild rebuilt; redo redid redone; remake remade; repay repaid; rerun reran; retake retook retaken; rethrow
    rethrew rethrown; rewrite rewrote rewritten; ride rode ridden; ring rang; rise risen; run ran; salesman
    salesmen; say said; scarf scarves; seek sought; sell sold; send sent; sew sewn; shake shook shaken; shelf
    shelves; shine shone; shoot shot; short shorter shortest; show shown; shrink shrank shrunk; simple simpler
    simplest; sing sang sung; sink sank sunk; sit sat; sleep slept; slide slid; slow slower slowest; small smaller
    smallest; smell smelt; sow sown; speak spoken; spell spelt; spend spent; spill spilt; spin spun; spoil spoilt;
    spring sprang sprung; stand stood; steal stole stolen; stick stuck; sting stung; strike struck; strong stronger
    strongest; swear swore sworn; sweep swept; swell swollen; swim swam swum; swing swung; take took taken; tall
    taller tallest; teach taught; tear torn; tell told; thesis theses; thief thieves; think thought; throw threw
    thrown; tooth teeth; tread trod trodden; undergo underwent undergone; understand understood; undertake undertook
    undertaken; undo undid undone; unwind unwound; uphold upheld; vertex vertices; wake woke woken; wear wore worn;
    weave wove woven; weep wept; wife wives; win won; withdraw withdrew withdrawn; withhold withheld; withstand
    withstood; wolf wolves; woman women; write wrote written; young younger youngest
"""
BASE_OF = {form: words.split()[0] for words in _FORMS.split(";") for form in words.split()[1:]}
