"""From a committed effect to a ticket, a card or a page, and back: what people do elsewhere becomes acts here."""
