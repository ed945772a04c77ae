// Before the first paint, so that nobody who works in the dark is blinded by a white page.
(function () {
  var chosen = null;
  try { chosen = localStorage.getItem('aiohub-scheme'); } catch { /* private windows may have no storage */ }
  var dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
