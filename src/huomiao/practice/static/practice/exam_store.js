// What this device holds of an exam: the token, answers that the server has not confirmed, marks. Nothing of the paper.
const NAME = "huomiao-exam";

let opening;

function database() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore("sittings", { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opening;
}

async function work(mode, act) {
  const transaction = (await database()).transaction("sittings", mode);
  const request = act(transaction.objectStore("sittings"));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

// Without a usable database (a private window) everything works but survival of a killed tab.
async function calmly(promise, otherwise) {
  try {
    return await promise;
  } catch {
    return otherwise;
  }
}

const blank = (id) => ({ id, token: "", count: 0, queue: [], confirmed: {}, flags: [], signals: [] });

export async function load(id) {
  return { ...blank(id), ...(await calmly(work("readonly", (store) => store.get(id)), undefined)) };
}

export const keep = (record) => calmly(work("readwrite", (store) => store.put(structuredClone(record))));

export const drop = (id) => calmly(work("readwrite", (store) => store.delete(id)));
