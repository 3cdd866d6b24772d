// A view of a form and of what it finds: another address asks anew, and gives up what was asked before.

import { replace } from "./dom.js";
import { isStop } from "./server.js";
import { trouble, waiting } from "./trouble.js";

/** `find` makes what is shown in `found` of the address's parameters. */
export function finding({ node, form, found, params, find }) {
  let stopping = new AbortController();

  async function load(asked) {
    stopping.abort();
    stopping = new AbortController();
    replace(found, waiting());
    try {
      replace(found, await find(asked, stopping.signal));
    } catch (error) {
      if (!isStop(error))
        replace(
          found,
          trouble(error, () => load(asked)),
        );
    }
  }

  load(params);
  return {
    node,
    close: () => stopping.abort(),
    update: (next) => {
      form.set(next.params);
      load(next.params);
    },
  };
}
