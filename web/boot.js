// What must happen before the app is there, and what it cannot do for itself. A file of its own because the
// content security policy allows no inline script.
(() => {
  const root = document.documentElement;

  // The chosen theme, before the first paint.
  try {
    root.dataset.theme = localStorage.getItem('retort.theme') || 'auto';
  } catch {
    root.dataset.theme = 'auto';
  }

  // A link shows what it opens, not the first page for a moment.
  if (location.hash.length > 1) root.dataset.screen = 'opening';

  // gloo-worker keeps its Worker private. An engine in an endless loop can only be ended from outside, so
  // the newest one is remembered for the app (web/src/bridge/worker.rs).
  const Native = window.Worker;
  window.Worker = class extends Native {
    constructor(...args) {
      super(...args);
      window.retortWorker = this;
    }
  };

  // Unpacks the document of a link, to know which worker it needs (web/src/bridge/unpack.rs).
  window.retortUnpack = async (packed, most) => {
    const letters = atob(packed.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
    const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
    const reader = unpacked.getReader();
    const parts = [];
    for (let size = 0; size <= most; ) {
      const { done, value } = await reader.read();
      if (done) return new Blob(parts).arrayBuffer();
      parts.push(value);
      size += value.length;
    }
    reader.cancel();
    return null;
  };

  // A file dropped before the app listens must not replace the page.
  for (const name of ['dragover', 'drop']) document.addEventListener(name, (event) => event.preventDefault());

  document.addEventListener('DOMContentLoaded', () => {
    // Remembered until the app listens; it removes nothing and asks again.
    const paste = document.getElementById('paste');
    paste.addEventListener('submit', (event) => {
      event.preventDefault();
      paste.dataset.wanted = '';
    });

    if (typeof WebAssembly !== 'object') {
      document.getElementById('unsupported').hidden = false;
      return;
    }
    const start = document.getElementById('start');
    import(start.href)
      .then((app) => app.default({ module_or_path: new URL(start.dataset.wasm, document.baseURI) }))
      .catch((error) => {
        const words = document.getElementById('unsupported');
        words.textContent = `Retort could not be started: ${error.message}`;
        words.hidden = false;
        root.dataset.screen = 'start';
      });
  });
})();
