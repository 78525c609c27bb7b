// Elements of the page, found and made.

const byId = (id) => document.getElementById(id);
const shown = (value, digits) => (value === null || value === undefined ? "not given" : value.toFixed(digits));

// Leads out of the page, and only on a click.
function outwards(text, address) {
  return element("a", text, { href: address, target: "_blank", rel: "noopener noreferrer" });
}

// A long name breaks between its parts.
const breakable = (name) => name.split(/(?<=[_.])/).flatMap((part) => [part, document.createElement("wbr")]).slice(0, -1);

function element(tag, content, attributes = {}) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...[content].flat().filter((part) => part !== null));
  return made;
}
