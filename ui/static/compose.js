// The boxes in which people write: what is typed is the browser's alone. A message leaves the box in the very keystroke
// that sends it, waits here with an id of its own until the server has stored it, and is sent again until then.
window.handrail = (() => {
  const RETRY_MS = 20000, KEPT = 'handrail.conversation';
  const fresh = prefix =>
    prefix + Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('');
  const read = (store, key) => { try { return store().getItem(key); } catch { return null; } };
  const keep = (store, key, value) => { try { store().setItem(key, value); } catch { /* private windows keep nothing */ } };
  const lasting = () => localStorage, here = () => sessionStorage;

  // What is begun stays over a reload, in this tab and until it is closed: what people write is nobody else's to find.
  class Kept extends Map {
    constructor(key) { super(parsed(read(here, key))); this.key = key; }
    set(name, value) { if (value) super.set(name, value); else super.delete(name); return this.keep(); }
    delete(name) { const was = super.delete(name); this.keep(); return was; }
    keep() { if (this.key) keep(here, this.key, JSON.stringify([...this])); return this; }
  }
  const parsed = text => { try { return JSON.parse(text) || []; } catch { return []; } };
  document.addEventListener('submit', event => { if (event.target.action?.endsWith('/logout')) here().clear(); });

  // The customer's conversation: one id, made here, which a reload and a second tab read again.
  let conversation = '';
  const begin = () => { keep(lasting, KEPT, conversation = fresh('cnv_')); return conversation; };
  const mine = () => conversation || (conversation = read(lasting, KEPT) || begin());
  const case_ = () => document.querySelector('#hr-case [data-conversation]')?.dataset.conversation || '';
  const person = () => document.querySelector('#hr-agent input, #hr-agent textarea')?.value.trim() || '';

  class Box {
    constructor(name, target, writer = () => '') {
      Object.assign(this, {name, target, writer, drafts: new Kept(`handrail.drafts.${name}`)});
      this.waiting = JSON.parse(read(here, this.key) || '[]');
    }
    get key() { return `handrail.waiting.${this.name}`; }
    // Whose draft it is, and in which conversation.
    get place() { return JSON.stringify([this.writer(), this.target()]); }

    mount(element, trigger) {
      Object.assign(this, {element, trigger, area: element.querySelector('textarea'), shown: this.target(), at: this.place});
      this.area.value = this.drafts.get(this.at) || '';
      this.area.addEventListener('input', () => this.drafts.set(this.at, this.area.value));
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
      if (!this.area?.isConnected || this.place === this.at) return;
      this.drafts.set(this.at, this.area.value);
      Object.assign(this, {shown: this.target(), at: this.place});
      this.area.value = this.drafts.get(this.at) || '';
      this.draw();
    }

    send() {
      const text = this.area.value;
      if (!text.trim() || !this.shown) return;
      this.area.value = '';
      this.drafts.delete(this.at);
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
        this.drafts.set(this.at, this.area.value);
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

  const boxes = {say: new Box('say', mine), reply: new Box('reply', case_, person)};
  document.addEventListener('click', event => {
    const chosen = event.target.closest('[data-say]');
    if (chosen) boxes.say.put(chosen.dataset.say);
  });
  document.addEventListener('input', event => { if (event.target.closest('#hr-agent')) boxes.reply.turn(); });
  new MutationObserver(() => boxes.reply.turn()).observe(
    document.documentElement, {childList: true, subtree: true, attributes: true, attributeFilter: ['data-conversation']});
  return {
    mine,
    kept: key => new Kept(key),
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
