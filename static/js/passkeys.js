/* Passkeys: asks the device and sends its answer with the form. A form says what it is for by data-passkey:
   create (a new one), get (prove one) or login (the site's options are fetched when the button is pressed).
   The options stand in the page as JSON, in the element that data-options names. */

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const named = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

function answerOf(credential) {
  const { response } = credential;
  const parts = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) parts[name] = text(response[name]);
  }
  if (response.getTransports) parts.transports = response.getTransports();
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    response: parts,
    clientExtensionResults: credential.getClientExtensionResults(),
  });
}

async function create({ publicKey }, form) {
  const options = { ...publicKey, challenge: bytes(publicKey.challenge), user: { ...publicKey.user, id: bytes(publicKey.user.id) }, excludeCredentials: named(publicKey.excludeCredentials) };
  const alone = form.elements.passwordless;
  if (alone) {
    options.authenticatorSelection = { ...options.authenticatorSelection, residentKey: alone.checked ? "required" : "discouraged", requireResidentKey: alone.checked };
    if (alone.checked) options.authenticatorSelection.userVerification = "required";
  }
  return navigator.credentials.create({ publicKey: options });
}

async function get({ publicKey }) {
  return navigator.credentials.get({ publicKey: { ...publicKey, challenge: bytes(publicKey.challenge), allowCredentials: named(publicKey.allowCredentials) } });
}

async function options(form) {
  if (form.dataset.passkey !== "login") return JSON.parse(document.getElementById(form.dataset.options).textContent);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return (await answer.json()).request_options;
}

function say(form, words) {
  const place = form.querySelector("[data-passkey-says]");
  place.querySelector("span").textContent = words;
  place.hidden = !words;
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const words = form.querySelector("[data-passkey-says]").dataset;
  const button = form.querySelector("button[type=submit]");
  button.disabled = false;
  if (form.dataset.origin !== location.origin) say(form, words.elsewhere);
  else if (!window.PublicKeyCredential) say(form, words.unable);
  if (form.dataset.origin !== location.origin || !window.PublicKeyCredential) {
    button.disabled = true;
    continue;
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    say(form, "");
    button.setAttribute("aria-busy", "true");
    try {
      const asked = await options(form);
      const credential = await (form.dataset.passkey === "create" ? create(asked, form) : get(asked));
      form.elements.credential.value = answerOf(credential);
      form.submit();
    } catch (problem) {
      say(form, problem.name === "InvalidStateError" ? words.known : words.refused);
      button.removeAttribute("aria-busy");
    }
  });
}
