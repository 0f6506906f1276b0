// What the page can do with a script: keep a chart as a picture, copy a citation. Its tables and links need none.
const COLOURS = { currentColor: "#1b1f24", "var(--grid)": "#d0d7de" };

function keepPicture(svg, name) {
  const copy = svg.cloneNode(true), { width, height } = svg.viewBox.baseVal, image = new Image();
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  let text = new XMLSerializer().serializeToString(copy);
  for (const [ink, colour] of Object.entries(COLOURS)) text = text.replaceAll(ink, colour);
  image.onload = () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 2 * width, height: 2 * height });
    const pen = canvas.getContext("2d");
    pen.fillStyle = "white";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    Object.assign(document.createElement("a"), { download: `${name}.png`, href: canvas.toDataURL("image/png") }).click();
  };
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
}

function copyText(node) {
  node.closest("details").open = true;
  getSelection().selectAllChildren(node);
  document.execCommand("copy");
}

function addButton(place, label, about, act) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: label, onclick: act });
  button.setAttribute("aria-label", `${label}: ${about}`);
  place.append(button);
}

for (const section of document.querySelectorAll("section.figure")) {
  const place = section.querySelector(".actions"), svg = section.querySelector(".wide svg");
  const citation = section.querySelector(".citation"), heading = section.querySelector("h2").textContent;
  if (place && svg) addButton(place, "PNG", heading, () => keepPicture(svg, section.id));
  if (place && citation) addButton(place, "Copy citation", heading, () => copyText(citation));
}
