"""Courtesies made from a small grammar in five languages, and messages that say more than a courtesy."""

from __future__ import annotations

from itertools import product

Said = tuple[str, str, str]
"""Language, kind and text."""

THANKS = {
    "en": (
        "Thanks",
        "thank you so much",
        "many thanks",
        "thx",
        "Thanks for your help",
        "thank you for the quick reply",
        "Thanks again for everything",
        "many thanks for your swift help",
        "appreciate it",
        "much obliged",
        "excellent support",
        "you rock",
    ),
    "de": (
        "super lieb, danke",
        "Danke",
        "vielen Dank",
        "Danke schön",
        "Vielen Dank für die schnelle Hilfe",
        "herzlichen Dank",
    ),
    "es": (
        "excelente servicio",
        "Gracias",
        "muchas gracias",
        "mil gracias",
        "Gracias por su ayuda",
        "muchas gracias por la respuesta",
    ),
    "fr": ("Merci", "merci beaucoup", "un grand merci", "Merci pour votre aide", "je vous remercie"),
    "pt": ("Obrigadão", "ótimo atendimento", "Obrigado", "muito obrigada", "valeu", "Obrigada pela ajuda", "agradeço"),
}
SOLVED = {
    "en": (
        "that solved it",
        "it works now",
        "problem solved",
        "that fixed it",
        "got it working",
        "all sorted",
        "works like a charm",
        "came today",
        "the parcel has arrived safely",
    ),
    "de": (
        "das hat geholfen",
        "jetzt geht es wieder",
        "hat geklappt",
        "hat sich erledigt",
        "Problem gelöst",
        "läuft wieder",
        "heute angekommen",
    ),
    "es": ("ya funciona", "problema resuelto", "ya está solucionado", "eso lo solucionó", "ya lo encontré"),
    "fr": ("ça marche maintenant", "c'est réglé", "problème résolu", "ça m'a aidé", "tout fonctionne"),
    "pt": ("já funciona", "problema resolvido", "deu certo", "já está resolvido", "isso ajudou"),
}
OTHERS = {
    "declined": {
        "en": ("nah, all good", "no thanks", "no, that's all", "nope, I'm good", "never mind", "nothing else thanks"),
        "de": ("nein danke", "nein, alles gut", "das war's", "passt schon"),
        "es": ("no, gracias", "no hace falta", "nada más, gracias", "no, todo bien"),
        "fr": ("non merci", "c'est tout, merci", "non, ça ira", "rien d'autre"),
        "pt": ("não, obrigada", "é só isso", "mais nada, obrigado", "não precisa"),
    },
    "farewell": {
        "en": ("bye", "have a great day", "see you later", "take care", "you too"),
        "de": ("tschüss", "schönen Tag noch", "auf Wiedersehen", "ebenso"),
        "es": ("adiós", "hasta luego", "que tenga un buen día", "igualmente"),
        "fr": ("au revoir", "bonne journée", "à bientôt", "vous aussi"),
        "pt": ("tchau", "até logo", "tenha um bom dia", "igualmente"),
    },
    "acknowledgement": {
        "en": ("ok", "Perfect", "got it", "great", "sounds good", "will do"),
        "de": ("alles klar", "super", "verstanden", "prima"),
        "es": ("vale", "perfecto", "entendido", "genial"),
        "fr": ("d'accord", "parfait", "compris", "super"),
        "pt": ("está bem", "perfeito", "entendi", "ótimo"),
    },
}
ENDS = ("", ".", "!", "!!", " :)", " 🙂", " 👍🏽", " 🙏")


def generated() -> tuple[Said, ...]:
    """Every kind in every language with changing ends, and thanks joined with what is solved, both ways round."""
    said: list[Said] = []
    for kind, by_language in ({"thanks": THANKS, "solved": SOLVED} | OTHERS).items():
        for language, texts in by_language.items():
            said += [(language, kind, text + ENDS[(at + len(said)) % len(ENDS)]) for at, text in enumerate(texts)]
    for language in THANKS:
        for at, (thanks, solved) in enumerate(product(THANKS[language], SOLVED[language])):
            both = f"{thanks}, {solved}" if at % 2 else f"{solved}. {thanks}"
            said.append((language, "solved", both + ENDS[at % len(ENDS)]))
        for at, (ok, bye) in enumerate(product(OTHERS["acknowledgement"][language], OTHERS["farewell"][language])):
            said.append((language, "farewell", f"{ok}, {bye}{ENDS[at % len(ENDS)]}"))
    return tuple(said)


TAPBACKS = (
    "👍", "❤️", "🙏🙏", "👍🏿", ":)", "<3", "👏👏👏 🎉",
    "Liked “Your parcel is on its way.”", "Loved “We open at nine”", 'Liked "We open at nine"',
    "Laughed at “See you then”", "Emphasized “Please keep the receipt”", "Emphasised “Please keep the receipt”",
    "👍 to “Your parcel is on its way.”", "❤️ to “We open at nine”", "Reacted 👍 to “We open at nine”",
    "Gefällt „Wir öffnen um neun“", "👍 zu „Wir öffnen um neun“", "Le gustó “Abrimos a las nueve”",
    "Le encantó «Abrimos a las nueve»", "👍 a “Abrimos a las nueve”", "A aimé « Nous ouvrons à neuf heures »",
    "A adoré « Nous ouvrons à neuf heures »", "👍 à « Nous ouvrons à neuf heures »", "Gostou de “Abrimos às nove”",
    "Loved an image", "Liked a photo", "Laughed at a video", "Emphasized an attachment", "liked an audio message.",
    "Gefällt ein Bild", "Le gustó una imagen", "Le encantó un vídeo", "A aimé une image", "A adoré une photo",
    "Curtiu uma foto", "Amou uma imagem",
    "Curtiu “Abrimos às nove”", "Amou “Abrimos às nove”", "👍 em “Abrimos às nove”",
)  # fmt: skip

NEEDS = tuple(
    line.strip()
    for line in """
    thanks but it still does not work
    great, now it is broken
    perfect, another lie
    thanks for nothing
    all good except the gas smell
    just arrived broken
    it works now but gets hot
    works like a charm until it smokes
    came today, empty
    great service my foot
    you rock the boat
    received the wrong one
    läuft wieder aus
    angekommen, aber kaputt
    super Service, drei Wochen gewartet
    ça marche pas
    thanks, i will not be here tomorrow
    thank you, and goodbye forever
    thanks for nothing
    no thanks to you
    thanks a lot for ruining my holiday
    thank you for wasting my time
    great, thanks a lot 🙄
    thanks 😡
    thanks 🆘
    ok 😭
    👎
    👍👎
    🔥
    💀
    🙄
    thanks?
    solved?
    ok?
    ok???
    is it solved
    it is not solved
    that solved nothing
    it works not
    not fixed
    fixed nothing
    this does not work
    it worked yesterday
    it worked before the update
    thanks, but it still does not work
    thanks, it works now but I was charged twice
    thank you, one more thing
    thank you, I want to speak to a manager
    thanks, where is my refund
    thanks, can you also change my address
    thanks, I smell gas
    thanks and goodbye forever, nobody will miss me
    goodbye everyone, I cannot go on
    goodbye cruel world
    goodbye forever
    thank you for everything, I won't be here tomorrow
    thanks, I see you in court
    ok, I will tell my lawyer
    perfect, another broken one
    great, it broke again
    great service, not
    nice try
    good joke
    never again
    never mind the parcel, my house is on fire
    nah, I want a person
    no, all bad
    no, it isn't
    no
    yes
    yes please
    yes thanks
    sure
    all good except for the invoice
    all sorted except the refund
    everything is fine apart from the burn on my hand
    bye, and cancel my account
    have a nice day, you crooks
    Questioned “Your parcel is on its way.”
    Disliked “Your parcel is on its way.”
    👎 to “Your parcel is on its way.”
    😡 to “Your parcel is on its way.”
    ❓ to “Your parcel is on its way.”
    Liked “We open at nine” but I need it today
    I never liked “We open at nine”
    Disliked an image
    Questioned an image
    Liked an image of somebody who is not me
    Loved an image, it shows my card
    liked a photo that hurts me
    Liked
    👍 to
    thanks 4111 1111 1111 1111
    thank you, my password is Sommer2024!
    thanks http://evil.test
    thanks ανθρωπος
    thanks 人
    ok stop
    ok refund
    thanks Refund
    thanks Manager
    perfect, kill me
    danke für nichts
    vielen Dank auch, ihr Betrüger
    na danke, schon wieder kaputt
    danke, aber es geht immer noch nicht
    danke, wo bleibt meine Erstattung
    danke, ich möchte einen Menschen sprechen
    es geht nicht
    hat nicht geklappt
    das hat nicht geholfen
    Problem nicht gelöst
    alles klar, dann zum Anwalt
    nein
    ja
    ja bitte
    ja danke
    tschüss, kündigen Sie mein Konto
    danke, es riecht nach Gas
    lebt wohl, ich kann nicht mehr
    passt nicht
    alles gut außer der Rechnung
    super, wieder falsch
    gracias por nada
    muchas gracias, pero no funciona
    gracias, dónde está mi reembolso
    gracias, quiero hablar con una persona
    no funciona
    no está resuelto
    no todo está bien
    problema no resuelto
    vale, hablaré con mi abogado
    sí
    sí, gracias
    no
    genial, otra vez roto
    adiós mundo cruel
    gracias, huele a gas
    ya está bien de esperar
    perfecto, me han cobrado dos veces
    merci pour rien
    merci, mais ça ne marche pas
    merci, où est mon remboursement
    merci, je veux parler à quelqu'un
    ça ne marche pas
    ça ne marche toujours pas
    le problème n'est pas résolu
    d'accord, je préviens mon avocat
    oui
    oui merci
    non
    super, encore cassé
    adieu monde cruel
    merci, ça sent le gaz
    parfait, vous m'avez débité deux fois
    obrigado por nada
    obrigada, mas não funciona
    obrigado, onde está o meu reembolso
    obrigado, quero falar com uma pessoa
    não funciona
    não está resolvido
    nem tudo está bem
    problema não resolvido
    está bem, falo com o meu advogado
    sim
    sim, obrigada
    não
    ótimo, partiu outra vez
    adeus mundo cruel
    obrigada, cheira a gás
    perfeito, cobraram duas vezes
    hello
    hi
    hola
    please
    so
    well
    anna
    """.strip().splitlines()
)
"""None of these is nothing but a courtesy; an empty message is none either."""
