# ruff: noqa: E501 - passages stand as they are written
"""Answers that keep the facts of a passage in other words: (language, passage, answer), written by hand."""

from __future__ import annotations

UK = "Standard delivery costs £3.95 and is free for orders of £40 or more. Next-day delivery costs £6.95 for any order."
EUROPE = (
    "Delivery to Ireland costs €6.95 and is free for orders of €80 or more. Delivery to other European countries costs "
    "€11.95."
)
TIMES = (
    "Standard delivery takes 2 to 4 working days. Next-day delivery is available for orders placed before 4 pm, Monday "
    "to Thursday; choose it at checkout."
)
ABROAD = (
    "We deliver to the Republic of Ireland in 3 to 5 working days, and to France, Germany, Spain, Portugal, Italy, "
    "Belgium, Austria and the Netherlands in 5 to 8 working days. We do not ship to countries outside Europe."
)
HOURS = "Our shops open from 9 am to 7 pm, Monday to Saturday, and from 11 am to 5 pm on Sundays."
BANK_HOLIDAYS = (
    "On bank holidays our shops open from 10 am to 5 pm. They close on 25 and 26 December, 1 January and Easter Sunday."
)
RETURNS = (
    "You may return any unused item within 30 days of receiving it, in its original packaging. Bedding and towels must "
    "be unwashed."
)
LABEL = (
    "Print the return label from Your orders on our website and drop the parcel at any post office. The label is free "
    "from within the UK. You can also return an item in any of our shops; bring the order e-mail."
)
REFUNDS = (
    "We refund a return within 5 working days of receiving the parcel. Banks usually need another 2 to 3 days to show "
    "the refund."
)
GIFT = "Gift cards expire 5 years after purchase. They cannot be exchanged for cash."
BUY_GIFT = "We sell gift cards from £10 to £500 in our shops and on our website, as a card by post or by e-mail."
POINTS = "100 points are worth £5 at checkout. Points expire 18 months after they were earned."
COLLECT = (
    "Choose Collect from a shop at checkout. It is free, and the order is ready after 3 hours if the shop has the item, "
    "otherwise within 4 working days. We e-mail you when it is ready."
)
KEPT = (
    "Bring the collection e-mail. We keep a collection order for 10 days, and somebody else may pick it up with the "
    "e-mail."
)
PAY = (
    "We accept Visa, Mastercard, American Express, PayPal, Apple Pay, Google Pay and our own gift cards. A card is "
    "charged when the order leaves our warehouse."
)
SHOP_PAY = (
    "In our shops we accept cash, all the cards above, contactless payments and gift cards. We do not accept cheques."
)
WARRANTY = (
    "Small electronics carry a 2-year warranty, and 3 years once they are registered. Furniture frames carry 10 years."
)
SOFAS = (
    "The team carries furniture to a room of your choice, including upstairs, unpacks it and takes the packaging away. "
    "It does not assemble furniture."
)
CASH = (
    "The daily limit at cash machines is £500 with a standard card and £1,000 with a Plus card. The limit starts afresh "
    "at midnight."
)
FEES = "The Standard account is free. The Plus account costs £6 a month. The full price list is at northgatebank.example/prices."
SWIFT = "An international transfer costs £12 in the app and £25 in a branch. SWIFT transfers arrive after 2 to 4 working days."
SAVER = (
    "Easy Saver pays 2.10 % AER and Notice Saver 2.75 % AER, both variable. The current table is at "
    "northgatebank.example/rates."
)
LIMITS = (
    "The most you can transfer in the app is £10,000 a day, and £25,000 a day in online banking. Transfers between own "
    "accounts have no limit."
)
CARD = (
    "A new card arrives by post within 5 to 7 working days, and its PIN in a separate letter a day later. Cards are sent "
    "to addresses in the country only."
)
BRANCH = (
    "Our branches open from 9.30 am to 4.30 pm, Monday to Friday. Branches in city centres also open from 10 am to 1 pm "
    "on Saturdays."
)
CONTACTLESS = (
    "One contactless payment can be up to £100. After five contactless payments the terminal asks for the PIN once."
)
VIRTUAL = (
    "A virtual card has its own number and lives in the app only, for shopping online. Open Cards, choose New and then "
    "Virtual. You can have up to five virtual cards at a time; they are free."
)
STATEMENTS = (
    "Paper statements cost £1 each. Switch them on or off under Settings, Post, in the app. Statements are issued on the "
    "first working day of the month."
)
DE = "Die Lieferung nach Deutschland dauert 5 bis 8 Werktage. An Sonn- und Feiertagen wird nicht geliefert."
ES = "El envío a España cuesta 11,95 €."
FR = "Nous remboursons sous 5 jours ouvrés après réception du colis."
PT = "Pode devolver um artigo não usado no prazo de 30 dias, na embalagem original."

FAITHFUL: tuple[tuple[str, str, str], ...] = (
    ("en", UK, "Standard delivery is £3.95."),
    ("en", UK, "Next-day delivery costs £6.95 for any order."),
    ("en", UK, "For orders of £40 or more, standard delivery is free."),
    ("en", UK, "Hello! Standard delivery costs 3.95 pounds and is free for orders of £40 or more."),
    ("en", EUROPE, "Delivery to Ireland is €6.95, and free for orders of €80 or more."),
    ("en", EUROPE, "To other European countries, delivery costs €11.95."),
    ("en", EUROPE, "Delivery to Ireland costs 6.95 euros."),
    ("en", TIMES, "Standard delivery will take 2 to 4 working days."),
    ("en", TIMES, "It takes 2 to 4 working days with standard delivery."),
    ("en", TIMES, "Next-day delivery is available Monday to Thursday for orders placed before 4 pm."),
    ("en", TIMES, "For next-day delivery, choose it at checkout."),
    ("en", ABROAD, "We deliver to Ireland in 3 to 5 working days."),
    ("en", ABROAD, "We deliver to Germany in 5 to 8 working days."),
    ("en", ABROAD, "Delivery to France, Spain and Italy is in 5 to 8 working days."),
    ("en", ABROAD, "We do not ship outside Europe."),
    ("en", HOURS, "On Sundays our shops open from 11 am to 5 pm."),
    ("en", HOURS, "Monday to Saturday the shops are open from 9 am to 7 pm."),
    ("en", HOURS, "Our shops are open from 9 am to 7 pm, Monday to Saturday. On Sundays they open from 11 am to 5 pm."),
    ("en", BANK_HOLIDAYS, "Our shops are open from 10 am to 5 pm on bank holidays."),
    ("en", BANK_HOLIDAYS, "The shops close on 25 and 26 December, on 1 January and on Easter Sunday."),
    ("en", RETURNS, "You can return any unused item within 30 days of receiving it."),
    ("en", RETURNS, "Unused items may be returned within 30 days of receiving them, in the original packaging."),
    ("en", RETURNS, "Bedding must be unwashed."),
    ("en", LABEL, "You can print the return label on our website, from Your orders."),
    ("en", LABEL, "Within the UK the label is free."),
    ("en", LABEL, "You can return the item in any of our shops, too; bring the order e-mail."),
    ("en", LABEL, "Drop the parcel at any post office."),
    ("en", REFUNDS, "Returns are refunded within 5 working days of receiving the parcel."),
    ("en", REFUNDS, "Your bank usually needs another 2 to 3 days to show the refund."),
    ("en", GIFT, "A gift card expires 5 years after purchase."),
    ("en", GIFT, "Gift cards cannot be exchanged for cash."),
    ("en", GIFT, "Thanks for asking! Gift cards expire five years after purchase."),
    ("en", BUY_GIFT, "Gift cards from £10 to £500 are sold in our shops and on our website."),
    ("en", BUY_GIFT, "You can have a gift card by post or by e-mail."),
    ("en", POINTS, "At checkout 100 points are worth £5."),
    ("en", POINTS, "Your points expire 18 months after they were earned."),
    ("en", COLLECT, "If the shop has the item, the order is ready after 3 hours."),
    ("en", COLLECT, "At checkout, choose Collect from a shop."),
    ("en", COLLECT, "We will e-mail you when the order is ready."),
    ("en", KEPT, "We will keep your collection order for 10 days."),
    ("en", KEPT, "Somebody else may pick up the order with the collection e-mail."),
    ("en", PAY, "Yes, we accept PayPal."),
    ("en", PAY, "You can pay with Visa, Mastercard or American Express; we accept Apple Pay and Google Pay, too."),
    ("en", PAY, "Your card is charged when the order leaves our warehouse."),
    ("en", SHOP_PAY, "In our shops we accept cash and contactless payments."),
    ("en", SHOP_PAY, "We do not accept cheques in our shops."),
    ("en", WARRANTY, "The warranty on small electronics is 2 years, and 3 years once they are registered."),
    ("en", WARRANTY, "Furniture frames carry a warranty of 10 years."),
    ("en", SOFAS, "The team carries your furniture upstairs."),
    ("en", SOFAS, "The team does not assemble furniture."),
    ("en", CASH, "With a Plus card the daily limit at cash machines is £1,000."),
    ("en", CASH, "The daily limit is £500 with a standard card."),
    ("en", FEES, "The Plus account costs £6 a month."),
    ("en", FEES, "You find the full price list at northgatebank.example/prices."),
    ("en", SWIFT, "In the app an international transfer costs £12."),
    ("en", SWIFT, "A SWIFT transfer arrives after 2 to 4 working days."),
    ("en", SAVER, "Notice Saver pays 2.75 % AER."),
    ("en", SAVER, "Easy Saver pays 2.10 % AER, which is variable."),
    ("en", LIMITS, "In online banking you can transfer £25,000 a day."),
    ("en", LIMITS, "There is no limit on transfers between own accounts."),
    ("en", CARD, "Your new card arrives by post within 5 to 7 working days."),
    ("en", CARD, "The PIN arrives in a separate letter a day later."),
    ("en", BRANCH, "The branches are open from 9.30 am to 4.30 pm, Monday to Friday."),
    ("en", BRANCH, "On Saturdays, branches in city centres open from 10 am to 1 pm."),
    ("en", CONTACTLESS, "A contactless payment can be up to £100."),
    ("en", VIRTUAL, "You can have up to 5 virtual cards at a time."),
    ("en", VIRTUAL, "In the app, open Cards, choose New and then Virtual."),
    ("en", STATEMENTS, "A paper statement costs £1."),
    ("en", STATEMENTS, "You can switch paper statements on or off in the app under Settings, Post."),
    ("de", DE, "Die Lieferung nach Deutschland dauert 5 bis 8 Werktage."),
    ("es", ES, "El envío a España cuesta 11,95 euros."),
    ("fr", FR, "Le remboursement est fait sous 5 jours ouvrés après réception du colis."),
    ("pt", PT, "No prazo de 30 dias pode devolver um artigo não usado, na embalagem original."),
)
