// What this device holds: papers under way, answers that wait for a network, receipts. Everything lies under a
// person's key, which the server made for this purpose; pages only ever ask for the key of who is signed in.
const NAME = "huomiao-practice";
const VERSION = 1;

let opening;

function database() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      const runs = request.result.createObjectStore("runs", { keyPath: "id" });
      runs.createIndex("person", "person");
      const receipts = request.result.createObjectStore("receipts", { keyPath: "id" });
      receipts.createIndex("person", "person");
    };
    request.onsuccess = () => {
      // Another window opened a newer version of this database: let go, the page will open it anew.
      request.result.onversionchange = () => {
        request.result.close();
        opening = undefined;
      };
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
  return opening;
}

async function store(name, mode, work) {
  const transaction = (await database()).transaction(name, mode);
  const request = work(transaction.objectStore(name));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

// Without a usable database (a private window) one can practise all the same; only a killed tab forgets.
async function calmly(work, otherwise) {
  try {
    return await work();
  } catch {
    return otherwise;
  }
}

export const keepRun = (run) => calmly(() => store("runs", "readwrite", (runs) => runs.put(run)));
export const dropRun = (id) => calmly(() => store("runs", "readwrite", (runs) => runs.delete(id)));

export async function runsOf(person) {
  if (!person) return [];
  return calmly(() => store("runs", "readonly", (runs) => runs.index("person").getAll(person)), []);
}

// The paper that `person` began under `key` and has not handed in.
export async function runUnder(person, key) {
  const runs = await runsOf(person);
  return runs.filter((run) => run.key === key && run.state === "running").sort((a, b) => b.begun - a.begun)[0];
}

export async function keepReceipt(receipt) {
  await calmly(() => store("receipts", "readwrite", (receipts) => receipts.put(receipt)));
}

export async function receiptsOf(person) {
  if (!person) return [];
  const found = await calmly(
    () => store("receipts", "readonly", (receipts) => receipts.index("person").getAll(person)),
    [],
  );
  return found.sort((a, b) => b.at - a.at);
}

// Whose this device is for now, network or not: the server's pages say so in a cookie, which goes at sign-out.
export function lastPerson() {
  return /(?:^|; )practice-person=(\w+)/.exec(document.cookie)?.[1] ?? "";
}

export const isUnsent = (run) => run.state === "waiting" || run.state === "running";

// Removes everything of `person` that the server has. What it has not got yet stays under their key: nobody else's page
// asks for it, and it goes out when they are back.
export async function forget(person) {
  for (const run of await runsOf(person)) {
    if (!isUnsent(run)) await dropRun(run.id);
  }
  for (const { id } of await receiptsOf(person)) {
    await calmly(() => store("receipts", "readwrite", (all) => all.delete(id)));
  }
}

// Removes what others who used this device have finished with.
export async function forgetOthers(person) {
  const all = async (name) => calmly(() => store(name, "readonly", (rows) => rows.getAll()), []);
  const people = new Set([...(await all("runs")), ...(await all("receipts"))].map((row) => row.person));
  people.delete(person);
  for (const other of people) await forget(other);
}
