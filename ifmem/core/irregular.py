"""Forms of English words that a stemmer cannot lead back. Ambiguous ones (`left`, `saw`, `led`) are not among them."""

from __future__ import annotations

_FORMS = """
    become became; begin began begun; bend bent; bite bitten; blow blew blown; break broke broken; bring brought;
    build built; burn burnt; buy bought; catch caught; child children; choose chose chosen; dig dug; draw drew drawn;
    drink drank; drive drove driven; eat ate eaten; feed fed; fight fought; fly flew flown; foot feet;
    forget forgot forgotten; freeze froze frozen; grow grew grown; hang hung; hear heard; hide hid hidden; hold held;
    index indices; keep kept; know knew known; learn learnt; lend lent; lose lost; man men; matrix matrices; meet met;
    mouse mice; overwrite overwrote overwritten; pay paid; person people; rewrite rewrote rewritten; ride rode ridden;
    ring rang; rise risen; run ran; seek sought; sell sold; send sent; shake shook shaken; shine shone; shoot shot;
    sing sang sung; sink sank sunk; sleep slept; speak spoken; spend spent; stand stood; steal stole stolen;
    stick stuck; strike struck; swim swam; take took taken; teach taught; tear torn; think thought;
    throw threw thrown; understand understood; vertex vertices; wake woke woken; wear worn; win won; woman women;
    write wrote written
"""
BASE_OF = {form: words.split()[0] for words in _FORMS.split(";") for form in words.split()[1:]}
