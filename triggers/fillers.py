"""Words and signs that carry nothing: all that an answered message may hold beside what its answer matched.

Short on purpose: a word that is not here only makes the assistant careful. No negation, no word for a person, a time, a
place, a wish to go or to end. One language's filler is another's alarm ("die"), hence one list a language.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FILLERS: dict[str, frozenset[str]] = {
    "en": _words(
        """a an the this that these those it its it's i i'm im i'd i'll i've ive me my mine we we'd we're us our ours
        you you're your yours is isn't are aren't am was were be been being do does did doing can could will would shall
        should may might must have has had having
        what what's whats which when where where's wheres how how's why who s d m t re ve ll
        and or but if so as at by for from in into of on onto to with per about than then until till up through under
        between during before after within there there's here any some each every both one two once also too again
        just really actually currently usually normally exactly only still already long much many more most least often
        soon far big new old today now moment
        get gets need needs want know tell ask asking wondering wonder question questions possible like would please let
        able use used using find see show shows shown view check choose set make put buy bought bring work works take
        takes taken arrive accept accepted accepts allowed allow available offer include included possible available
        thing things something anything item items product products amount number maximum minimum max min people guys"""
    ),
    "es": _words(
        """el la los las lo un una unos unas de del a al en con por para sobre y o u e si que cual cuales como cuando
        donde cuanto cuanta cuantos cuantas es son esta estan ser hay he ha han tengo tiene tienen me te se le les
        nos mi mis tu tus su sus este esta esto ese eso yo usted ustedes puedo puede pueden podria quiero quisiera
        necesito saber pregunta tambien muy ya pero"""
    ),
    "fr": _words(
        """le la les l un une des de du d a au aux en dans avec pour par sur et ou mais si que qu qui quoi quel quelle
        quels quelles comment quand combien est sont etre ai as avez ont j je tu vous nous on il elles me m mon ma
        mes votre vos notre nos ce c cet cette ces s y t puis peux peut pouvez pourrais voudrais veux souhaite
        savoir question tres aussi est-ce"""
    ),
    "de": _words(
        """der die das den dem des ein eine einen einem einer eines und oder aber wenn dass was wer wie wo wann warum
        welche welcher welches welchen ich du wir ihr sie mir mich uns euch mein meine meinen meiner unser unsere
        ihre ihren ihrem ist sind war bin sein haben habe hat habt kann kannst konnen konnte mochte will muss es am
        im in auf aus bei mit nach von vom zu zum zur fur um so auch noch nur sehr wissen frage gibt gibt's gern
        gerne"""
    ),
    "pt": _words(
        """o a os as um uma uns umas de do da dos das em no na nos nas ao aos com por para pelo pela sobre e ou mas se
        que quem qual quais como quando onde quanto quanta quantos quantas ser estar esta estao e sao tem ter tenho
        ha eu me mim meu minha meus minhas seu sua seus suas voce voces este esta isto esse posso pode podem poderia
        quero queria gostaria preciso saber pergunta muito tambem ja"""
    ),
}
"""Language → words without content, folded."""

COURTESIES: dict[str, frozenset[str]] = {
    "en": _words(
        """hi hello hey dear there thanks thank thx ty cheers please pls plz ok okay yes sir madam team all you so much
        a lot many very kind regards good morning afternoon evening day in advance kindly and for your help the
        great"""
    ),
    "es": _words(
        """hola buenos buenas dias tardes noches gracias muchas mil por favor porfa un saludo saludos cordial de
        antemano su la ayuda y si"""
    ),
    "fr": _words(
        """bonjour bonsoir salut merci beaucoup s'il s il vous te plait svp stp cordialement d'avance d avance par bien
        a pour votre aide et oui madame monsieur"""
    ),
    "de": _words(
        """hallo guten gute tag morgen abend moin danke dank vielen schon schonen bitte mit freundlichen grussen gruss
        viele liebe grusse im voraus fur ihre die hilfe und ja liebes team"""
    ),
    "pt": _words(
        """ola oi bom boa dia tarde noite obrigado obrigada muito por favor desde ja cumprimentos atenciosamente pela
        sua a ajuda e sim"""
    ),
}
"""Language → words of greetings, thanks and politeness: a clause of these alone asks for nothing."""

EMOJI = frozenset("🙂😊😀😃😄😁😉😅😇🤗🤔🙃😎👍👋🙏👌✅❤💛💙💚☺🎉✨🙌👏🌞🎁🛒📦🚚")
"""Emoji that say no more than a friendly tone, or what is bought."""

EMOTICONS = frozenset(
    (":)", ":-)", ";)", ";-)", ":d", ":D", ":-D", "=)", "^^", ":p", ":P", "<3", "xD", ":/", ":-/", "(:")
)

FILE_WORDS = _words(
    "img image photo picture pic dsc pxl screenshot screen shot scan scanned document doc pdf file copy final new "
    "whatsapp signal at of the page foto bild bildschirmfoto captura pantalla imagen imagem captura ecra capture ecran "
    "photo dokument documento datei fichier order invoice receipt rechnung factura facture fatura am pm jpeg jpg png"
)
"""Words that cameras and programs put in the names of files."""
