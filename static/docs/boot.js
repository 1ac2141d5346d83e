"use strict";

// A file of its own, since the content security policy allows no inline script.
const page = document.getElementById("docs");

SwaggerUIBundle({
  url: page.dataset.schema,
  dom_id: "#docs",
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: true,
  requestInterceptor(request) {
    if (!["GET", "HEAD"].includes(request.method ?? "GET")) {
      request.headers["X-CSRFToken"] = page.dataset.csrf;
    }
    return request;
  },
});
