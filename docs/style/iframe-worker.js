/* A worker in a hidden frame, for pages opened from a folder, where browsers start no workers: with it the
   theme searches offline. The theme would fetch one from a public host. */
if (location.protocol === "file:") {
  window.Worker = window.IFrameWorker = class extends EventTarget {
    constructor(url) {
      super();
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      this.frame.title = "search";
      document.body.append(this.frame);
      const inner = this.frame.contentWindow;
      inner.document.open();
      inner.document.write("<!doctype html><title>search</title>");
      inner.document.close();
      const load = (source) =>
        new Promise((loaded, failed) => {
          const script = inner.document.createElement("script");
          Object.assign(script, { src: source, onload: loaded, onerror: failed });
          inner.document.head.append(script);
        });
      inner.postMessage = (data) => this.dispatchEvent(new MessageEvent("message", { data }));
      inner.importScripts = async (...sources) => {
        for (const source of sources) await load(source);
      };
      this.ready = load(url);
    }

    postMessage(data) {
      const inner = this.frame.contentWindow;
      const event = new MessageEvent("message", { data: structuredClone(data) });
      this.ready.then(() => inner.dispatchEvent(event));
    }

    terminate() {
      this.frame.remove();
    }
  };
}

/* The theme's search is a dialog without a name: it takes that of its field. */
addEventListener("DOMContentLoaded", () => {
  const field = document.querySelector(".md-search__input");
  if (field) field.closest(".md-search").setAttribute("aria-label", field.ariaLabel);
});
