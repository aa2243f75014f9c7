// Keeps clocks counting and shows moments in the reader's own time zone. It only ever writes text, and asks whether the login holds.
(() => {
  const span = seconds => {
    const whole = Math.floor(seconds);
    if (whole < 60) return `${whole} s`;
    if (whole < 3600) return `${Math.floor(whole / 60)} min`;
    if (whole < 86400) return `${Math.floor(whole / 3600)} h ${Math.floor(whole % 3600 / 60)} min`;
    return `${Math.floor(whole / 86400)} d ${Math.floor(whole % 86400 / 3600)} h`;
  };
  const write = (element, text) => { if (element.textContent !== text) element.textContent = text; };
  const clock = element => {
    const at = new Date(element.dateTime);
    const today = at.toDateString() === new Date().toDateString();
    const day = today ? {} : {weekday: 'short', day: 'numeric'};
    write(element, at.toLocaleString([], {...day, hour: '2-digit', minute: '2-digit', hourCycle: 'h23'}));
    element.title = at.toString();
  };
  const due = element => {
    const seconds = (new Date(element.dataset.due) - Date.now()) / 1000;
    write(element, seconds >= 0 ? `in ${span(seconds)}` : `${span(-seconds)} late`);
    element.classList.toggle('hr-late', seconds < 0);
    element.classList.toggle('hr-soon', seconds >= 0 && seconds < 120);
  };
  const since = element => write(element, span(Math.max(0, (Date.now() - new Date(element.dataset.since)) / 1000)));
  const all = (selector, act) => document.querySelectorAll(selector).forEach(act);
  const tick = () => { all('time[data-clock]', clock); all('[data-due]', due); all('[data-since]', since); };
  let asked = false;
  const soon = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => { asked = false; tick(); });
  };
  // What the server sends anew is put right before it is painted; a pass that changes nothing causes no other.
  new MutationObserver(soon).observe(document.documentElement, {childList: true, subtree: true});
  setInterval(tick, 1000);
  // A page whose login has ended says so by showing the login, instead of standing still.
  setInterval(() => fetch('session').then(answer => answer.status === 401 && location.reload(), () => {}), 30000);
})();
