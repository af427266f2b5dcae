// Lets a wallet in the browser (EIP-1193, window.ethereum) fill in what else is copied by hand: its address, its signature.

const wallet = window.ethereum;

// UTF-8 as hex: what personal_sign takes.
const hex = (text) => "0x" + Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, "0")).join("");

async function account() {
  const [first] = await wallet.request({ method: "eth_requestAccounts" });
  return first;
}

async function fillAddress(form) {
  form.elements.address.value = await account();
  const chain = parseInt(await wallet.request({ method: "eth_chainId" }), 16);
  if ([...form.elements.chain_id.options].some((option) => Number(option.value) === chain)) form.elements.chain_id.value = String(chain);
  form.requestSubmit();
}

async function sign(form) {
  // A form's text has line ends of its own when it is sent; what is signed has line feeds alone.
  const text = form.elements.message.value.replace(/\r\n/g, "\n");
  await account();
  const signer = text.split("\n")[1];
  form.elements.signature.value = await wallet.request({ method: "personal_sign", params: [hex(text), signer] });
  form.requestSubmit();
}

function offer(form, act) {
  const error = form.querySelector("[data-wallet-error]");
  form.querySelector("[data-wallet-only]").hidden = false;
  form.querySelector("[data-wallet-button]").addEventListener("click", async (event) => {
    const button = event.currentTarget;
    button.disabled = true;
    error.hidden = true;
    try {
      await act(form);
    } catch {
      error.textContent = error.dataset.walletError;
      error.hidden = false;
    }
    button.disabled = false;
  });
}

if (wallet) {
  const address = document.querySelector("[data-wallet-address]");
  const message = document.querySelector("[data-wallet-sign]");
  if (address) offer(address, fillAddress);
  if (message) offer(message, sign);
}
