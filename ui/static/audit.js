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
  return {save, file};
})());
