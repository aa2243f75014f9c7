"""Words that are looked for in texts that are spelt in disguise (`triggers.respelt`), folded, in five languages."""

from __future__ import annotations

import re
from itertools import groupby

_DOUBLE = """
    acc acord add address aggress all alle allo annoy app appel arrest arret assalt assass assez attack aussi
    ball bell bett bill bitte bleed bless blood boss bottle brenn bully burr butt call calle carry cass cell
    channel chill choos class classroom coffee collaps colle command commit confess cook correct correr cross
    cuff dann denn desarroll disse door dress drill drugg effect effraye ella elle ello error essa esse excell
    express fall fass feed feel fell femme ferr fill follow food foot forgott frapp free freez full fuss fuzz
    gall gesell gett gewalt good gott grass green guerr guess hall happen happy harass hass hell hello hilf hill
    hiss hoffn homm hood hook illegal immer impress insur intell interess isso issue kann kapp keep kidd kill
    kiss knee komm konn krass kriegg laiss lass lebb leer less lett llam lleg llev llor look loss luggage mann
    mass massa meet mess messer mill miss mood moon morr muss narr nass need nenn nosso null occurr off offen
    offer oppress otto paramm pass passar passe passw perr personn pessoa pill poll pomme pool poor possa
    possess possible pourr preciss press process pull push quatsch queen quitt rabb rappel rausch really recall
    refill ress rett roll roof room root rubb run running schaff schiess schlimm schluss schmerz schnell school
    scream seem seen sell shall sheet shell shoot sick sill sitt skill sleep small smell socorro soll sonn soon
    souffr speech speed spell spill spoon stall steel stell still stimm stoll stopp stress stuff succ suff
    suffoc suppl support suss swell tall tasch teeth tell terr terrivel three tierr toll too took tool tooth
    toss tree treff tritt troll unfall unless upp vacc vass vergess verr veuill vill voll wall wann wanna wass
    wasser wedding week well wenn wheel will woll wood wounded yell zimmer zoo zusamm
"""
DOUBLE = tuple(_DOUBLE.split())
"""Beginnings of words that have a double letter where somebody has stretched it."""

BACKWARDS_SOURCE = (
    "eht|uoy|siht|taht|htiw|tnaw|pleh|nac|rof|ereht|evah|nosrep|namuh|flesym|llik|llems|ym|"
    "hci|thcin|lliw|ettib|nie|oreiuq|anosrep|aduya|xuev|ediia|ennosrep|oreuq|aossep|oan|moc"
)
BACKWARDS = re.compile(rf"\b(?:{BACKWARDS_SOURCE})\b", re.IGNORECASE)
"""Frequent words from their end to their beginning; two different ones say that a text runs backwards."""

_STARRED = """
    abuse abused bleeding blood bomb bombs burn choke choking cut cutting dead death die died dies drown drugs
    dying fire gas gun guns hang hanging harm hurt hurting jump kill killed killing kills knife molested murder
    murdered overdose overdosed pills poison poisoned rape raped rapist selfharm shoot shooting stab stabbed
    strangle strangled suicidal suicide threat threaten threatened violence weapon amok bombe brand feuer gift
    messer mord ritzen selbstmord schlag sterben suizid tabletten tod tot totet umbringen vergewaltigt waffe
    abuso arma bomba cuchillo fuego matar matarme morir muerte muerto pastillas pistola suicidar suicidarme
    suicidio veneno violacion violada violado arme battre couteau feu frappe meurtre mourir mort pendre poison
    suicider tuer violee viol arma bomba estupro faca fogo matar morrer morte morto suicidar veneno
"""
STARRED = {
    size: tuple(words)
    for size, words in groupby(sorted(set(_STARRED.split()), key=lambda word: (len(word), word)), key=len)
}
"""Length → words that people write with a letter starred out, so that no filter hears them."""
