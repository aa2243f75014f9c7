// Around the queue: what is looked for, keys, the title, and what a reload keeps. All of it belongs to this tab.
Object.assign(window.handrail, (() => {
  const KEPT = {sought: 'handrail.sought', who: 'handrail.who'};
  const read = key => { try { return sessionStorage.getItem(key) || ''; } catch { return ''; } };
  const keep = (key, value) => { try { sessionStorage.setItem(key, value); } catch { /* private windows keep nothing */ } };
  const one = selector => document.querySelector(selector);
  const parsed = text => { try { return JSON.parse(text) || {}; } catch { return {}; } };
  const input = selector => one(`${selector} textarea, ${selector} input`);
  const atDesk = () => one('[role=tab][aria-selected=true]')?.textContent.trim() === 'Desk';
  const drawn = () => one('#hr-case [data-conversation]')?.dataset.conversation || '';
  const seen = element => element && element.getClientRects().length > 0;

  // What is looked for

  let looks = {}, bar = null, tell = () => {};
  const say = change => {
    looks = Object.fromEntries(Object.entries({...looks, ...change}).filter(([name, value]) => value && value !== 'all'));
    const text = Object.keys(looks).length ? JSON.stringify(looks) : '';
    keep(KEPT.sought, text);
    show();
    handrail.press(tell, `sought|${text}`);
  };
  const show = () => {
    if (!bar?.isConnected) return;
    const told = parsed(one('#hr-tally [data-tally]')?.dataset.tally);
    for (const chip of bar.querySelectorAll('[data-view]')) {
      const on = chip.dataset.view === (looks.view || 'all'), many = told.views?.[chip.dataset.view];
      chip.setAttribute('aria-pressed', on);
      if (chip.lastElementChild.textContent !== String(many ?? '')) chip.lastElementChild.textContent = many ?? '';
    }
    for (const select of bar.querySelectorAll('[data-only]')) {
      const name = select.dataset.only, chosen = looks[name] || '', many = {...told[name]};
      if (chosen && !many[chosen]) many[chosen] = 0;
      const options = [['', 'any'], ...Object.entries(many).sort().map(([value, count]) => {
        const [number, words] = Array.isArray(count) ? count : [count, value];
        return [value, `${words} (${number})`];
      })];
      const is = JSON.stringify(options);
      if (select.dataset.is !== is && document.activeElement !== select) {
        select.dataset.is = is;
        select.replaceChildren(...options.map(([value, text]) => new Option(text, value)));
      }
      if (document.activeElement !== select) select.value = chosen;
    }
    const filters = Object.keys(looks).filter(name => name !== 'view' && name !== 'text').length;
    const label = bar.querySelector('summary'), words = filters ? `Filter (${filters})` : 'Filter';
    if (label.textContent !== words) label.textContent = words;
  };
  const sought = (element, trigger) => {
    [bar, tell, looks] = [element, trigger, parsed(read(KEPT.sought))];
    const search = element.querySelector('input');
    let later = 0;
    search.value = looks.text || '';
    search.addEventListener('input', () => { clearTimeout(later); later = setTimeout(() => say({text: search.value.trim()}), 300); });
    element.addEventListener('click', event => {
      const chip = event.target.closest('[data-view]');
      if (chip) say({view: chip.dataset.view});
    });
    element.addEventListener('change', event => {
      const select = event.target.closest('[data-only]');
      if (select) say({[select.dataset.only]: select.value});
    });
    show();
    if (Object.keys(looks).length) say({});
  };

  // On a phone the list or the case; the open case is in the address, so that a reload and a link open it

  let shown = '';
  let at = 'list', listed = 0;
  const side = which => {
    const desk = one('.hr-desk');
    if (!desk || desk.dataset.side === which) return;
    const turns = which !== at;
    if (turns && at === 'list') listed = scrollY;
    at = desk.dataset.side = which;
    if (turns && matchMedia('(max-width: 900px)').matches) scrollTo(0, at === 'list' ? listed : 0);
  };
  const settle = () => {
    const now = drawn(), desk = atDesk();
    if (now !== shown) side(now ? 'case' : 'list'); else side(at);
    shown = now;
    const address = new URL(location.href), wants = desk && now ? now : null;
    if (address.searchParams.get('conversation') !== wants && (bar?.isConnected && (wants || !desk))) {
      if (wants) address.searchParams.set('conversation', wants); else address.searchParams.delete('conversation');
      history.replaceState(history.state, '', address);
    }
    const waits = parsed(one('#hr-tally [data-tally]')?.dataset.tally).waits || 0;
    const title = desk ? `${waits ? `(${waits}) ` : ''}Handrail desk` : 'Handrail';
    if (document.title !== title) document.title = title;
    show();
    reveal();
  };
  let revealed = '';
  const reveal = () => {
    const card = one('#hr-queue .hr-chosen'), is = card ? card.dataset.pick : '';
    if (is !== revealed && card) card.scrollIntoView({block: 'nearest'});
    revealed = is;
  };

  // Who sits here, in a demonstration: as they said before the reload. Nobody, where that is who sits here anyway: an
  // answer that sets the same again may come after somebody has chosen another role.

  const sits = values => {
    const {name, role} = parsed(read(KEPT.who));
    return name && role && (name !== values[0] || role !== values[1]) ? [name, role] : ['', null];
  };
  let last = '';
  const sat = (name, role) => {
    const is = JSON.stringify({name, role});
    if (is !== last) keep(KEPT.who, last = is);
  };

  // Keys

  const press = selector => { const button = one(selector); if (seen(button)) button.click(); };
  const step = by => {
    const cards = [...document.querySelectorAll('#hr-queue .hr-item')];
    const at = cards.findIndex(card => card.dataset.pick === (handrail.wants() || drawn()));
    const next = cards[at < 0 ? (by > 0 ? 0 : cards.length - 1) : at + by];
    if (next) { next.click(); next.scrollIntoView({block: 'nearest'}); }
    else if (by > 0) press('#hr-queue .hr-pager button:last-child');
    else press('#hr-queue .hr-pager button:first-child');
  };
  const KEYS = {
    j: () => step(1), k: () => step(-1), c: () => press('#hr-act-claimed'), n: () => press('#hr-next'),
    r: () => input('#hr-reply')?.focus(), '/': () => input('#hr-template')?.focus(), f: () => bar?.querySelector('input').focus(),
    '?': () => one('#hr-keys')?.showModal(),
  };
  const typing = target => target.closest?.('input, textarea, select, [contenteditable=true]');
  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !atDesk() || one('dialog[open]')) return;
    if (event.key === 'Escape') { if (typing(event.target)) event.target.blur(); else side('list'); return; }
    if (typing(event.target) || !Object.hasOwn(KEYS, event.key)) return;
    event.preventDefault();
    KEYS[event.key]();
  });
  const DO = {next: () => press('#hr-next'), list: () => side('list'), keys: KEYS['?']};
  document.addEventListener('click', event => {
    const asked = event.target.closest('[data-do]');
    if (asked) DO[asked.dataset.do]?.();
    if (event.target.closest('#hr-queue .hr-item, #hr-live .hr-item, #hr-next') && drawn()) side('case');
    setTimeout(settle);
  });
  new MutationObserver(settle).observe(
    document.documentElement, {childList: true, subtree: true, attributes: true, attributeFilter: ['data-conversation', 'data-tally', 'aria-selected']});
  return {sought, sits, sat};
})());
