// The boxes in which people write: what is typed is the browser's alone. A message leaves the box in the very keystroke
// that sends it, waits here with an id of its own until the server has stored it, and is sent again until then.
window.handrail = (() => {
  const RETRY_MS = 20000, KEPT = 'handrail.conversation';
  const fresh = prefix =>
    prefix + Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('');
  const read = (store, key) => { try { return store().getItem(key); } catch { return null; } };
  const keep = (store, key, value) => { try { store().setItem(key, value); } catch { /* private windows keep nothing */ } };
  const lasting = () => localStorage, here = () => sessionStorage;

  // The customer's conversation: one id, made here, which a reload and a second tab read again.
  let conversation = '';
  const begin = () => { keep(lasting, KEPT, conversation = fresh('cnv_')); return conversation; };
  const mine = () => conversation || (conversation = read(lasting, KEPT) || begin());
  const case_ = () => document.querySelector('#hr-case [data-conversation]')?.dataset.conversation || '';

  class Box {
    constructor(name, target) {
      this.name = name;
      this.target = target;
      this.drafts = new Map();
      this.waiting = JSON.parse(read(here, this.key) || '[]');
    }
    get key() { return `handrail.waiting.${this.name}`; }

    mount(element, trigger) {
      Object.assign(this, {element, trigger, area: element.querySelector('textarea'), shown: this.target()});
      this.area.value = this.drafts.get(this.shown) || '';
      this.area.addEventListener('input', () => this.drafts.set(this.shown, this.area.value));
      this.area.addEventListener('keydown', event => {
        if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        this.send();
      });
      element.querySelector('button').addEventListener('click', () => { this.send(); this.area.focus(); });
      element.querySelector('ol').addEventListener('click', event => this.settle(event));
      this.draw();
      this.pump();
    }

    // Whoever turns to another conversation finds what was begun there; what was begun here waits.
    turn() {
      if (!this.area?.isConnected || this.target() === this.shown) return;
      this.drafts.set(this.shown, this.area.value);
      this.shown = this.target();
      this.area.value = this.drafts.get(this.shown) || '';
      this.draw();
    }

    send() {
      const text = this.area.value;
      if (!text.trim() || !this.shown) return;
      this.area.value = '';
      this.drafts.delete(this.shown);
      this.put(text);
    }
    put(text) {
      this.waiting.push({id: fresh('msg_'), conversation: this.shown, text, refused: ''});
      this.changed();
    }

    // One at a time, in the order they were written; what was refused steps aside.
    pump() {
      const next = this.waiting.find(one => !one.refused);
      if (!next || !this.element?.isConnected || this.flying === next.id) return;
      this.flying = next.id;
      clearTimeout(this.again);
      this.again = setTimeout(() => { this.flying = ''; this.pump(); }, RETRY_MS);
      this.trigger('submit', {id: next.id, conversation: next.conversation, text: next.text});
    }

    heard({id, refused, elsewhere}) {
      if (elsewhere && !id) { begin(); this.turn(); return; }
      const one = this.waiting.find(each => each.id === id);
      if (!one) return;
      if (elsewhere) {
        const to = one.conversation === mine() ? begin() : mine();
        this.waiting.filter(each => each.conversation === one.conversation).forEach(each => { each.conversation = to; });
        this.turn();
      } else if (refused) one.refused = refused;
      else this.waiting = this.waiting.filter(each => each !== one);
      if (this.flying === id) this.flying = '';
      this.changed();
    }

    settle(event) {
      const act = event.target.closest('[data-settle]');
      if (!act) return;
      const one = this.waiting.find(each => each.id === act.closest('li').dataset.id);
      if (act.dataset.settle === 'edit' && one) {
        this.area.value = this.area.value ? `${one.text}\n${this.area.value}` : one.text;
        this.drafts.set(this.shown, this.area.value);
        this.area.focus();
      }
      this.waiting = this.waiting.filter(each => each !== one);
      this.changed();
    }

    changed() {
      keep(here, this.key, JSON.stringify(this.waiting));
      this.draw();
      this.pump();
    }
    draw() {
      this.element?.querySelector('ol').replaceChildren(
        ...this.waiting.filter(one => one.conversation === this.shown).map(line));
    }
  }

  const tag = (name, text, more = {}) => Object.assign(document.createElement(name), {textContent: text, ...more});
  const line = one => {
    const item = tag('li', '', {className: one.refused ? 'hr-refused' : 'hr-unsent'});
    item.dataset.id = one.id;
    item.append(tag('p', one.text, {dir: 'auto'}), tag('small', one.refused ? `Not sent: ${one.refused}` : 'on its way…'));
    if (one.refused) for (const [settle, words] of [['edit', 'Put back'], ['discard', 'Discard']]) {
      const button = tag('button', words, {type: 'button'});
      button.dataset.settle = settle;
      item.append(button);
    }
    return item;
  };

  const boxes = {say: new Box('say', mine), reply: new Box('reply', case_)};
  document.addEventListener('click', event => {
    const chosen = event.target.closest('[data-say]');
    if (chosen) boxes.say.put(chosen.dataset.say);
  });
  new MutationObserver(() => boxes.reply.turn()).observe(
    document.documentElement, {childList: true, subtree: true, attributes: true, attributeFilter: ['data-conversation']});
  return {
    mine,
    begin: () => { const id = begin(); boxes.say.turn(); return id; },
    compose: (name, element, trigger) => boxes[name].mount(element, trigger),
    heard: said => {
      if (!said) return;
      const one = JSON.parse(said);
      if (one.taken) handrail.taken(one);
      else boxes[one.box]?.heard(one);
    },
  };
})();
