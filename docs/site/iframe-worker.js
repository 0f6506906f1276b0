// A page opened from a file may start no worker, so the search of such pages runs in a hidden frame of theirs.
if (location.protocol === "file:") {
  window.Worker = window.IFrameWorker = class extends EventTarget {
    constructor(url) {
      super()
      const frame = document.createElement("iframe")
      frame.hidden = true
      document.body.append(frame)
      this.scope = frame.contentWindow
      this.scope.postMessage = data => this.dispatchEvent(new MessageEvent("message", { data }))
      this.scope.importScripts = (...urls) => Promise.all(urls.map(url => this.load(url)))
      this.loaded = this.load(url)
    }
    load(src) {
      const script = Object.assign(this.scope.document.createElement("script"), { src, async: false })
      this.scope.document.head.append(script)
      return new Promise((resolve, reject) => Object.assign(script, { onload: resolve, onerror: reject }))
    }
    postMessage(data) {
      this.loaded.then(() => this.scope.dispatchEvent(new MessageEvent("message", { data })))
    }
  }
}
