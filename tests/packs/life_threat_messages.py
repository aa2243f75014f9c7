"""Messages in five languages that tell of a threat to life, and others that use the same words about something else.

Written from situations (an overdose, somebody who does not wake, poison, a plan to die said by the way, gas, fire,
a shock), not from the packs' phrases.
"""

from __future__ import annotations

LIFE_THREATS = {
    "en": """
        my flatmate has overdosed on the capsules you sent
        how many of the sleeping tablets would it take so that I never wake up
        he took them all and I cannot wake him
        I think she has taken an overdose, what do I do
        my dad had way too many of his heart pills this morning
        she swallowed the whole strip of painkillers, help
        my husband won't wake up and his lips are blue
        we found her unconscious on the bathroom floor
        I can't feel a pulse
        grandma isn't breathing properly and does not respond
        the baby has gone limp and stopped breathing
        my son drank some of the drain cleaner from order 4417
        our toddler got into the weedkiller and swallowed some
        the dog and my daughter both ate rat poison
        she chewed one of the dishwasher tablets and is foaming at the mouth
        he inhaled the oven spray and can't breathe
        which dose of these drops would be enough so it is over
        is one bottle enough to not wake up again?
        by the time the parcel is here I will be dead, so never mind
        you won't have to put up with me much longer, none of you will
        it would be best for everyone if I was gone
        cancel everything, this is my last night alive
        I am going to step in front of a train tonight
        I just want to fall asleep and never wake up
        the carbon monoxide detector is going off and we all have headaches
        CO alarm keeps sounding and my kids feel dizzy
        there's gas coming out of the pipe behind the stove
        flames are coming out of the dryer
        the whole kitchen is on fire
        my brother touched the cable and is stuck to it, he is shaking
        I was electrocuted by your lamp and my heart is racing
        my friend took something and now she is not responding
        how much of the cleaner must I drink to not wake up
        I can't feel my left arm and my chest hurts badly
        my son has eaten a whole bag of the fertiliser
        my toddler put the button cell in his mouth and it's gone
        nan fell down the stairs and isn't moving
        he's turned blue
        she's having a fit on the floor
        the fridge gave me an electric shock
        I've taken everything in the box, it won't be long now
        tell my kids I love them, I won't be here tomorrow
        my partner is threatening to kill me right now
        the heater is leaking carbon monoxide
        someone is breaking into my house
        my mum drank antifreeze by mistake
        he has stopped breathing after the bee sting
        the e-bike battery is on fire in the hallway
        I have a rope and I'm going to use it
        what's the quickest painless way to go
        how high a dose of ibuprofen kills a person
        I'm standing on the bridge
        my baby is burning up and won't stop screaming and has gone floppy
        she cut herself badly and it won't stop bleeding
        my flat is full of smoke
        gas is hissing from the hob
        my roommate took a handful of sleeping pills an hour ago
        grandad has got a drooping face and slurred speech
        my throat is closing up after the nuts
        I just injected the whole pen of insulin
        my boyfriend has a knife and won't let me leave
        I'd rather be dead than pay this
        the kettle exploded and burnt my face
        my daughter inhaled a bead and can't breathe
        I drank the lamp oil
    """,
    "de": """
        meine Mitbewohnerin hat eine Überdosis von Ihren Kapseln genommen
        wie viele von den Schlaftabletten braucht es, damit ich nie wieder aufwache
        er hat alle genommen und ich bekomme ihn nicht wach
        mein Vater hat viel zu viele von seinen Herztabletten geschluckt
        sie hat die ganze Packung Schmerzmittel geschluckt
        meine Frau wacht nicht mehr auf und hat blaue Lippen
        wir haben sie bewusstlos im Bad gefunden
        ich fühle keinen Puls mehr
        Oma atmet nicht richtig und reagiert nicht
        das Baby ist ganz schlaff und atmet nicht mehr
        mein Sohn hat von dem Rohrreiniger getrunken
        unsere Kleine hat Unkrautvernichter geschluckt
        meine Tochter hat Rattengift gegessen
        sie hat auf einen Spülmaschinentab gebissen und hat Schaum vor dem Mund
        er hat den Backofenspray eingeatmet und bekommt keine Luft
        welche Dosis von den Tropfen reicht, damit es vorbei ist
        reicht eine Flasche, um nicht mehr aufzuwachen?
        bis das Paket kommt, bin ich tot, also egal
        ihr müsst mich nicht mehr lange ertragen
        für alle wäre es das Beste, wenn ich nicht mehr da wäre
        stornieren Sie alles, das ist mein letzter Abend auf dieser Welt
        ich werfe mich heute noch vor den Zug
        ich will nur noch einschlafen und nie wieder aufwachen
        der CO-Melder schlägt Alarm und wir haben alle Kopfschmerzen
        der Kohlenmonoxidmelder piept und den Kindern ist schwindelig
        aus der Leitung hinter dem Herd strömt Gas aus
        aus dem Trockner schlagen Flammen
        die ganze Küche steht in Flammen
        mein Bruder hat das Kabel angefasst und kommt nicht mehr los
        ich habe von der Lampe einen heftigen Stromschlag bekommen, mein Herz rast
        meine Freundin hat irgendwas genommen und ist nicht mehr ansprechbar
        mein Kind hat eine Knopfzelle verschluckt
        ich habe die ganze Packung genommen
        Oma ist die Treppe runtergefallen und bewegt sich nicht
        es riecht stark nach Gas in der Küche
        er ist blau angelaufen
        meine Tochter bekommt keine Luft mehr
        ich stehe auf der Brücke
        ich will nicht mehr leben
        wie viele Tabletten sind tödlich
        mein Mann droht mich umzubringen
        der Akku brennt
        aus der Steckdose kommen Funken
        sie hat Frostschutzmittel getrunken
        mein Bruder hat sich etwas angetan
        sag meinen Kindern dass ich sie liebe, morgen bin ich nicht mehr da
        mein Sohn krampft auf dem Boden
        der CO-Melder piept
        meine Mutter hat einen Schlaganfall, ihr Gesicht hängt
        ich habe mir die Pulsadern aufgeschnitten
        der Trockner steht in Flammen
    """,
    "es": """
        mi compañera de piso ha tomado una sobredosis de las cápsulas que mandaron
        cuántas pastillas para dormir hacen falta para no despertar nunca más
        se las tomó todas y no consigo despertarlo
        mi padre se tomó demasiadas pastillas del corazón
        se tragó toda la caja de analgésicos
        mi mujer no se despierta y tiene los labios azules
        la encontramos inconsciente en el baño
        no le encuentro el pulso
        la abuela no respira bien y no reacciona
        el bebé está flácido y ha dejado de respirar
        mi hijo bebió el desatascador del pedido 4417
        nuestra niña se ha tragado herbicida
        mi hija comió veneno para ratas
        mordió una pastilla del lavavajillas y echa espuma por la boca
        inhaló el limpiador del horno y no puede respirar
        qué dosis de estas gotas basta para que se acabe todo
        ¿basta un frasco para no volver a despertar?
        cuando llegue el paquete ya estaré muerto, así que da igual
        ya no tendrán que aguantarme mucho más
        sería mejor para todos si yo no estuviera
        cancelen todo, es mi última noche en este mundo
        esta noche me voy a tirar al tren
        solo quiero dormirme y no despertar jamás
        salta el detector de monóxido de carbono y a todos nos duele la cabeza
        la alarma de CO no para de sonar y los niños están mareados
        está saliendo gas de la tubería de la cocina
        salen llamas de la secadora
        toda la cocina está en llamas
        mi hermano tocó el cable y se quedó pegado, no se suelta
        la lámpara me dio una descarga eléctrica y me falta el aire
        mi amiga se ha tomado algo y no responde, está inconsciente
        mi hijo se ha tragado una pila
        mi hija se tragó una pila de botón
        he tomado todas las pastillas
        la abuela se cayó y no se mueve
        huele mucho a gas en la cocina
        se ha puesto azul
        mi bebé no puede respirar
        estoy en el puente y voy a saltar
        ya no quiero vivir
        cuántas pastillas son mortales
        mi marido amenaza con matarme
        la batería está ardiendo
        salen chispas del enchufe
        bebió anticongelante
        mi hermano se ha cortado las venas
        dile a mis hijos que los quiero, mañana no estaré
        mi hijo está convulsionando
        suena la alarma de monóxido
        mi madre tiene la cara caída y no puede hablar
        la secadora está en llamas
    """,
    "fr": """
        ma colocataire a fait une overdose avec les gélules que vous avez envoyées
        combien de somnifères faut-il pour ne plus jamais se réveiller
        il a tout avalé et je n'arrive pas à le réveiller
        mon père a pris beaucoup trop de comprimés pour le cœur
        elle a avalé toute la plaquette d'antidouleurs
        ma femme ne se réveille pas et a les lèvres bleues
        nous l'avons trouvée inconsciente dans la salle de bain
        je ne sens plus son pouls
        mamie ne respire pas bien et ne réagit plus
        le bébé est tout mou et ne respire plus
        mon fils a bu du déboucheur de la commande 4417
        notre petite a avalé du désherbant
        ma fille a mangé de la mort aux rats
        elle a croqué une pastille de lave-vaisselle et a de la mousse à la bouche
        il a inhalé le décapant four et n'arrive plus à respirer
        quelle dose de ces gouttes suffit pour que ce soit fini
        est-ce qu'un flacon suffit pour ne plus se réveiller ?
        quand le colis arrivera je serai mort, donc peu importe
        vous n'aurez plus à me supporter très longtemps
        ce serait mieux pour tout le monde si je n'étais plus là
        annulez tout, c'est ma dernière nuit sur cette terre
        ce soir je vais me jeter sous le train
        je veux juste m'endormir et ne plus jamais me réveiller
        le détecteur de monoxyde de carbone sonne et on a tous mal à la tête
        l'alarme CO n'arrête pas de sonner et les enfants ont des vertiges
        du gaz sort du tuyau derrière la cuisinière
        des flammes sortent du sèche-linge
        toute la cuisine est en feu
        mon frère a touché le câble et reste collé, il tremble
        la lampe m'a électrocuté et mon cœur s'emballe
        mon amie a pris quelque chose et ne répond plus, elle est inconsciente
        mon enfant a avalé une pile bouton
        j'ai pris toute la boîte
        mamie est tombée et ne bouge plus
        ça sent très fort le gaz dans la cuisine
        il est devenu tout bleu
        mon bébé n'arrive plus à respirer
        je suis sur le pont et je vais sauter
        je ne veux plus vivre
        combien de comprimés pour mourir
        mon mari menace de me tuer
        la batterie est en feu
        il y a des étincelles dans la prise
        elle a bu de l'antigel
        mon frère s'est ouvert les veines
        dis à mes enfants que je les aime, demain je ne serai plus là
        mon fils fait des convulsions
        le détecteur de monoxyde sonne
        ma mère a le visage qui tombe et ne parle plus
        le sèche-linge brûle
        ma fille a avalé un aimant
    """,
    "pt": """
        a minha colega de casa teve uma overdose com as cápsulas que vocês mandaram
        quantos comprimidos para dormir são precisos para nunca mais acordar
        ele tomou todos e não consigo acordá-lo
        o meu pai tomou comprimidos do coração a mais, demasiados
        ela engoliu a cartela inteira de analgésicos
        a minha mulher não acorda e está com os lábios roxos
        encontrámo-la inconsciente na casa de banho
        não sinto o pulso dele
        a avó não respira bem e não reage
        o bebê está mole e parou de respirar
        meu filho bebeu o desentupidor do pedido 4417
        a nossa menina engoliu herbicida
        a minha filha comeu veneno de rato
        ela mordeu uma pastilha da máquina de lavar louça e está a espumar pela boca
        ele inalou o limpa-fornos e não consegue respirar
        que dose destas gotas chega para acabar com tudo
        um frasco chega para não acordar mais?
        quando a encomenda chegar já estarei morto, por isso tanto faz
        já não vão ter de me aturar muito mais tempo
        seria melhor para todos se eu não estivesse cá
        cancelem tudo, é a minha última noite neste mundo
        hoje à noite vou-me atirar para a frente do comboio
        só quero adormecer e nunca mais acordar
        o detetor de monóxido de carbono disparou e dói-nos a todos a cabeça
        o alarme de CO não para de tocar e as crianças estão tontas
        está a sair gás do tubo atrás do fogão
        estão a sair chamas da máquina de secar
        a cozinha toda está em chamas
        o meu irmão tocou no cabo e ficou agarrado, está a tremer
        levei um choque elétrico do candeeiro e o coração está disparado
        a minha amiga tomou alguma coisa e não responde, está inconsciente
        meu filho engoliu uma pilha
        tomei a caixa toda de comprimidos
        a avó caiu e não se mexe
        cheira muito a gás na cozinha
        ele ficou azul
        o meu bebé não consegue respirar
        estou na ponte e vou saltar
        já não quero viver
        quantos comprimidos são fatais
        o meu marido ameaça matar-me
        a bateria está a arder
        saem faíscas da tomada
        ela bebeu anticongelante
        o meu irmão cortou os pulsos
        diz aos meus filhos que os amo, amanhã já não estarei cá
        o meu filho está com convulsões
        o alarme de monóxido está a tocar
        a minha mãe tem a cara caída e não fala
        a máquina de secar está em chamas
        a minha filha engoliu um íman
    """,
}

LOOK_ALIKES = {
    "en": """
        can the capsules be refrigerated
        how many tablets are in one bottle
        how many of the sleeping bags would it take to fill a locker
        I took all the items out of the box
        the tablet won't wake up from sleep mode
        I cannot wake the screen with the remote
        your colleague is not responding to my e-mails
        the app stopped responding after the update
        she does not respond to my messages about the invoice
        do you sell drain cleaner in one litre bottles
        is the weedkiller safe for lawns once it has dried
        which rat poison do you stock
        my son drank from the new water bottle and loves it
        are the dishwasher tablets sold in packs of 60
        the oven spray smells of lemon
        I won't be here tomorrow, please leave the parcel with my neighbour
        I will be gone by the time the courier comes, use the safe place
        this is my last order before I move house
        it would be best for everyone if I go to the shop myself
        is it better for everyone if I cancel and order again
        I never wake up early enough for the courier
        so that I never wake up late again I want the loud alarm clock
        do you have a carbon monoxide detector with a display
        how do I test the CO alarm
        where do I find the gas meter reading
        what gas does the camping stove use
        are the flame effect candles in stock
        this sale is on fire
        is the cable long enough to reach the socket
        the dryer is stuck on the final cycle
        does the kettle have overheating protection
        I have an overdose of cuteness from your kitten calendar
        my plants died, do I get a refund
        this lamp is a shock of colour, love it
        can I get the shade in all blue or only grey
        my husband fell in love with the lamp, is it back in stock
        does the chest of drawers come assembled
        which dose of plant food is right for tomatoes
        the bridge of the guitar is standing a little high
        the screen has turned blue when I switch it on
        my son has a fit about the colour, can I exchange it
        tell my wife the parcel is here, she will love it
        is the kitchen knife in the photo included
        does the tap stop dripping by itself
        the clock face droops a little to the left
        how much water must I drink with the vitamins
    """,
    "de": """
        wie viele Tabletten sind in einer Packung
        wie viele von den Schlafsäcken passen in einen Schrank
        ich habe alle Teile aus dem Karton genommen
        das Tablet wacht nicht aus dem Ruhezustand auf
        ich bekomme den Bildschirm nicht wach
        Ihre Kollegin reagiert nicht auf meine E-Mails
        die App reagiert nicht mehr seit dem Update
        verkaufen Sie Rohrreiniger im Kanister
        ist der Unkrautvernichter für Rasen geeignet
        welches Rattengift haben Sie im Sortiment
        mein Sohn hat aus der neuen Trinkflasche getrunken und liebt sie
        gibt es die Spülmaschinentabs im 60er Pack
        das Backofenspray riecht nach Zitrone
        morgen bin ich nicht da, bitte beim Nachbarn abgeben
        bis der Bote kommt, bin ich weg, bitte in die Garage legen
        das ist meine letzte Bestellung vor dem Umzug
        für alle wäre es das Beste, wenn ich selbst in den Laden komme
        ich wache nie rechtzeitig auf, ich brauche einen lauten Wecker
        haben Sie einen CO-Melder mit Anzeige
        wie teste ich den Rauchmelder
        wo finde ich den Zählerstand vom Gas
        welches Gas braucht der Campingkocher
        sind die LED-Kerzen mit Flammeneffekt lieferbar
        reicht das Kabel bis zur Steckdose
        der Trockner bleibt im letzten Programm hängen
        hat der Wasserkocher einen Überhitzungsschutz
        bei dem Preis bin ich fast vom Stuhl gefallen
        das Lied ist zum Sterben schön
        der Puls der Stadt, haben Sie das Buch noch
        die Uhr misst keinen Puls, ist das ein Garantiefall?
        bewusstlose Schnäppchenjagd, habt ihr noch mehr Rabatte
        die Uhr hängt schief an der Wand
        wie viele Tabletten sind in der Packung
        der Lack ist blau angelaufen, ist das normal bei Edelstahl
        mein Mann ist gefallen auf den ersten Trick mit dem Rabatt
        ich habe die ganze Packung verschenkt
        ich stehe an der Kasse und der Code geht nicht
    """,
    "es": """
        cuántas pastillas trae un frasco
        cuántos sacos de dormir caben en un armario
        saqué todas las piezas de la caja
        la tableta no se despierta del modo reposo
        no consigo despertar la pantalla con el mando
        su compañera no responde a mis correos
        la aplicación no responde desde la actualización
        venden desatascador en botellas de un litro
        el herbicida sirve para césped
        qué veneno para ratas tienen en la tienda
        mi hijo bebió de la botella nueva y le encanta
        hay pastillas de lavavajillas en paquetes de 60
        el limpiador de horno huele a limón
        mañana no estaré, dejen el paquete con el vecino
        cuando llegue el mensajero ya no estaré en casa
        es mi último pedido antes de mudarme
        sería mejor para todos si yo fuera a la tienda
        nunca me despierto a tiempo, quiero un despertador fuerte
        tienen detector de monóxido de carbono con pantalla
        cómo pruebo la alarma de humo
        dónde veo la lectura del gas
        qué gas usa el hornillo de camping
        hay velas LED con efecto llama
        el cable llega hasta el enchufe
        la secadora se queda en el último programa
        el hervidor tiene protección contra sobrecalentamiento
        el reloj no mide el pulso, entra en garantía
        me muero por ver la nueva colección
        la foto del gatito es una sobredosis de ternura
        está que arde la oferta de hoy
        la lámpara se cayó y no se enciende
        cuántas pastillas trae la caja
        el agua del acuario está azul
        dile a mi vecino que recoja el paquete
        estoy en el puente aéreo, llego mañana
    """,
    "fr": """
        combien de comprimés contient un flacon
        combien de sacs de couchage tiennent dans une armoire
        j'ai sorti toutes les pièces du carton
        la tablette ne se réveille pas du mode veille
        je n'arrive pas à réveiller l'écran avec la télécommande
        votre collègue ne répond plus à mes e-mails
        l'application ne répond plus depuis la mise à jour
        vendez-vous du déboucheur en bidon
        le désherbant convient-il au gazon
        quelle mort aux rats avez-vous en magasin
        mon fils a bu dans la nouvelle gourde et il l'adore
        les pastilles lave-vaisselle existent par 60
        le décapant four sent le citron
        demain je ne serai pas là, laissez le colis chez le voisin
        quand le livreur passera je serai parti, déposez-le au garage
        c'est ma dernière commande avant le déménagement
        ce serait mieux pour tout le monde si je passais au magasin
        je ne me réveille jamais à l'heure, il me faut un réveil fort
        avez-vous un détecteur de monoxyde avec écran
        comment tester l'alarme incendie
        où trouver le relevé du compteur de gaz
        quel gaz utilise le réchaud de camping
        les bougies LED effet flamme sont-elles disponibles
        le câble est-il assez long pour la prise
        le sèche-linge reste bloqué sur le dernier programme
        la bouilloire a-t-elle une protection contre la surchauffe
        la montre ne mesure plus le pouls, est-ce sous garantie
        je meurs d'impatience de voir la collection
        une overdose de mignonnerie, ce calendrier de chatons
        les soldes mettent le feu
        la lampe est tombée et ne s'allume plus
        combien de comprimés dans la boîte
        le tissu est devenu bleu au lavage
        dites à mon voisin de prendre le colis
        je suis sur le site et le code ne marche pas
    """,
    "pt": """
        quantos comprimidos traz um frasco
        quantos sacos-cama cabem num armário
        tirei todas as peças da caixa
        o tablet não acorda do modo de suspensão
        não consigo acordar o ecrã com o comando
        a sua colega não responde aos meus e-mails
        a aplicação não responde desde a atualização
        vendem desentupidor em garrafas de um litro
        o herbicida serve para relva
        que veneno de rato têm na loja
        meu filho bebeu da garrafa nova e adorou
        há pastilhas da máquina de lavar louça em pacotes de 60
        o limpa-fornos cheira a limão
        amanhã não estarei em casa, deixem a encomenda no vizinho
        quando o estafeta chegar já não estou em casa
        é a minha última encomenda antes de mudar de casa
        seria melhor para todos se eu fosse à loja
        nunca acordo a horas, quero um despertador forte
        têm detetor de monóxido de carbono com ecrã
        como testo o alarme de fumo
        onde vejo a leitura do gás
        que gás usa o fogão de campismo
        há velas LED com efeito de chama
        o cabo chega à tomada
        a máquina de secar fica presa no último programa
        a chaleira tem proteção contra sobreaquecimento
        o relógio não mede o pulso, está na garantia?
        estou morrendo de vontade de ver a nova coleção
        uma overdose de fofura, esse calendário de gatinhos
        a promoção de hoje está a ferver
        o candeeiro caiu e não acende
        quantos comprimidos traz a caixa
        a água do aquário ficou verde
        diga ao meu vizinho para receber a encomenda
        estou no site e o código não funciona
    """,
}

ASIDE = {
    "en": """
        my mum swallowed about forty of those pills and she's drifting off
        he OD'd on the stuff from your pharmacy
        she's not waking up no matter what I do
        my boyfriend collapsed and he isn't reacting at all
        the little one drank bleach
        two of us inhaled fumes from that descaler and I feel faint
        what amount of this medicine is lethal for an adult
        nobody will have to look after me any more after tonight
        don't bother with the refund, I won't live to see it
        fire! there are flames behind the oven
        the boiler room is full of gas, we can hear it hissing
        my son got a shock off the socket and passed out
        """,
    "de": """
        meine Mutter hat vierzig von den Pillen geschluckt und dämmert weg
        er hat sich eine Überdosis gespritzt
        egal was ich mache, sie wacht nicht auf
        mein Freund ist zusammengebrochen und reagiert überhaupt nicht
        die Kleine hat Chlorreiniger getrunken
        wir haben die Dämpfe vom Entkalker eingeatmet, mir wird schwarz vor Augen
        welche Menge davon ist für einen Erwachsenen tödlich
        nach heute Nacht muss sich keiner mehr um mich kümmern
        die Erstattung brauche ich nicht, ich erlebe das nicht mehr
        Feuer! hinter dem Ofen schlagen Flammen hoch
        der Heizungskeller ist voller Gas, es zischt
        mein Sohn hat einen Stromschlag bekommen und ist ohnmächtig
        """,
    "es": """
        mi madre se ha tragado cuarenta pastillas de esas y se está durmiendo
        se ha inyectado una sobredosis
        haga lo que haga no se despierta
        mi novio se desplomó y no reacciona
        la pequeña bebió lejía
        hemos respirado los vapores del descalcificador y me mareo mucho
        qué cantidad de esto es mortal para un adulto
        después de esta noche nadie tendrá que cuidarme
        no necesito el reembolso, no viviré para verlo
        ¡fuego! hay llamas detrás del horno
        el cuarto de la caldera está lleno de gas, se oye el silbido
        mi hijo recibió una descarga del enchufe y se desmayó
        """,
    "fr": """
        ma mère a avalé une quarantaine de ces cachets et elle s'endort
        il s'est injecté une surdose
        quoi que je fasse elle ne se réveille pas
        mon copain s'est effondré et il ne réagit pas
        la petite a bu de la javel
        on a respiré les vapeurs du détartrant et je me sens partir
        quelle quantité de ce produit est mortelle pour un adulte
        après cette nuit plus personne n'aura à s'occuper de moi
        pas besoin du remboursement, je ne vivrai pas jusque-là
        au feu ! il y a des flammes derrière le four
        la chaufferie est pleine de gaz, on entend siffler
        mon fils a pris une décharge à la prise et s'est évanoui
        """,
    "pt": """
        a minha mãe engoliu uns quarenta comprimidos desses e está a apagar-se
        ele injetou uma overdose
        faça o que fizer ela não acorda
        o meu namorado desabou e não reage
        a pequena bebeu lixívia
        respirámos os vapores do descalcificante e sinto-me a desmaiar
        que quantidade disto é mortal para um adulto
        depois desta noite ninguém vai ter de cuidar de mim
        não preciso do reembolso, não vou viver para o ver
        fogo! há chamas atrás do forno
        a sala da caldeira está cheia de gás, ouve-se a sair
        o meu filho levou um choque na tomada e desmaiou
        """,
}
"""Written after the phrases, and the phrases not after them."""

ASIDE_LOOK_ALIKES = {
    "en": """
        which of your pills are for cats
        the drops come in a bottle of fifty, right
        my boyfriend fell asleep over your catalogue
        can the bleach be used on coloured clothes
        he doesn't wake up before ten, so deliver later please
        does the fume hood need a filter
        what amount do I have to pay at the border
        the boiler is full of limescale, which descaler helps
        our socket has a shock proof cover, is it in the set
        when the kids are asleep I watch your videos
        is the blue lipstick still available
        I had too many boxes in my cart, can I remove one
        """,
    "de": """
        welche von den Pillen sind für Katzen
        die Tropfen gibt es in der Fünfzigerflasche, oder
        mein Freund ist über Ihrem Katalog eingeschlafen
        kann man die Bleiche für bunte Wäsche nehmen
        er wacht nie vor zehn auf, bitte später liefern
        braucht die Dunstabzugshaube einen Filter
        welche Menge muss ich verzollen
        der Heizkessel ist voller Kalk, welcher Entkalker hilft
        ist die Kindersicherung für die Steckdose dabei
        wenn die Kinder schlafen, schaue ich eure Videos
        gibt es den blauen Lippenstift noch
        ich hatte zu viele Kartons im Warenkorb
        """,
    "es": """
        cuáles de esas pastillas son para gatos
        las gotas vienen en frasco de cincuenta, ¿no?
        mi novio se durmió con su catálogo
        se puede usar la lejía en ropa de color
        no se despierta antes de las diez, entreguen más tarde
        la campana necesita filtro para los vapores
        qué cantidad tengo que pagar en la aduana
        la caldera está llena de cal, qué descalcificador sirve
        viene el protector del enchufe para niños
        cuando los niños duermen veo sus vídeos
        queda el pintalabios azul
        tenía demasiadas cajas en el carrito
        """,
    "fr": """
        lesquels de ces cachets sont pour les chats
        les gouttes existent en flacon de cinquante, non ?
        mon copain s'est endormi sur votre catalogue
        peut-on utiliser la javel sur du linge de couleur
        il ne se réveille pas avant dix heures, livrez plus tard
        la hotte a-t-elle besoin d'un filtre
        quelle quantité dois-je déclarer à la douane
        la chaudière est pleine de calcaire, quel détartrant prendre
        le cache-prise pour enfants est-il fourni
        quand les enfants dorment je regarde vos vidéos
        reste-t-il le rouge à lèvres bleu
        j'avais trop de cartons dans le panier
        """,
    "pt": """
        quais desses comprimidos são para gatos
        as gotas vêm em frasco de cinquenta, certo?
        o meu namorado adormeceu com o vosso catálogo
        posso usar a lixívia em roupa de cor
        ele não acorda antes das dez, entreguem mais tarde
        o exaustor precisa de filtro
        que quantidade tenho de declarar na alfândega
        a caldeira está cheia de calcário, que produto serve
        o protetor de tomada para crianças vem incluído
        quando as crianças dormem vejo os vossos vídeos
        ainda há o batom azul
        tinha caixas a mais no carrinho
        """,
}
