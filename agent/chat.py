"""A conversation on a terminal: questions, and commands that begin with a dot."""

from __future__ import annotations

from datetime import UTC, datetime

import platformdirs

from agent.answer import stream
from agent.context import LivePrices
from agent.events import Asked, Done, ToolStarted
from agent.evidence import Answer
from agent.model_choice import RULES
from agent.sessions import Sessions
from agent.terminal import err, failure, line, note, show_answer, show_trace
from agent.turn import Turn
from warehouse.errors import CloudPricingError, InvalidInput
from warehouse.reader import Reader

_HELP = """\
Ask in English or Portuguese; a question may lean on those before it. Ctrl-C drops a line, Ctrl-D leaves.
.why    how the last question was read, and what was looked up
.new    begin anew: what was said before is left out
.quit"""


class Chat:
    """With `kept` the turns stay under a name; without, they are forgotten at the end."""

    def __init__(
        self,
        reader: Reader,
        language: str | None = None,
        kept: Sessions | None = None,
        name: str = "",
        live: LivePrices | None = None,
    ) -> None:
        self.reader, self.language, self.kept, self.name, self.live = reader, language, kept, name, live
        self.turns = list(kept.turns(name)) if kept else []
        self.last: Answer | None = None

    def say(self, text: str) -> bool:
        """Answer a question or run a command; whether to go on."""
        if text in (".quit", ".exit"):
            return False
        if text.startswith("."):
            self._command(text)
        else:
            self._answer(text)
        return True

    def interact(self) -> None:
        """Ask for one after the other until Ctrl-D or `.quit`."""
        from prompt_toolkit import PromptSession
        from prompt_toolkit.history import FileHistory, InMemoryHistory

        history: FileHistory | InMemoryHistory
        try:
            path = platformdirs.user_state_path("cloud-pricing", ensure_exists=True) / "chat_history"
            path.touch(mode=0o600)
            history = FileHistory(path)
        except OSError:
            history = InMemoryHistory()
        prompt: PromptSession[str] = PromptSession(history=history)
        line(f"Snapshot {self.reader.snapshot.id}. Ask; .help tells the rest.")
        while True:
            try:
                text = prompt.prompt("ask> ").strip()
                if text and not self.say(text):
                    return
            except EOFError:
                return
            except KeyboardInterrupt:
                continue  # the line is dropped
            except CloudPricingError as error:
                failure(error.message, error.hint)

    def _answer(self, question: str) -> None:
        by_model = False
        told = stream(
            question, reader=self.reader, language=self.language, earlier=self.turns, live=self.live
        )
        for event in told:
            if isinstance(event, Asked):
                by_model = event.model != RULES
                if by_model and err.is_terminal:
                    note(f"{event.model} …")
            elif isinstance(event, ToolStarted) and by_model and err.is_terminal:
                note(f"  {event.tool} …")
            elif isinstance(event, Done):
                self._keep(event.answer)
                show_answer(event.answer)

    def _keep(self, answer: Answer) -> None:
        self.last = answer
        self.turns.append(Turn(answer.question, answer.text, answer.language, datetime.now(UTC)))
        if self.kept:
            self.kept.add(self.name, answer)

    def _command(self, name: str) -> None:
        if name == ".help":
            line(_HELP)
        elif name == ".new":
            self.turns.clear()
            line("What was said before is left out.")
        elif name == ".why":
            show_trace(self.last) if self.last else note("Nothing has been asked yet.")
        else:
            raise InvalidInput(f"There is no command {name}.", "See .help.")
