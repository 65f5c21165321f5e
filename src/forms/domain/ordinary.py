"""English words of everyday text that are names of people, too; and words that tell nothing by themselves.

The search for repeated names (`forms.domain.leaks`) needs to know where "Will" may be a verb and "Rose" a
street. The lists are ours; a missing word makes the search stricter, never laxer.
"""

from __future__ import annotations

_PARTICLES = """
al ap bin bint da de del della den der di do dos du el ibn la le les lo mac mc of the van ver von y zu
"""
_STARTERS = """
a about after again all also always am an and any are as at be but by can do does each every first from given
had has have he her here his how if in is it its just last less many may me more most much my next no none not
now of on one only or other our over same say see she since so some that the their them then there they this
to under until up us very was way we were what when where who why will with yes you your
"""
_COMMON = """
angel april art ash august autumn baby bear bell best bill bishop black blue bob boy brook brown carol case
chance charity child church clay clear cliff close coach cook court dale dawn day dean destiny don drew duke
earl early east faith father fern field fire fisher ford forest fox frank free gay gene girl glen good grace
grant gray green grey guy hall happy harmony heath high hill holly home honesty hope house hunter ivy jack jan
january jasmine jet joy judge july june justice kay key king kit knight lane law lee liberty life light lily
long love mace major march mark mason matt max mercy mill miller miss moon nick night noble north november
october old olive page paris park past pat patience pearl penny piper poppy porter potter present price prince
prudence rain ray reason red rich river rob robin rock rose royal ruby rusty sage sand sea sean september
serenity shepherd short sky small son south spring star stone street strong sue summer sunny taylor temple time
tree trinity true trust tuesday victor violet walker wall ward wells west white winter wood work wren young
"""
_TELLING_NOTHING = """
above abuse academy address adult age aged approximately aunt brother care carer children circa college contact
daughter days ex family friend grandfather grandmother half hours husband known live lives living months month
mother mr mrs ms nature neighbour nursery parent parents partner police prison primary probation relative school
secondary section services sister social stated step support uncle unknown violence week weeks wife worker year
years january february march april may june july august september october november december
"""

PARTICLES = frozenset(_PARTICLES.split())
"""Parts of names that are no names by themselves."""

STARTERS = frozenset(_STARTERS.split())
"""Words that often begin a sentence, so that their capital letter there means nothing."""

ORDINARY = STARTERS | frozenset(_COMMON.split())
"""Words that are a name only with a capital letter."""

TELLING_NOTHING = ORDINARY | PARTICLES | frozenset(_TELLING_NOTHING.split())
"""Words that make no text worth searching for; one other word does."""
