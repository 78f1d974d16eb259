// What a URL asks of the network: the same reading as `requests_of` and `host_name` in Python.
"use strict";

const SCHEMES = {
  http: [80, "http"], https: [443, "tls"], ftp: [21, null], ssh: [22, null], ws: [80, "http"],
  wss: [443, "tls"],
};
const AMBIGUOUS = /[\u0000-\u0020\u007f\\<>"^`\ud800-\udfff]/u;
// Behind the host braces and bars are the same to every program, and Windows Update's service locator has them in its paths.
const AMBIGUOUS_HOST = /^(?:[^/?#{|}]*\/\/)?[^/?#{|}]*([{|}])/u;

class Refused extends Error {}
class Unsure extends Error {}

// A host, with a port or path if need be, and no scheme.
const BARE = /^(?:[^/?#@:[\]]+|\[[^\]]*\])(?::[0-9]+)?(?:[/?#].*)?$/u;

function requestsOf(text) {
  const urls = !text.includes("://") && BARE.test(text) ? [`http://${text}`, `https://${text}`] : [text];
  return urls.map(parseUrl);
}

function parseUrl(url) {
  const found = AMBIGUOUS.exec(url) ?? AMBIGUOUS_HOST.exec(url);
  if (found) throw new Refused(`has ${JSON.stringify(found[1] ?? found[0])} in it; write it percent-encoded`);
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
  if (!scheme || !authority || !host) throw new Refused("is neither a URL nor a host; write https:// and the host");
  if (!Object.hasOwn(SCHEMES, scheme)) {
    throw new Refused(`has an unknown scheme; the choices are ${Object.keys(SCHEMES).sort().join(", ")}`);
  }
  const [usual, application] = SCHEMES[scheme];
  const request = { url, port: port ?? usual, application, address: null, name: null, lastDot: false, note: "" };
  request.address = parseAddress(host);
  if (request.address) {
    request.note = "an address";
    return request;
  }
  if (endsInANumber(host)) throw new Refused("has a host that ends in a number but is not an address; write the address as 192.0.2.1");
  if (host.includes("%")) {
    throw new Refused("has a % in its host, which some programs decode and others send; write the host as it is sent");
  }
  if (application === null) request.note = "neither HTTP nor TLS";
  else {
    request.name = hostName(host);
    request.lastDot = application === "http" && host.endsWith(".");
    if (request.name !== host.replace(/\.$/, "")) request.note = "no host name";
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
      throw new Unsure("has brackets in an unusual place, which this page does not read");
    }
    const inside = afterUser.slice(1, end);
    if (inside.startsWith("v")) {
      if (!/^v[a-fA-F0-9]+\..+$/.test(inside)) throw new Refused("is not a URL: its address is invalid");
    } else if (parseAddress(inside)?.version !== 6) {
      throw new Refused("is not a URL: what is in brackets is not an IPv6 address");
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
  if (!/^[0-9]+$/.test(port)) throw new Refused("is not a URL: its port is not a number");
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

// Whether some programs may read a host as an address although it is not written as one.
function endsInANumber(host) {
  const plain = host.replace(/%([0-9a-f]{2})/gi, (_, code) => String.fromCharCode(parseInt(code, 16)));
  const dotted = plain.normalize("NFKC").replaceAll("\u3002", ".").toLowerCase().replace(/\.$/, "");
  return /^([0-9]+|0x[0-9a-f]*)$/.test(dotted.slice(dotted.lastIndexOf(".") + 1));
}

// The normal form of a host name; of another text, a name that every rule treats alike, as `stand_in` in Python.
function hostName(text) {
  const name = text.replace(/\.$/, "").toLowerCase();
  if (/[^\u0000-\u007f]/.test(name)) throw new Unsure(`has a host that no list has in this form${asciiForm(text)}`);
  if (name.length > 253) throw new Refused("has a host of more than 253 octets, which no name can have");
  return name.replace(/[^a-z0-9_.-]/g, "_").replace(/^\.|\.(?=\.)|\.$/g, "_").replace(/(^|\.)-|-(?=\.|$)/g, "$1_")
    .replace(/([^.]{62})[^.]{2,}/g, "$1_") || "_";
}

// How the lists write an international name: the browser knows (UTS 46).
function asciiForm(host) {
  try {
    return `; write it as ${new URL(`http://${host}/`).hostname}`;
  } catch {
    return "";
  }
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
