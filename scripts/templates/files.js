// Files that a page gives away, made on a click from what it knows.

// Text that a spreadsheet would take for a formula is kept text by an apostrophe, as in exports.
function csvCell(text) {
  const sign = /(^|[;\t\r\n])([\p{M}\p{Z}\p{C}]*[=+@\-＝＋＠－﹦﹢﹫﹣])/gu;
  const safe = /^[+-]?[0-9.]+$/.test(text) ? text : text.replace(sign, "$1'$2");
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function save(blob, name) {
  const link = document.createElement("a");
  Object.assign(link, { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
