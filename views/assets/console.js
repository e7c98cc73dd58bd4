// The operator console in the browser: asks for parts of a page, shows them, asks before it acts.
// It keeps nothing but the key that let it in and the operator's name.
(function () {
  "use strict";

  const EVERY_MS = 1000;
  const main = document.getElementById("main");
  const dialog = document.getElementById("dialog");
  const operator = document.getElementById("operator");
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const kept = {get: (name) => localStorage.getItem(name), set: (name, value) => localStorage.setItem(name, value)};
  const COLOURS = {"#1f2933": "--ink", "#52606d": "--muted", "#e4e7eb": "--line", "#9aa5b1": "--muted", "#cbd2d9": "--line", white: "--paper", "#ffffff": "--paper"};
  // Brighter ones of the same hues, for curves on a dark ground.
  const BY_NIGHT = {"#0072b2": "#5ab8f0", "#009e73": "#3fd0a4", "#d55e00": "#ff9350", "#8a2b06": "#ffb38a", "#aa4499": "#e08ad2", "#7f5539": "#d0a37f"};
  let shown = "";
  let loading = 0;
  // A page that was asked for while the console did not answer: asked for again.
  let late = false;

  // Asking

  async function ask(path, options) {
    const given = options || {};
    const headers = Object.assign({Authorization: `Bearer ${kept.get("key") || ""}`}, given.headers);
    try {
      const answer = await fetch(`/${path}`, Object.assign({cache: "no-store"}, given, {headers}));
      link("");
      if (answer.status === 401) enter(await answer.text());
      return answer;
    } catch (error) {
      link("The console does not answer");
      throw error;
    }
  }

  function link(words) {
    const place = document.getElementById("link-state");
    if (place.textContent !== words) place.textContent = words;
  }

  function say(words) {
    const place = document.getElementById("said");
    place.textContent = words;
    clearTimeout(say.timer);
    say.timer = setTimeout(() => { place.textContent = ""; }, 9000);
  }

  // Entering

  async function enter(html) {
    if (document.getElementById("enter")) return;
    shown = "";
    main.innerHTML = html;
    const form = document.getElementById("enter");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      use(form.elements.key.value.trim()).catch((error) => say(error.message));
    });
    form.elements.key.focus();
  }

  async function use(key) {
    const answer = await fetch("/enter", {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify({key})});
    if (!answer.ok) throw new Error(await answer.text());
    kept.set("key", await answer.text());
    main.innerHTML = "";
    show();
  }

  // Pages

  function place() {
    const [page, query] = (location.hash.slice(2) || "overview").split("?");
    return {page, query: query || ""};
  }

  async function show() {
    late = false;
    try {
      await load();
    } catch (error) {
      late = true;
    }
  }

  async function load() {
    const here = location.hash;
    const {page, query} = place();
    const mine = ++loading;
    const answer = await ask(`page/${page}?${query}`);
    if (mine !== loading || answer.status === 401) return;
    main.innerHTML = await answer.text();
    shown = here;
    const campaign = new URLSearchParams(query).get("campaign") || "";
    document.getElementById("where").textContent = campaign;
    document.title = campaign ? `${campaign}: pressloop console` : "pressloop console";
    window.scrollTo(0, 0);
    await Promise.all(regions().map(refresh));
    once().catch(() => { late = true; });
    main.focus({preventScroll: true});
  }

  const regions = () => Array.from(main.querySelectorAll("[data-live]"));

  async function refresh(region) {
    if (region.asking) return;
    region.asking = true;
    const slow = region.hasAttribute("data-slow");
    if (slow && !region.tag) wait(region);
    try {
      const headers = region.tag ? {"If-None-Match": region.tag} : {};
      const answer = await ask(`part/${region.dataset.live}`, {headers});
      if (!document.contains(region)) return;
      if (answer.ok) {
        region.tag = answer.headers.get("ETag");
        fill(region, await answer.text());
      } else if (answer.status >= 500) {
        region.textContent = await answer.text();
      }
    } catch (error) {
      // Said at the top of the page; asked again soon.
    } finally {
      region.asking = false;
    }
  }

  function wait(region) {
    const words = document.createElement("p");
    words.className = "panel waiting muted";
    words.textContent = region.dataset.slow || "Fitting the models...";
    region.replaceChildren(words);
  }

  async function once() {
    for (const region of main.querySelectorAll("[data-once]")) {
      wait(region);
      const answer = await ask(`part/${region.dataset.once}`);
      if (!document.contains(region)) return;
      region.innerHTML = await answer.text();
      const form = region.querySelector("[data-sliders]");
      if (form) drag(form);
    }
  }

  // A region's new content; pictures that stay are drawn over, so that nothing flickers.
  function fill(region, html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    template.content.querySelectorAll(".plot").forEach((fresh) => {
      const data = fresh.nextElementSibling.textContent;
      const old = fresh.id && region.querySelector(`[id="${fresh.id}"]`);
      const plot = old || fresh;
      if (old) fresh.replaceWith(old);
      plot.setAttribute("aria-label", fresh.getAttribute("aria-label"));
      plot.figure = data;
    });
    const focused = document.activeElement && region.contains(document.activeElement) && name(document.activeElement);
    region.replaceChildren(template.content);
    region.querySelectorAll(".plot").forEach(draw);
    region.querySelectorAll("[data-live]").forEach(refresh);
    region.querySelectorAll("[data-photo]").forEach((one) => sight.observe(one));
    region.querySelectorAll("[data-countdown],[data-countup]").forEach((one) => { one.since = performance.now(); });
    tick();
    if (focused) {
      const again = Array.from(region.querySelectorAll("a,button")).find((one) => name(one) === focused);
      if (again) again.focus({preventScroll: true});
    }
  }

  const name = (one) => `${one.tagName} ${one.textContent} ${one.getAttribute("href") || ""}`;

  // A photo is asked for once its place comes into view.
  const sight = new IntersectionObserver((seen) => seen.filter((one) => one.isIntersecting).forEach((one) => {
    sight.unobserve(one.target);
    photo(one.target).catch(() => {});
  }), {rootMargin: "200px"});

  async function photo(image) {
    const answer = await ask(image.dataset.photo);
    if (!answer.ok || !document.contains(image)) return;
    const address = URL.createObjectURL(await answer.blob());
    image.onload = () => { image.classList.add("loaded"); URL.revokeObjectURL(address); };
    image.src = address;
  }

  // Pictures

  function draw(plot) {
    if (!plot.figure || !window.Plotly) return;
    const figure = dressed(JSON.parse(plot.figure));
    const first = !plot.layout;
    // Plotly takes the height of its place once a tablet is turned.
    if (figure.layout.height) plot.style.height = `${figure.layout.height}px`;
    Plotly.react(plot, figure.data, figure.layout, {responsive: true, displayModeBar: false, showSendToCloud: false, plotlyServerURL: ""});
    if (first && plot.parentNode) plot.classList.add("drawn");
  }

  // Colours of the page in place of those of paper, by day and by night.
  function dressed(figure) {
    const style = getComputedStyle(document.documentElement);
    const of = (one) => {
      if (typeof one === "string") {
        const colour = one.toLowerCase();
        if (COLOURS[colour]) return style.getPropertyValue(COLOURS[colour]).trim();
        return (dark.matches && BY_NIGHT[colour]) || one;
      }
      if (Array.isArray(one)) return one.map(of);
      if (one && typeof one === "object") {
        Object.keys(one).forEach((key) => { if (key !== "colorscale" && key !== "text" && key !== "hovertext") one[key] = of(one[key]); });
      }
      return one;
    };
    // A map has a ground of its own, by day and by night: what lies on it keeps its colours.
    const map = figure.data.some((one) => /heatmap|contour/.test(one.type));
    const data = map ? figure.data : of(figure.data);
    const shapes = figure.layout.shapes;
    const found = {data, layout: of(Object.assign({}, figure.layout, {shapes: undefined}))};
    if (shapes) found.layout.shapes = map ? shapes : of(shapes);
    found.layout.font = Object.assign({}, found.layout.font, {size: 16});
    Object.keys(found.layout).filter((key) => /^[xy]axis/.test(key)).forEach((key) => {
      const title = found.layout[key].title;
      if (title) title.font = Object.assign({}, title.font, {size: 15});
    });
    found.layout.paper_bgcolor = "rgba(0,0,0,0)";
    found.layout.plot_bgcolor = "rgba(0,0,0,0)";
    return found;
  }

  dark.addEventListener("change", () => main.querySelectorAll(".plot").forEach(draw));

  // Clocks

  function tick() {
    const now = performance.now();
    main.querySelectorAll("[data-countdown],[data-countup]").forEach((one) => {
      const passed = (now - (one.since || now)) / 1000;
      const down = one.dataset.countdown;
      one.textContent = clock(down === undefined ? Number(one.dataset.countup) + passed : Math.max(Number(down) - passed, 0));
    });
  }

  function clock(seconds) {
    const whole = Math.round(seconds);
    const rest = String(whole % 60).padStart(2, "0");
    const minutes = Math.floor(whole / 60) % 60;
    const hours = Math.floor(whole / 3600);
    return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
  }

  // Maps that a person drags through: one question at a time, the latest place wins.

  function drag(form) {
    const place = document.getElementById("maps");
    let asking = false;
    let again = false;
    const values = () => Array.from(form.elements).filter((one) => one.type === "range");
    const tell = () => values().forEach((one) => { form.querySelector(`output[for="${one.id}"]`).textContent = one.value; });
    const look = async () => {
      tell();
      if (asking) { again = true; return; }
      asking = true;
      do {
        again = false;
        const query = values().map((one) => `&${one.name}=${encodeURIComponent(one.value)}`).join("");
        try {
          const answer = await ask(`part/${place.dataset.maps}${query}`);
          if (answer.ok && document.contains(place)) fill(place, await answer.text());
        } catch (error) { again = false; }
      } while (again);
      asking = false;
    };
    form.addEventListener("input", look);
    look();
  }

  // Actions

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-action]");
    if (button) act(button);
    if (event.target.closest("[data-close]")) dialog.close();
  });

  async function act(button) {
    const query = new URLSearchParams({campaign: button.dataset.campaign || ""});
    Array.from(button.attributes).filter((one) => one.name.startsWith("data-given-")).forEach((one) => query.set(one.name.slice(11), one.value));
    const answer = await ask(`form/${button.dataset.action}?${query}`);
    const text = await answer.text();
    if (!answer.ok) { say(text); return; }
    dialog.innerHTML = text;
    const form = document.getElementById("act");
    form.addEventListener("submit", (event) => { event.preventDefault(); send(form, button.dataset.campaign || ""); });
    form.addEventListener("input", () => unconfirmed(form));
    dialog.showModal();
    const first = form.querySelector("input:not([type=hidden]),textarea");
    if (first) first.focus();
  }

  function unconfirmed(form) {
    delete form.dataset.confirmed;
    document.getElementById("confirm").hidden = true;
    document.getElementById("trouble").textContent = "";
    document.getElementById("go").textContent = "Continue";
  }

  async function send(form, campaign) {
    const go = document.getElementById("go");
    const trouble = document.getElementById("trouble");
    // Not `disabled`: a button that is so loses the focus, and a keyboard its place.
    if (form.sending) return;
    form.sending = true;
    trouble.textContent = "";
    try {
      const values = {};
      for (const [key, value] of new FormData(form)) values[key] = value instanceof File ? await encoded(value) : value;
      const body = JSON.stringify({campaign, by: operator.value.trim(), confirmed: form.dataset.confirmed || "", values});
      const answer = await ask(`do/${form.dataset.do}`, {method: "POST", headers: {"Content-Type": "application/json"}, body});
      const told = await answer.json();
      if (told.error) {
        unconfirmed(form);
        trouble.textContent = told.error;
      } else if (told.confirm) {
        form.dataset.confirmed = told.seal;
        const place = document.getElementById("confirm");
        place.textContent = told.confirm;
        place.hidden = false;
        go.textContent = "Yes, do it";
        go.focus();
      } else {
        dialog.close();
        say(told.done);
        regions().forEach(refresh);
      }
    } catch (error) {
      trouble.textContent = `Nothing is known of it: ${error.message}. Look before you try again.`;
    } finally {
      form.sending = false;
    }
  }

  async function encoded(file) {
    if (!file.size) return "";
    const bytes = new Uint8Array(await file.arrayBuffer());
    let text = "";
    for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
    return btoa(text);
  }

  // The beginning

  operator.value = kept.get("operator") || "";
  operator.addEventListener("change", () => kept.set("operator", operator.value.trim()));
  window.addEventListener("hashchange", () => { if (location.hash !== shown) show(); });
  setInterval(() => { if (!document.hidden) { if (late) show(); else regions().forEach(refresh); } }, EVERY_MS);
  setInterval(tick, 250);
  const key = location.pathname === "/enter" ? location.hash.slice(1) : "";
  if (key) {
    history.replaceState(null, "", "/");
    use(key).catch((error) => { say(error.message); show(); });
  } else {
    show();
  }
})();
