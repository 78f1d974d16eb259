// What a URL asks of the network: the same reading as `parse_url` and `host_name` in Python.
"use strict";

const SCHEMES = {
  http: [80, "http"], https: [443, "tls"], ftp: [21, null], ssh: [22, null], ws: [80, "http"],
  wss: [443, "tls"],
};
const AMBIGUOUS = /[\u0000-\u0020\u007f\\<>"^`{|}\ud800-\udfff]/u;

class Refused extends Error {}
class Unsure extends Error {}

function parseUrl(url) {
  const found = AMBIGUOUS.exec(url);
  if (found) throw new Refused(`has ${JSON.stringify(found[0])} in it; write it percent-encoded`);
  let scheme = "", rest = url, authority = "";
  const colon = url.indexOf(":");
  if (colon > 0 && /^[A-Za-z][A-Za-z0-9+.-]*$/.test(url.slice(0, colon))) {
    scheme = url.slice(0, colon).toLowerCase();
    rest = url.slice(colon + 1);
  }
  if (rest.startsWith("//")) authority = rest.slice(2).split(/[/?#]/, 1)[0];
  checkAuthority(authority);
  const [host, port] = hostAndPort(authority);
  if (scheme && !host && url.includes("://")) throw new Refused("has no host; write one after the two slashes");
  if (port === 0) throw new Refused("has port 0, to which nothing can connect");
  if (!authority || !host) throw new Refused(`has no scheme and host; write http://${url} or https://${url}`);
  if (!Object.hasOwn(SCHEMES, scheme)) {
    throw new Refused(`has a scheme that is not known here; the choices are ${Object.keys(SCHEMES).sort().join(", ")}`);
  }
  const [usual, application] = SCHEMES[scheme];
  const request = { url, port: port ?? usual, application, address: null, name: null, note: "" };
  if (isNumber(host)) throw new Refused("has a host that ends in a number and is no address; write the address as 192.0.2.1");
  request.address = parseAddress(host);
  if (request.address) request.note = "an address";
  else if (application === null) request.note = "neither HTTP nor TLS";
  else {
    request.name = hostName(host);
    if (request.name === null) request.note = "no host name";
  }
  return request;
}

function checkAuthority(authority) {
  const [open, close] = [authority.includes("["), authority.includes("]")];
  if (open !== close) throw new Refused("is not a URL: its brackets do not match");
  if (open) {
    const afterUser = authority.slice(authority.lastIndexOf("@") + 1);
    const start = afterUser.indexOf("["), end = afterUser.indexOf("]");
    const tail = afterUser.slice(end + 1);
    if (start !== 0 || (tail && !tail.startsWith(":")) || authority.match(/[[\]]/g).length > 2) {
      // Versions of Python differ: some refuse these, some read them in a way of their own.
      throw new Unsure("it has brackets in an unusual place");
    }
    const inside = afterUser.slice(1, end);
    if (inside.startsWith("v")) {
      if (!/^v[a-fA-F0-9]+\..+$/.test(inside)) throw new Refused("is not a URL: its address is invalid");
    } else if (parseAddress(inside)?.version !== 6) {
      throw new Refused("is not a URL: what is in brackets is no IPv6 address");
    }
  }
  if (/[^\u0000-\u007f]/.test(authority)) {
    const bare = authority.replace(/[@:#?]/g, ""), mapped = bare.normalize("NFKC");
    if (mapped !== bare && /[/?#@:]/.test(mapped)) {
      throw new Refused("is not a URL: it has characters that stand for delimiters");
    }
  }
}

function hostAndPort(authority) {
  const rest = authority.slice(authority.lastIndexOf("@") + 1);
  let host, port;
  if (rest.startsWith("[")) {
    const end = rest.indexOf("]");
    host = rest.slice(1, end);
    port = rest.slice(end + 1).replace(/^:/, "");
  } else {
    const colon = rest.indexOf(":");
    host = colon < 0 ? rest : rest.slice(0, colon);
    port = colon < 0 ? "" : rest.slice(colon + 1);
  }
  // What follows a percent sign can be an interface's name, and keeps its case.
  const percent = host.indexOf("%");
  host = percent < 0 ? host.toLowerCase() : host.slice(0, percent).toLowerCase() + host.slice(percent);
  if (!port) return [host, null];
  if (!/^[0-9]+$/.test(port)) throw new Refused("is not a URL: its port is no number");
  if (Number(port) > 65535) throw new Refused("is not a URL: its port is out of range 0-65535");
  return [host, Number(port)];
}

// An address as hexadecimal digits of a fixed width, which sort as addresses do; null where it is none.
function parseAddress(text) {
  if (text.includes(":")) return parseIpv6(text);
  const value = parseIpv4(text);
  return value === null ? null : { version: 4, value };
}

function parseIpv4(text) {
  const parts = text.split(".");
  const valid = parts.length === 4 &&
    parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255);
  return valid ? parts.map((part) => Number(part).toString(16).padStart(2, "0")).join("") : null;
}

function parseIpv6(whole) {
  const percent = whole.indexOf("%");
  let text = percent < 0 ? whole : whole.slice(0, percent);
  if (percent >= 0 && (percent === whole.length - 1 || whole.indexOf("%", percent + 1) >= 0)) return null;
  if (text.includes(".")) {
    const last = text.lastIndexOf(":"), value = parseIpv4(text.slice(last + 1));
    if (value === null) return null;
    text = `${text.slice(0, last + 1)}${value.slice(0, 4)}:${value.slice(4)}`;
  }
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const groups = halves.map((half) => (half === "" ? [] : half.split(":")));
  if (!groups.flat().every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null;
  const count = groups.flat().length;
  if (halves.length === 1 ? count !== 8 : count > 7) return null;
  const middle = halves.length === 1 ? [] : Array(8 - count).fill("0");
  const all = halves.length === 1 ? groups[0] : [...groups[0], ...middle, ...groups[1]];
  return { version: 6, value: all.map((group) => group.toLowerCase().padStart(4, "0")).join("") };
}

// Whether a host is neither a name nor an address in its one usual form: programs read it as they like.
function isNumber(host) {
  if (parseAddress(host)) return false;
  const plain = host.replace(/%([0-9a-f]{2})/gi, (_, code) => String.fromCharCode(parseInt(code, 16)));
  const dotted = plain.normalize("NFKC").replaceAll("\u3002", ".").toLowerCase().replace(/\.$/, "");
  return /^([0-9]+|0x[0-9a-f]*)$/.test(dotted.slice(dotted.lastIndexOf(".") + 1));
}

// The normal form of a host name; null where it is none.
function hostName(text) {
  // UTS 46 takes three more full stops for dots.
  let name = text.replace(/[\u3002\uff0e\uff61]/g, ".").replace(/\.$/, "").toLowerCase();
  if (/[@:/'"`;,\\|%\s]/.test(name)) return null;
  if (/[^\u0000-\u007f]/.test(name) || name.includes("xn--")) {
    if (name !== name.normalize("NFC")) throw new Unsure("it has characters that are written in more than one way");
    const labels = name.split(".").map(asciiLabel);
    if (labels.includes(null)) return null;
    name = labels.join(".");
  }
  const labels = name.split(".");
  const valid = labels.every((label) => label.length <= 63 && /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/.test(label));
  if (!valid || name.length > 253 || /^([0-9]+|0x[0-9a-f]*)$/.test(labels.at(-1))) return null;
  return name;
}

function asciiLabel(label) {
  if (/^[\u0000-\u007f]*$/.test(label)) {
    if (!label.startsWith("xn--")) return label;
    const encoded = label.slice(4);
    if (!encoded || encoded.endsWith("-")) return null;
    const decoded = decodePunycode(encoded);
    if (decoded === null || encodePunycode(decoded) !== encoded) return null;
    return isInternational(decoded) ? label : null;
  }
  if (!isInternational(label)) return null;
  return `xn--${encodePunycode(label)}`;
}

function isInternational(label) {
  for (const letter of label) {
    if (letter.codePointAt(0) >= 0x80 && !isPlain(letter.codePointAt(0))) {
      throw new Unsure(`it has the character ${JSON.stringify(letter)}, for which there are more rules`);
    }
  }
  if (/[^a-z0-9\u0080-\u{10ffff}-]/u.test(label)) return false;
  return label === label.normalize("NFC") && !/^-|-$|^..--/u.test(label);
}

function isPlain(code) {
  const index = lastNotAfter(DATA.plain, code);
  return index >= 0 && code <= DATA.plainEnds[index];
}

// The last place in a sorted row with a value that does not come after this one.
function lastNotAfter(row, value) {
  let low = 0, high = row.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (row[middle] <= value) low = middle + 1; else high = middle;
  }
  return low - 1;
}

// Punycode, RFC 3492.
function adapt(delta, points, first) {
  let rest = first ? Math.floor(delta / 700) : delta >> 1, k = 0;
  rest += Math.floor(rest / points);
  for (; rest > 455; k += 36) rest = Math.floor(rest / 35);
  return k + Math.floor((36 * rest) / (rest + 38));
}

function encodePunycode(label) {
  const codes = Array.from(label, (letter) => letter.codePointAt(0));
  const basic = codes.filter((code) => code < 0x80);
  let output = String.fromCharCode(...basic) + (basic.length ? "-" : "");
  let n = 0x80, delta = 0, bias = 72, handled = basic.length;
  while (handled < codes.length) {
    const next = Math.min(...codes.filter((code) => code >= n));
    delta += (next - n) * (handled + 1);
    n = next;
    for (const code of codes) {
      if (code < n) delta += 1;
      if (code !== n) continue;
      let q = delta;
      for (let k = 36; ; k += 36) {
        const t = Math.min(Math.max(k - bias, 1), 26);
        if (q < t) break;
        output += digit(t + ((q - t) % (36 - t)));
        q = Math.floor((q - t) / (36 - t));
      }
      output += digit(q);
      bias = adapt(delta, handled + 1, handled === basic.length);
      delta = 0;
      handled += 1;
    }
    delta += 1;
    n += 1;
  }
  return output;
}

const digit = (value) => String.fromCharCode(value < 26 ? value + 97 : value + 22);

function decodePunycode(text) {
  const dash = text.lastIndexOf("-");
  const output = Array.from(text.slice(0, Math.max(dash, 0)), (letter) => letter.codePointAt(0));
  let n = 0x80, i = 0, bias = 72, at = dash < 0 ? 0 : dash + 1;
  while (at < text.length) {
    const before = i;
    for (let w = 1, k = 36; ; k += 36) {
      const found = /[a-z]/.test(text[at] ?? "") ? text.charCodeAt(at) - 97
        : /[0-9]/.test(text[at] ?? "") ? text.charCodeAt(at) - 22 : -1;
      if (found < 0) return null;
      at += 1;
      i += found * w;
      const t = Math.min(Math.max(k - bias, 1), 26);
      if (found < t) break;
      w *= 36 - t;
      if (i > 2 ** 48) return null;
    }
    bias = adapt(i - before, output.length + 1, before === 0);
    n += Math.floor(i / (output.length + 1));
    i %= output.length + 1;
    if (n > 0x10ffff) return null;
    output.splice(i, 0, n);
    i += 1;
  }
  return String.fromCodePoint(...output);
}
