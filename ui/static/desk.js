// The desk in the browser: what is pressed and typed there belongs to the person, in whatever order answers arrive.
//
// A press or another role is a turn, counted here. An answer that was made before it may come after it: until the page
// shows the turn nothing looks at the desk, and if it does not show it, it is asked for again. What is typed into a field is
// kept for the person and the case; the server never sets it, and says what it has taken.
Object.assign(window.handrail, (() => {
  const PATIENCE_MS = 3000, TRIES = 2, MOVED_PX = 10;
  const FIELDS = {
    note: '#hr-note', reason: '#hr-lift-why', proof: '#hr-proof',
    name: '#hr-place-name', date: '#hr-place-date', amount: '#hr-place-amount',
  };
  const case_ = () => document.querySelector('#hr-case [data-conversation]')?.dataset.conversation || '';
  const input = selector => document.querySelector(`${selector} textarea, ${selector} input`);
  const person = () => input('#hr-agent')?.value.trim() || '';

  // Turns

  let turn = 0, asked = 0, tries = 0, picked = {}, wanted = {};
  const parsed = text => { try { return JSON.parse(text); } catch { return {}; } };
  const shows = pick => {
    const [list, at] = pick.split('|');
    if (list === 'sought') return {sought: pick.slice(list.length + 1), queue_at: ''};
    return list === 'queue' ? {queue_at: at} : list === 'held' ? {held_at: Number(at)} : {conversation: at || pick};
  };
  // Inputs of a press that shows something else: `seen` first. The answer says the turn it belongs to. What was asked for
  // just before and is not shown yet is asked for with it.
  const turned = values => {
    const seen = parsed(values[0]), before = (seen.turn || 0) < turn ? wanted : {};
    [turn, asked, tries, wanted, picked] = [turn + 1, Date.now(), 0, {...before, ...picked}, {}];
    const again = before.conversation ? {...before, case: ''} : before;
    return [JSON.stringify({...seen, ...again, turn}), ...values.slice(1)];
  };
  // Inputs of a look: none while a turn is on its way; the turn itself if it has been lost or drawn over.
  const look = values => {
    const seen = parsed(values[0]), drawn = case_();
    handrail.sat(values[1], values[2]);
    const behind = (seen.turn || 0) < turn, apart = seen.conversation !== undefined && drawn && seen.conversation !== drawn;
    if (!behind && !apart) return values;
    if (behind && Date.now() - asked < PATIENCE_MS) return ['hold', ...values.slice(1)];
    asked = Date.now();
    tries += 1;
    const shown = behind && tries <= TRIES ? {...wanted, case: ''} : {conversation: drawn};
    return [JSON.stringify({...seen, ...shown, lists: '', turn}), ...values.slice(1)];
  };
  // Inputs of a press on the packet, which judges it or turns to another case.
  const judged = values => picked.conversation ? turned(values) : act(values, []);
  // Inputs of an act: on the case that is drawn, with what was typed for that case.
  const act = (values, names) => {
    const seen = parsed(values[0]), drawn = case_();
    const apart = seen.conversation !== drawn;
    const first = apart ? JSON.stringify({...seen, conversation: drawn, case: '', version: 0, newest: 0, request_hash: ''}) : values[0];
    const given = names.map((name, at) => name ? draft(name, drawn) || '' : values[3 + at]);
    return [first, ...values.slice(1, 3), ...given];
  };

  // Presses

  // A press that shows something else; `trigger` is that of the component that is pressed.
  const press = (trigger, name) => { picked = shows(name); trigger('click', {pick: name}); };
  const wants = () => Date.now() - asked < PATIENCE_MS && wanted.conversation || '';
  // A list may be drawn anew between press and release, and then the browser makes no click of it.
  const pick = (element, trigger) => {
    let down = null, focused = null;
    const take = name => {
      down = null;
      picked = element.closest('#hr-queue, #hr-live') || name.startsWith('other|') ? shows(name) : {};
      trigger('click', {pick: name});
    };
    element.addEventListener('pointerdown', event => {
      const chosen = event.target.closest('[data-pick]');
      down = chosen && event.pointerType === 'mouse' && event.button === 0
        ? {pick: chosen.dataset.pick, x: event.clientX, y: event.clientY} : null;
    });
    element.addEventListener('click', event => {
      const chosen = event.target.closest('[data-pick]');
      if (chosen) take(chosen.dataset.pick);
    });
    document.addEventListener('pointerup', event => {
      const begun = down;
      const moved = begun && Math.hypot(event.clientX - begun.x, event.clientY - begun.y);
      if (begun) setTimeout(() => { if (down === begun) { down = null; if (moved < MOVED_PX) take(begun.pick); } });
    });
    // Where the keyboard stood it stands again.
    document.addEventListener('focusin', event => {
      focused = element.contains(event.target) ? event.target.closest('[data-pick]')?.dataset.pick : null;
    });
    document.addEventListener('pointerdown', event => { if (!element.contains(event.target)) focused = null; });
    new MutationObserver(() => {
      if (!focused || document.activeElement !== document.body) return;
      const again = [...element.querySelectorAll('[data-pick]')].find(one => one.dataset.pick === focused);
      again?.focus({preventScroll: true});
    }).observe(element, {childList: true, subtree: true});
  };

  // Fields

  const drafts = handrail.kept('handrail.fields'), shown = new WeakMap();
  const key = (name, conversation) => [name, person(), conversation].join('|');
  const draft = (name, conversation) => drafts.get(key(name, conversation));
  const put = (area, text) => {
    if (area.value === text) return;
    area.value = text;
    area.dispatchEvent(new Event('input', {bubbles: true}));
  };
  const settle = () => {
    const drawn = case_();
    for (const [name, selector] of Object.entries(FIELDS)) {
      const area = input(selector), wants = key(name, drawn);
      if (!area || shown.get(area) === wants) continue;
      shown.set(area, wants);
      put(area, drafts.get(wants) || '');
    }
  };
  document.addEventListener('input', event => {
    const wants = shown.get(event.target);
    if (wants) drafts.set(wants, event.target.value);
  });
  // What was typed while the act was on its way stays.
  const taken = said => {
    for (const [name, text] of Object.entries(said.taken)) {
      const mine = key(name, said.conversation);
      if ((drafts.get(mine) || '').trim() !== text.trim()) continue;
      drafts.delete(mine);
      const area = input(FIELDS[name]);
      if (area && shown.get(area) === mine) put(area, '');
    }
  };

  // An original is for whoever asked, in the case it belongs to.
  let looked = '';
  const cover = () => {
    const now = [person(), input('#hr-role')?.value, case_()].join('|');
    if (now === looked) return;
    looked = now;
    document.querySelector('#hr-lifted .hr-original')?.remove();
  };
  const redrawn = () => { settle(); cover(); };
  new MutationObserver(redrawn).observe(
    document.documentElement, {childList: true, subtree: true, attributes: true, attributeFilter: ['data-conversation']});
  document.addEventListener('input', redrawn);
  return {pick, press, wants, turned, judged, look, act, taken};
})());
