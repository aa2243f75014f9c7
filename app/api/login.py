"""The login as a page without a script, and the page that takes one step for whoever follows a link to us."""

from __future__ import annotations

from html import escape

SAYS = "Your name is your role and id, as in frontline_agent/maria, or the id alone; your password is your token."
REFUSED = "This is not the token of that name. Look at both again."
BOUNCE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="0">'
    "<title>Handrail</title></html>"
)
_STYLE = """
:root { color-scheme: light dark; --edge: #d5dbe6; --soft: #56627a; --sunk: #f3f5f9; --card: #fff; --text: #0f172a; }
@media (prefers-color-scheme: dark) {
  :root { --edge: #334155; --soft: #9fb0c8; --sunk: #0b1120; --card: #131c2e; --text: #e8eef8; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 16px; background: var(--sunk);
  color: var(--text); font: 15px/1.5 ui-sans-serif, system-ui, sans-serif; }
form { width: 100%; max-width: 380px; padding: 28px; border: 1px solid var(--edge); border-radius: 14px;
  background: var(--card); display: grid; gap: 14px; }
h1 { margin: 0; font-size: 20px; } p { margin: 0; font-size: 13.5px; color: var(--soft); }
p[role=alert] { color: #dc2626; }
label { display: grid; gap: 4px; font-size: 13.5px; font-weight: 600; }
input { font: inherit; padding: 9px 12px; border: 1px solid var(--edge); border-radius: 9px; background: var(--sunk);
  color: inherit; }
input:focus-visible, button:focus-visible { outline: 2px solid #2563eb; outline-offset: 1px; }
button { font: inherit; font-weight: 600; padding: 10px; border: 0; border-radius: 9px; background: #2563eb;
  color: #fff; cursor: pointer; }
"""


def form(query: str, *, refused: bool = False) -> str:
    """The login; `query` is what stood in the address of the page that is wanted, and comes back to it."""
    told = f'<p role="alert">{REFUSED}</p>' if refused else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Handrail: log in</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head><body>'
        f'<form method="post" action="{escape(way_back(query))}"><h1>Handrail</h1><p>{SAYS}</p>{told}'
        '<label>Name<input name="username" autocomplete="username" required autofocus></label>'
        '<label>Token<input name="password" type="password" autocomplete="current-password" required></label>'
        "<button>Log in</button></form></body></html>"
    )


def way_back(query: str) -> str:
    """The address of the login that leads back to the page with this query."""
    return "/login" + (f"?{query}" if query else "")
