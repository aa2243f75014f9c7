"""The scripts that are said when a policy has none of that id: short, and promising no more than the deadlines hold."""

from __future__ import annotations

from collections.abc import Mapping

BUILT_IN: Mapping[str, Mapping[str, str]] = {
    "handover.default": {
        "en": "A person takes over this conversation and replies {reply_within}. Your reference is {reference}.",
        "es": "Una persona asume esta conversación y responde {reply_within}. Su referencia es {reference}.",
        "fr": "Une personne reprend cette conversation et répond {reply_within}. Votre référence est {reference}.",
        "de": "Ein Mensch übernimmt dieses Gespräch und antwortet {reply_within}. Ihr Vorgang: {reference}.",
        "pt": "Uma pessoa assume esta conversa e responde {reply_within}. A sua referência é {reference}.",
    },
    "caution.unknown": {
        "en": "I do not have a reliable answer to that.",
        "es": "No tengo una respuesta fiable a eso.",
        "fr": "Je n'ai pas de réponse fiable à cela.",
        "de": "Darauf habe ich keine verlässliche Antwort.",
        "pt": "Não tenho uma resposta fiável para isso.",
    },
    "caution.clarify": {
        "en": "Could you say in other words what you need?",
        "es": "¿Puede decir con otras palabras lo que necesita?",
        "fr": "Pouvez-vous dire autrement ce dont vous avez besoin ?",
        "de": "Können Sie mit anderen Worten sagen, was Sie brauchen?",
        "pt": "Pode dizer por outras palavras o que precisa?",
    },
    "caution.offer": {
        "en": "Would you like a person to take over?",
        "es": "¿Desea que le atienda una persona?",
        "fr": "Souhaitez-vous qu'une personne prenne le relais ?",
        "de": "Möchten Sie, dass ein Mensch übernimmt?",
        "pt": "Deseja que uma pessoa assuma a conversa?",
    },
    "caution.declined": {
        "en": "All right. What else do you need?",
        "es": "De acuerdo. ¿Qué más necesita?",
        "fr": "D'accord. De quoi d'autre avez-vous besoin ?",
        "de": "In Ordnung. Was brauchen Sie sonst?",
        "pt": "Está bem. De que mais precisa?",
    },
    "caution.guarded": {
        "en": "To be safe, I answer only from our approved articles here.",
        "es": "Por seguridad, aquí respondo solo con nuestros artículos aprobados.",
        "fr": "Par prudence, je réponds ici uniquement à partir de nos articles approuvés.",
        "de": "Sicherheitshalber antworte ich hier nur aus unseren freigegebenen Artikeln.",
        "pt": "Por segurança, aqui respondo apenas com os nossos artigos aprovados.",
    },
    "notice.out_of_hours": {
        "en": "Nobody is in at the moment. Opening hours: {hours}.",
        "es": "En este momento no hay nadie disponible. Horario: {hours}.",
        "fr": "Personne n'est présent pour le moment. Horaires : {hours}.",
        "de": "Im Moment ist niemand da. Öffnungszeiten: {hours}.",
        "pt": "De momento não está ninguém disponível. Horário: {hours}.",
    },
    "notice.nobody_online": {
        "en": "Nobody from our team is online at this moment. The reply is due by {reply_by}.",
        "es": "Nadie de nuestro equipo está en línea ahora. Se le debe una respuesta a más tardar el {reply_by}.",
        "fr": "Personne de notre équipe n'est en ligne en ce moment. La réponse est due au plus tard le {reply_by}.",
        "de": "Im Moment ist niemand aus unserem Team online. Die Antwort ist fällig bis {reply_by}.",
        "pt": "Neste momento ninguém da nossa equipa está online. A resposta é devida até {reply_by}.",
    },
    "notice.reopened": {
        "en": "Your case is open again and is with a person. Your reference is {reference}.",
        "es": "Su caso está abierto de nuevo y lo lleva una persona. Su referencia es {reference}.",
        "fr": "Votre dossier est rouvert et confié à une personne. Votre référence est {reference}.",
        "de": "Ihr Vorgang ist wieder offen und liegt bei einem Menschen. Ihr Vorgang: {reference}.",
        "pt": "O seu caso está de novo aberto e a cargo de uma pessoa. A sua referência é {reference}.",
    },
    "notice.waiting": {
        "en": "Your message is with your case. A person will read it.",
        "es": "Su mensaje está en su caso. Una persona lo leerá.",
        "fr": "Votre message est joint à votre dossier. Une personne le lira.",
        "de": "Ihre Nachricht liegt bei Ihrem Vorgang. Ein Mensch wird sie lesen.",
        "pt": "A sua mensagem está no seu caso. Uma pessoa vai lê-la.",
    },
    "notice.delayed": {
        "en": "We are sorry: nobody could reply in the time that you were told. A person replies {reply_within}.",
        "es": "Lo sentimos: nadie pudo responder en el plazo indicado. Una persona responde {reply_within}.",
        "fr": "Désolés, personne n'a pu répondre dans le délai annoncé. Une personne répond {reply_within}.",
        "de": "Es tut uns leid: In der genannten Zeit konnte niemand antworten. Ein Mensch antwortet {reply_within}.",
        "pt": "Lamentamos: ninguém pôde responder no prazo indicado. Uma pessoa responde {reply_within}.",
    },
    "notice.claimed": {
        "en": "A person has taken over and is reading your case.",
        "es": "Una persona se ha hecho cargo y está leyendo su caso.",
        "fr": "Une personne a pris le relais et lit votre dossier.",
        "de": "Ein Mensch hat übernommen und liest Ihren Vorgang.",
        "pt": "Uma pessoa assumiu e está a ler o seu caso.",
    },
    "notice.returned": {
        "en": "The assistant answers here again. If you would rather have a person, say so at any time.",
        "es": "El asistente vuelve a responder aquí. Si prefiere a una persona, dígalo en cualquier momento.",
        "fr": "L'assistant répond de nouveau ici. Si vous préférez une personne, dites-le à tout moment.",
        "de": "Hier antwortet wieder der Assistent. Wenn Sie einen Menschen möchten, sagen Sie es jederzeit.",
        "pt": "O assistente volta a responder aqui. Se preferir uma pessoa, diga a qualquer momento.",
    },
    "survey.ask": {
        "en": "How did we do? Please answer with a number from 1 (poor) to 5 (very good).",
        "es": "¿Qué tal lo hemos hecho? Responda con un número del 1 (mal) al 5 (muy bien).",
        "fr": "Êtes-vous satisfait ? Répondez par un chiffre de 1 (mauvais) à 5 (très bien).",
        "de": "Wie zufrieden sind Sie? Bitte antworten Sie mit einer Zahl von 1 (schlecht) bis 5 (sehr gut).",
        "pt": "Como nos saímos? Responda com um número de 1 (mau) a 5 (muito bom).",
    },
    "survey.thanks": {
        "en": "Thank you for your answer. If something is still open, write here again.",
        "es": "Gracias por su respuesta. Si queda algo pendiente, escriba aquí de nuevo.",
        "fr": "Merci de votre réponse. S'il reste un point à régler, écrivez ici à nouveau.",
        "de": "Danke für Ihre Antwort. Wenn noch etwas offen ist, schreiben Sie hier einfach wieder.",
        "pt": "Obrigado pela sua resposta. Se ainda houver algo pendente, escreva aqui de novo.",
    },
    "closing.resolved": {
        "en": "Your case is closed. If it is not settled, write here again.",
        "es": "Su caso está cerrado. Si no está resuelto, escriba aquí de nuevo.",
        "fr": "Votre dossier est clos. S'il n'est pas réglé, écrivez-nous à nouveau ici.",
        "de": "Ihr Vorgang ist geschlossen. Ist er nicht erledigt, schreiben Sie hier noch einmal.",
        "pt": "O seu caso está encerrado. Se não estiver resolvido, escreva aqui de novo.",
    },
    "closing.expired": {
        "en": "This conversation is closed because nothing more was written.",
        "es": "Esta conversación se cierra porque no hubo más mensajes.",
        "fr": "Cette conversation est close faute de nouveau message.",
        "de": "Dieses Gespräch ist geschlossen, weil nichts mehr geschrieben wurde.",
        "pt": "Esta conversa foi encerrada por não haver mais mensagens.",
    },
}
"""Script id → language → text, in every language the packs speak."""
