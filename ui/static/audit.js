// The auditor's room in the browser: a file to save is made here, a file to try is read here. Nothing is stored.
Object.assign(window.handrail, (() => {
  const save = value => {
    if (!value) return;
    const file = JSON.parse(value);
    const bytes = Uint8Array.from(atob(file.base64), one => one.charCodeAt(0));
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([bytes], {type: file.media_type}));
    link.download = file.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  };
  const file = (element, trigger) => element.addEventListener('change', async event => {
    const chosen = event.target.files?.[0];
    if (!chosen) return;
    trigger('submit', {name: chosen.name, text: await chosen.text()});
    event.target.value = '';
  });
  // The line of the case that is open, in whatever list was drawn before or after it. Where the list fills the screen, as on a
  // phone, a case that was opened comes into sight.
  let shown;
  const mark = () => {
    const title = document.querySelector('#hr-audited [data-audited]'), open = title?.dataset.audited;
    if (open && open !== shown && title.getBoundingClientRect().top > innerHeight) title.scrollIntoView({block: 'start'});
    shown = open;
    document.querySelectorAll('#hr-found [data-pick^="case|"]').forEach(line => {
      const here = line.dataset.pick === `case|${open}`;
      if (line.classList.contains('hr-chosen') !== here) line.classList.toggle('hr-chosen', here);
      if ((line.getAttribute('aria-current') === 'true') !== here) line.setAttribute('aria-current', here);
    });
  };
  new MutationObserver(mark).observe(
    document.documentElement, {childList: true, subtree: true, attributes: true, attributeFilter: ['data-audited']});
  return {save, file};
})());
